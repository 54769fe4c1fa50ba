"""An HTTP server that no client can block: connections are bounded, and requests have deadlines.

A connection is idle while none of its requests is being handled, also if a head or a body never
ends. If there is no room for a new connection, the oldest idle one is closed.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from bots.shared.addresses import Network, is_in, netloc_of, source_of, url_of
from bots.shared.open_files import most_open_files
from core.errors import ConfigError

logger = logging.getLogger(__name__)

_IDLE_S: Final = 30.0  # the time after which a connection without a complete head is closed
_BODY_S: Final = 15.0

STREAMED_BODIES: Final = web.AppKey("streamed_bodies", frozenset[str])
"""The paths whose handlers read the body themselves, after they have authorised the sender."""

_LINGER_S: Final = 2.0  # how long the body of a refused request is still read
_BACKLOG: Final = 512
_MOST: Final = 4_096
_NAME: Final = {"Server": "faqbot"}  # instead of the name and the version of the library
_NO_ROOM: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(  # noqa: PLR0913 - where, and what bounds it
    app: web.Application,
    host: str,
    port: int,
    *,
    port_setting: str,
    shutdown_s: float,
    proxies: Sequence[Network] = (),
    most: int = 0,
    handler_cancellation: bool = False,
) -> AsyncIterator[str]:
    """Serve an application and yield its URL, without a slash at its end; port 0 picks a free one.

    `port_setting` is the setting of the port, which an error names. With `handler_cancellation`,
    a handler is cancelled when its client leaves.

    At most `most` connections are open; 0 stands for half of the files that the process may open.
    Half of them may come from one address, unless it is one of `proxies`.

    Raises:
        ConfigError: nothing can listen there; the line says what to do.
    """
    most = most or min(_MOST, most_open_files() // 2)
    connections = Connections(most=most, of_one=max(most // 2, 1), proxies=proxies)
    app.middlewares.append(_in_time)
    app.on_response_prepare.append(_named)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=shutdown_s,
        handler_cancellation=handler_cancellation,
    )
    await runner.setup()
    try:
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                lambda: _Connection(runner.server, connections, loop=loop),
                host or None,
                port,
                backlog=_BACKLOG,
            )
        except OSError as error:
            raise ConfigError(_not_listening(host, port, port_setting, error)) from error
        try:
            yield url_of(host, server.sockets[0].getsockname()[1])
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _not_listening(host: str, port: int, port_setting: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"the port {port} is taken, perhaps by another faqbot: end that, or set "
            f"{port_setting} to another one"
        )
    if error.errno == errno.EACCES:
        return f"the port {port} is for administrators: set {port_setting} to 1024 or above"
    reason = error.strerror or str(error)
    return f"nothing can listen at {netloc_of(host, port)} ({reason}); the port is {port_setting}"


class Connections:
    """The open connections by address, the oldest first."""

    def __init__(self, *, most: int, of_one: int, proxies: Sequence[Network] = ()) -> None:
        self._most = most
        self._of_one = of_one
        self._proxies = proxies
        self._open: defaultdict[str, dict[_Connection, None]] = defaultdict(dict)
        self._count = 0

    def admit(self, connection: _Connection) -> bool:
        """Count a new connection; close an idle one for it if needed. False if there is no room."""
        source = connection.source
        mine = self._open[source]
        if len(mine) >= self._of_one and not is_in(source, self._proxies):
            if not self._close_idle(mine):
                return False
        elif self._count >= self._most:
            fullest_first = sorted(self._open.values(), key=len, reverse=True)
            if not any(self._close_idle(those) for those in fullest_first):
                return False
        self._open[source][connection] = None
        self._count += 1
        return True

    def remove(self, connection: _Connection) -> None:
        """Stop counting a connection."""
        source = connection.source
        if connection in self._open[source]:
            del self._open[source][connection]
            self._count -= 1
        if not self._open[source]:
            del self._open[source]

    def _close_idle(self, those: dict[_Connection, None]) -> bool:
        """Close the oldest idle connection; return False if none is idle."""
        idle = next((one for one in those if not one.at_work), None)
        if idle is None:
            return False
        self.remove(idle)
        idle.force_close()
        return True


class _Connection(web.RequestHandler):
    """A connection that knows whether one of its requests is being handled."""

    __slots__ = ("_connections", "at_work", "source")

    def __init__(self, server: Any, connections: Connections, **options: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(
            server,
            access_log=None,  # type: ignore[arg-type] # how it is turned off: paths have ids in them
            keepalive_timeout=_IDLE_S,
            lingering_time=_LINGER_S,
            **options,
        )
        self._connections = connections
        self.at_work = False
        self.source = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        self.source = source_of(peer[0]) if isinstance(peer, tuple) else ""
        super().connection_made(transport)
        if not self._connections.admit(self):
            if isinstance(transport, asyncio.WriteTransport):
                transport.write(_NO_ROOM)
            self.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._connections.remove(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer a malformed request with its status alone, without details of the server."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            response = super().handle_error(request, status, exc, message)
            response.headers.update(_NAME)
            return response
        logger.debug("no request, from %s: %s", request.remote, message)
        refused = web.Response(status=status, text=HTTPStatus(status).phrase, headers=_NAME)
        refused.force_close()
        return refused


@web.middleware
async def _in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the body within a deadline before the request counts as being handled."""
    if request.can_read_body and request.path not in request.app.get(STREAMED_BODIES, ()):
        try:
            async with asyncio.timeout(_BODY_S):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="the body did not come in time") from None
        except ConnectionError:  # which is no fault of ours: nobody fills the log from outside
            raise web.HTTPBadRequest(text="the body broke off") from None
    connection = request.protocol
    if not isinstance(connection, _Connection):  # the connection was lost meanwhile
        return await handler(request)
    connection.at_work = True
    try:
        return await handler(request)
    finally:
        connection.at_work = False


async def _named(request: web.Request, response: web.StreamResponse) -> None:
    del request
    response.headers.update(_NAME)
