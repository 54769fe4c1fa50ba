"""A client of Discord's REST API that makes one attempt for each call and never waits.

discord.py's own client waits inside its calls when a bucket is used up, so that an ending would
wait behind interim edits. Answers are written through this client, and pacers do the waiting. https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp

from core.errors import (
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)
from core.messaging.delivery.window import Window
from core.types import File

logger = logging.getLogger(__name__)

DEFAULT_API: Final = "https://discord.com/api/v10"
_AGENT: Final = "DiscordBot (https://github.com/faqbot/faqbot, 0.1)"
# Discord allows 50 calls in a second, apart from those of interactions. The limit here is lower,
# since some calls arrive closer together than they were sent. https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
_CALLS_IN_A_SECOND: Final = 45
_TIMEOUT: Final = aiohttp.ClientTimeout(total=15, connect=5)

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_MESSAGE: Final = 10008
UNKNOWN_WEBHOOK: Final = 10015
MISSING_ACCESS: Final = 50001
CANNOT_WRITE_TO_THEM: Final = 50007
MISSING_PERMISSION: Final = 50013
TOKEN_EXPIRED: Final = 50027
THREAD_ARCHIVED: Final = 50083
THREAD_EXISTS: Final = 160004
NO_HISTORY: Final = 160002

_FIXES: Final = {
    MISSING_ACCESS: "give the bot `View Channel` there",
    MISSING_PERMISSION: "`faqbot doctor` names the missing permission",
    CANNOT_WRITE_TO_THEM: "they do not take direct messages from this server",
}


class RefusedError(PlatformRefusedError):
    """Discord refused a call for good; `code` is Discord's number of the reason."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class Rest:
    """Calls by the bot's token, or by that of an interaction, which is part of the path."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api: str,
        token: str,
        processes: Callable[[], int] = lambda: 1,
    ) -> None:
        """`processes` is how many call by this token: each takes its share of the calls."""
        self._session = session
        self._processes = processes
        self._api = api.rstrip("/")
        self._headers = {"Authorization": f"Bot {token}", "User-Agent": _AGENT}
        self._silent_until = 0.0
        self._begun: deque[float] = deque(maxlen=_CALLS_IN_A_SECOND)
        self._queue = asyncio.Lock()

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        window: Window | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """Call Discord and return its response.

        `window` learns the limit of the call's bucket from the headers.

        Raises:
            RateLimitedError: there were too many calls, in this bucket or altogether.
            MessageGoneError: the message was deleted.
            RefusedError: Discord refuses the call for good.
            PlatformError: Discord cannot be reached, or has an internal error.
        """
        return await self._called(method, path, window=window, params=query, json=body)

    async def upload(
        self, path: str, file: File, *, window: Window | None = None, flags: int = 0
    ) -> None:
        """Send a message with a file.

        https://discord.com/developers/docs/reference#uploading-files

        Raises:
            PlatformError: see `call`.
        """
        form = aiohttp.FormData()
        said = {"flags": flags, "attachments": [{"id": 0, "filename": file.name}]}
        form.add_field("payload_json", json.dumps(said), content_type="application/json")
        form.add_field("files[0]", file.content, filename=file.name, content_type=file.media_type)
        await self._called("POST", path, window=window, data=form)

    async def _called(self, method: str, path: str, *, window: Window | None, **sent: Any) -> Any:  # noqa: ANN401 - JSON
        now = asyncio.get_running_loop().time()
        if (left_s := self._silent_until - now) > 0:
            raise RateLimitedError("Discord refuses all calls for now", retry_after_s=left_s)
        if not path.startswith("/webhooks/"):
            await self._wait_in_line()
        called_at = asyncio.get_running_loop().time()
        try:
            async with self._session.request(
                method, self._api + path, headers=self._headers, **sent
            ) as response:
                told = await _json(response)
                if window and response.status < 500:
                    _learn(window, response.headers, called_at)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PlatformError(f"Discord cannot be reached ({type(error).__name__})") from error
        if response.status < 300:
            return told
        raise self._error(f"{method} {_shown(path)}", response, told)

    async def _wait_in_line(self) -> None:
        """Delay the call for less than a second if too many were made just now."""
        loop = asyncio.get_running_loop()
        async with self._queue:
            ours = max(_CALLS_IN_A_SECOND // self._processes(), 1)
            if len(self._begun) >= ours:
                await asyncio.sleep(max(self._begun[-ours] + 1 - loop.time(), 0))
            self._begun.append(loop.time())

    def _error(self, what: str, response: aiohttp.ClientResponse, told: object) -> PlatformError:
        known = told if isinstance(told, dict) else {}
        code = int(known.get("code") or 0)
        if response.status == 429:
            return self._limited(what, response, known)
        if response.status >= 500:
            return PlatformError(f"Discord is out of order ({response.status} to {what})")
        if code == UNKNOWN_MESSAGE:
            return MessageGoneError(f"{what}: the message is gone")
        said = f"{response.status}, code {code}: {known.get('message', 'no reason given')}"
        fix = f"; {_FIXES[code]}" if code in _FIXES else ""
        return RefusedError(f"Discord refused {what} ({said}){fix}", code=code)

    def _limited(
        self, what: str, response: aiohttp.ClientResponse, told: dict[str, Any]
    ) -> RateLimitedError:
        seconds = told.get("retry_after") or response.headers.get("Retry-After") or 1.0
        retry_after_s = float(seconds)
        # Without a JSON body it is Cloudflare, which bans the address and not the bucket.
        if told.get("global") or not told:
            self._silent_until = asyncio.get_running_loop().time() + retry_after_s
        return RateLimitedError(f"Discord limits {what}", retry_after_s=retry_after_s)


@asynccontextmanager
async def open_rest(
    *, api: str, token: str, processes: Callable[[], int] = lambda: 1
) -> AsyncIterator[Rest]:
    """Open a client with connections of its own, which are closed at the end."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        yield Rest(session, api=api or DEFAULT_API, token=token, processes=processes)


def _learn(window: Window, headers: Mapping[str, str], called_at: float) -> None:
    """Learn the limit: https://discord.com/developers/docs/topics/rate-limits#header-format."""
    try:
        window.learn(
            limit=int(headers["X-RateLimit-Limit"]),
            remaining=int(headers["X-RateLimit-Remaining"]),
            reset_after_s=float(headers["X-RateLimit-Reset-After"]),
            called_at=called_at,
            now=asyncio.get_running_loop().time(),
        )
    except (KeyError, ValueError):
        return  # not all routes and refusals have them


async def _json(response: aiohttp.ClientResponse) -> object:
    if response.status == 204 or "json" not in response.content_type:
        await response.read()
        return None
    try:
        return await response.json()
    except ValueError:
        return None


def _shown(path: str) -> str:
    """Return a path without the token of an interaction, for errors and logs."""
    parts = path.split("/")
    if parts[1:2] == ["webhooks"]:
        parts[3] = "…"
    return "/".join(parts)
