"""Streamable HTTP behind a token."""

from __future__ import annotations

import hmac

import uvicorn
from mcp.server import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send


class Guarded:
    """Admits requests with the token, or all if none is set, which only this machine can send."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._known = f"Bearer {token}".encode() if token else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 401."""
        given = dict(scope.get("headers", ())).get(b"authorization", b"")
        if scope["type"] == "http" and self._known and not hmac.compare_digest(given, self._known):
            headers = [(b"www-authenticate", b'Bearer realm="faqbot"'), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send)


def http_server(server: MCPServer, *, host: str, port: int, token: str) -> uvicorn.Server:
    """Return the server for `http://HOST:PORT/mcp`; run it with `serve()`."""
    app = Guarded(server.streamable_http_app(host=host), token)
    return uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning"))
