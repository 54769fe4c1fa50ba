"""Socket Mode: a socket that is opened again whatever Slack, the network or a proxy does.

Slack's own client reconnects with an address that is used up, and reads the proxy from the
environment. So the connection is kept here, and its messages are handed to Bolt.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import bad_token, translated
from core.errors import PlatformError

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_PING_S: Final = 10.0  # a socket that does not answer within half of it is dead
_HELLO_S: Final = 10.0
_FAREWELL_S: Final = 30.0  # how long a socket is still read after Slack has asked for a new one
_STEADY_S: Final = 30.0  # a socket that lasted so long does not count as a failure
_LONGEST_WAIT_S: Final = 30.0
_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAITS: Final = 10  # failures after which the longest is waited for
_TOO_MANY: Final = "too_many_websockets"
_FULL: Final = (
    "all ten sockets of this app are open: this process answers, and others receive. For more "
    "receivers use events by HTTP (SLACK_SIGNING_SECRET, without SLACK_APP_TOKEN)"
)


@dataclass(slots=True, eq=False)
class _Socket:
    ws: aiohttp.ClientWebSocketResponse
    leaving: asyncio.Event = field(default_factory=asyncio.Event)  # another one is needed
    reason: str = ""


class _FullError(PlatformError):
    """Raised when other processes have all the sockets that Slack grants."""


class SocketMode:
    """Keeps a socket open, hands messages to Bolt, and acknowledges those that Bolt has handled."""

    def __init__(
        self,
        app: AsyncApp,
        *,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        app_token: str,
        connected: Callable[[datetime | None], None],
    ) -> None:
        """`connected` is called for each new socket, with the time since which there was none."""
        self._app = app
        self._client = client
        self._session = session
        self._app_token = app_token
        self._connected = connected
        self._lost_at: datetime | None = None
        self._away = "not connected yet"
        self._renewed: _Socket | None = None  # still read while the new one is opened
        self._handling: set[asyncio.Task[None]] = set()

    def away(self) -> str:
        """Return why Slack is not heard; "" while this or another process is connected."""
        return self._away

    async def run(self) -> None:
        """Stay connected until cancelled."""
        loop = asyncio.get_running_loop()
        failures = 0
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    began = loop.time()
                    reason = await self._one(tasks)
                    steady = loop.time() - began > _STEADY_S
                    failures = 0 if steady or not reason else failures + 1
                    if failures:
                        wait_s = _wait_s(failures)
                        logger.warning("Slack: %s; connecting again in %.1f s", reason, wait_s)
                        await asyncio.sleep(wait_s)
        finally:
            for task in self._handling:
                task.cancel()
            await asyncio.gather(*self._handling, return_exceptions=True)

    async def _one(self, tasks: asyncio.TaskGroup) -> str:
        """Keep a socket until it fails; return the reason, "" if Slack asked for a new one."""
        try:
            socket = await self._open()
        except _FullError:
            await self._make_room()
            return ""
        except PlatformError as error:
            self._lost_at = self._lost_at or datetime.now(UTC)
            self._away = str(bad_token(error, "SLACK_APP_TOKEN") or error)
            return self._away
        reading = tasks.create_task(self._read(socket))
        self._connected(self._lost_at)
        self._lost_at = None
        self._away = ""
        try:
            await socket.leaving.wait()
        except asyncio.CancelledError:
            reading.cancel()
            raise
        if socket.reason:
            self._lost_at = datetime.now(UTC)
            self._away = socket.reason
        else:
            self._renewed = socket
        return socket.reason

    async def _make_room(self) -> None:
        """Close the socket that is to be renewed, or wait for another process to close one."""
        renewed, self._renewed = self._renewed, None
        if renewed and not renewed.ws.closed:
            await renewed.ws.close()
            return
        if self._away:
            logger.warning("Slack: %s", _FULL)
        self._away = ""
        await asyncio.sleep(_wait_s(_LONGEST_WAITS))

    async def _open(self) -> _Socket:
        with translated("apps.connections.open"):
            answer = await self._client.apps_connections_open(app_token=self._app_token)
        with translated("the socket"):
            ws = await self._session.ws_connect(
                answer["url"],
                heartbeat=_PING_S,
                timeout=aiohttp.ClientWSTimeout(ws_close=1.0),
                max_msg_size=0,
            )
            socket = _Socket(ws)
            try:
                async with asyncio.timeout(_HELLO_S):
                    hello = json.loads((await ws.receive()).data or "{}")
            except (TimeoutError, TypeError, ValueError) as error:
                await ws.close()
                raise PlatformError(f"the socket says nothing ({error!r})") from error
        if hello.get("reason") == _TOO_MANY:
            await ws.close()
            raise _FullError(_FULL)
        if hello.get("type") != "hello":
            await ws.close()
            raise PlatformError(f"the socket was refused: {hello.get('reason', 'no reason given')}")
        return socket

    async def _read(self, socket: _Socket) -> None:
        """Read a socket until it is closed, or for a while after Slack asked for a new one."""
        try:
            async with asyncio.timeout(None) as farewell:
                async for message in socket.ws:
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        continue
                    frame = _json(message.data)
                    if frame.get("type") == "disconnect":
                        socket.reason = _impolite(frame)
                        socket.leaving.set()
                        if socket.reason:
                            break
                        loop = asyncio.get_running_loop()
                        farewell.reschedule(loop.time() + _FAREWELL_S)
                    else:
                        self._handle(socket, frame)
        except TimeoutError:
            pass
        finally:
            if not socket.leaving.is_set():
                socket.reason = "the connection was lost"
                socket.leaving.set()
            await socket.ws.close()

    def _handle(self, socket: _Socket, frame: Json) -> None:
        try:
            request = SocketModeRequest.from_dict(frame)
        except ValueError as error:
            logger.warning("an envelope cannot be read: %s", error)
            return
        if request:
            task = asyncio.create_task(self._dispatch(socket, request))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)

    async def _dispatch(self, socket: _Socket, request: SocketModeRequest) -> None:
        try:
            response = await run_async_bolt_app(self._app, request)
            if response.status != 200:
                logger.warning("not acknowledged (%s), Slack will send it again", response.status)
                return
            frame: Json = {"envelope_id": request.envelope_id}
            if response.body:
                frame["payload"] = _json(response.body) or {"text": response.body}
            await socket.ws.send_str(json.dumps(frame))
        except (ConnectionError, aiohttp.ClientError) as error:
            # The event is stored; Slack sends it again, and it is recognised then.
            logger.info("not acknowledged, since the socket has gone: %s", error)
        except Exception:  # the outermost edge of a task
            logger.exception("an envelope was not handled")


def _json(text: str) -> Json:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _impolite(frame: Json) -> str:
    """Return in a line why Slack disconnects us; "" if it only asks for a new socket."""
    match frame.get("reason"):
        case "refresh_requested" | "warning":
            return ""
        case "link_disabled":
            return "Socket Mode is off for this app: turn it on at api.slack.com/apps"
        case "too_many_websockets":
            return "too many sockets are open for this app"
        case reason:
            return f"Slack closed the socket ({reason})"


def _wait_s(failures: int) -> float:
    longest_s = min(_FIRST_WAIT_S * 2.0 ** min(failures - 1, 10), _LONGEST_WAIT_S)
    return longest_s * random.uniform(0.5, 1.0)  # noqa: S311 - spreads replicas, hides nothing
