"""Notices beside answers: the bot has too much to do, or lacks a permission."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, Literal

from bots.discord.api.rate_limits import Budgets
from bots.discord.api.rest import Rest
from bots.discord.render.components import Page
from bots.discord.render.payload import new_message
from core.bounded import BoundedDict
from core.errors import PlatformError

logger = logging.getLogger(__name__)

_MINUTE_S: Final = 60.0
_MOST_REMEMBERED: Final = 5_000
_PATIENCE_S: Final = 10.0


class Notices:
    """Sends notices, each at most once in a while to a person or place."""

    def __init__(self, rest: Rest, budgets: Budgets) -> None:
        self._rest = rest
        self._budgets = budgets
        self._said: BoundedDict[tuple[str, str], float] = BoundedDict(_MOST_REMEMBERED)

    async def reply(
        self, channel: int, message: int, said: str | Page, *, to: str, every_s: float = _MINUTE_S
    ) -> bool:
        """Answer a message with a line or a page; return False on a failure. Never raises."""
        page = Page(said) if isinstance(said, str) else said
        text = page.content
        if not self._is_new(to, text, every_s):
            return True
        reference = {"message_id": str(message), "fail_if_not_exists": False}
        posted = await self._post(channel, page, {"message_reference": reference})
        return posted or self._forget(to, text)

    async def direct(self, user: int, said: str | Page, *, every_s: float = _MINUTE_S) -> bool:
        """Send a line or a page to a person alone; return False on a failure. Never raises."""
        page = Page(said) if isinstance(said, str) else said
        text = page.content
        if not self._is_new(str(user), text, every_s):
            return True
        try:
            person = {"recipient_id": str(user)}
            channel = await self._rest.call("POST", "/users/@me/channels", person)
        except PlatformError as error:
            logger.info("nobody can be told: %s", error)
            return self._forget(str(user), text)
        return await self._post(int(channel["id"]), page, {}) or self._forget(str(user), text)

    async def _post(self, channel: int, page: Page, more: dict[str, Any]) -> bool:
        posts = self._budgets.posts(channel)
        try:
            async with asyncio.timeout(_PATIENCE_S), posts.slot():
                path = f"/channels/{channel}/messages"
                body = new_message(page) | more
                await self._rest.call("POST", path, body, window=posts.window)
        except (PlatformError, TimeoutError) as error:
            logger.info("not said in %d: %s", channel, error)
            return False
        return True

    def _forget(self, to: str, text: str) -> Literal[False]:
        """Forget a notice that was not sent, so that it may be sent the next time."""
        self._said.pop((to, text), None)
        return False

    def _is_new(self, to: str, text: str, every_s: float) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._said.get((to, text), float("-inf")) < every_s:
            return False
        self._said[to, text] = now
        return True
