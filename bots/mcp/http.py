"""Streamable HTTP behind a token, on the server that every port of faqbot has."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from aiohttp import web
from mcp.server import MCPServer
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from bots.shared.http_server import Handler, listening

_SHUTDOWN_S: Final = 2.0


@asynccontextmanager
async def serving(server: MCPServer, *, host: str, port: int, token: str) -> AsyncIterator[str]:
    """Serve `http://HOST:PORT/mcp` to whoever has the token, or to all if it is empty.

    The address without `/mcp` is yielded; port 0 picks a free one.

    Raises:
        ConfigError: nothing can listen there.
    """
    known = f"Bearer {token}".encode() if token else b""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if known and not hmac.compare_digest(given, known):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Bearer realm="faqbot"'})
        return await handler(request)

    protocol = server.streamable_http_app(host=host)
    app = web.Application(middlewares=[guarded])
    app.router.add_route("*", "/{path:.*}", partial(_passed_on, protocol))
    app.cleanup_ctx.append(partial(_running, protocol))
    served = listening(
        app,
        host,
        port,
        port_setting="--port",
        shutdown_s=_SHUTDOWN_S,
        handler_cancellation=True,
    )
    async with served as address:
        yield address


async def _running(protocol: Starlette, _app: web.Application) -> AsyncIterator[None]:
    # It has a task group, which would wrap the error of a port that is taken.
    async with protocol.router.lifespan_context(protocol):
        yield


async def _passed_on(app: ASGIApp, request: web.Request) -> web.StreamResponse:
    """Return what an ASGI application answers; it is cancelled when its client leaves."""
    response = web.StreamResponse()
    bodies = [await request.read()]

    async def receive() -> Message:
        if bodies:
            return {"type": "http.request", "body": bodies.pop(), "more_body": False}
        await asyncio.Event().wait()  # until the cancellation
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            response.set_status(message["status"])
            for name, value in message.get("headers", ()):
                response.headers.add(name.decode("latin-1"), value.decode("latin-1"))
            await response.prepare(request)
        elif body := message.get("body"):
            await response.write(body)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.raw_path.partition("?")[0].encode(),
        "query_string": request.query_string.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
    }
    await app(scope, receive, send)
    return response
