"""The local Discord on its port: the way of a request through auth, faults, limits, the route."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web

from devtools.discord.api import commands, guilds, interactions, messages, threads
from devtools.discord.api.base import ROUTES, RestRequest, Route
from devtools.discord.api.errors import FormErrors, RestError
from devtools.discord.api.faults import RestFault
from devtools.discord.api.limits import LimitVerdict
from devtools.discord.events.gateway import Connection
from devtools.discord.events.interactions import Interacting
from devtools.discord.world.model import Json, RecordedRequest

_MODULES = (commands, guilds, interactions, messages, threads)
_API = "/api/v10"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


class DiscordServer(Interacting):
    """A local Discord: `async with discord.serve():`, then the methods of the people in it."""

    url: str = ""
    gateway_url: str = ""

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[DiscordServer]:
        """Listen on localhost; `url` is for Route.BASE, `gateway_url` for DEFAULT_GATEWAY."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, backlog=2_048)
        await site.start()
        at = f"127.0.0.1:{runner.addresses[0][1]}"
        self.url, self.gateway_url = f"http://{at}{_API}", f"ws://{at}/gateway"
        try:
            yield self
        finally:
            self.stop_timers()
            for connection in list(self.connections):
                await connection.close(1001)
            await runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=30_000_000)
        for one in ROUTES:
            app.router.add_route(one.method, _API + one.path, self._handler(one))
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/gateway/", self._gateway)
        self.add_page(app)
        app.router.add_route("*", "/{anything:.*}", self._nowhere)
        return app

    def add_page(self, app: web.Application) -> None:
        """Further routes; `devtools.discord.page` adds its own."""

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, autoping=True, max_msg_size=16_384)
        await socket.prepare(request)
        connection = Connection(self, socket, request.query.get("compress", ""), request.transport)
        self.connections.add(connection)
        try:
            await connection.run()
        finally:
            self.connections.discard(connection)
        return socket

    async def _nowhere(self, request: web.Request) -> web.Response:
        body = {"message": "404: Not Found", "code": 0}
        self._record(request, time.monotonic(), 404, None, body)
        return _json(404, body)

    def _handler(self, one: Route) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            began = time.monotonic()
            try:
                sent = await _sent(request)
            except ValueError:
                sent = None
            path = request.path.removeprefix(_API)
            fault = self.faults.take(request.method, path)
            if self.settings.rest_delay_s or (fault and fault.delay_s):
                await asyncio.sleep(self.settings.rest_delay_s + (fault.delay_s if fault else 0))
            if fault and fault.kind != "slow" and not fault.after:
                return self._fail(request, began, fault, sent)
            response = self._answer(one, request, began, sent)
            if fault and fault.after:
                return self._fail(request, began, fault, sent)
            return response

        return handle

    def _answer(self, one: Route, request: web.Request, began: float, sent: Any) -> web.Response:
        authorized = request.headers.get("Authorization") == f"Bot {self.settings.token}"
        if not one.public and not authorized:
            return self._finish(request, began, 401, sent, RestError(0).body, {})
        major = request.match_info.get(one.major, "")
        verdict = self.buckets.take(one.bucket, major, exempt=one.public)
        if verdict.wait_s:
            return self._limit(request, began, sent, verdict)
        if sent is None:
            body = RestError(50109).body
            return self._finish(request, began, 400, sent, body, verdict.headers)
        try:
            _check_ids(request.match_info)
            asked = RestRequest(dict(request.match_info), dict(request.query), sent)
            status, body = one.answer(self, asked)
        except RestError as refused:
            status, body = refused.status, refused.body
            if status == 429:
                late = LimitVerdict(verdict.headers, body["retry_after"])
                return self._limit(request, began, sent, late, body)
        return self._finish(request, began, status, sent, body, verdict.headers)

    def _limit(
        self,
        request: web.Request,
        began: float,
        sent: Any,
        verdict: LimitVerdict,
        body: Json | None = None,
        *,
        via: bool = True,
    ) -> web.Response:
        """A 429: discord.py retries it if `Via` says that it came through Discord's proxy."""
        everywhere = verdict.scope == "global"
        refusal = body or {
            "message": "You are being rate limited.",
            "retry_after": round(verdict.wait_s, 3),
            "global": everywhere,
        }
        headers = {
            **verdict.headers,
            "Retry-After": str(int(verdict.wait_s) + 1),
            "X-RateLimit-Scope": verdict.scope,
        }
        if via:
            headers["Via"] = "1.1 google"
        response = self._finish(request, began, 429, sent, refusal, headers)
        self.rate_limited.append(self.calls[-1])
        return response

    def _fail(
        self, request: web.Request, began: float, fault: RestFault, sent: Any
    ) -> web.StreamResponse:
        if fault.kind == "reset":
            self._record(request, began, 0, sent, None)
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if fault.kind == "429":
            headers = {"X-RateLimit-Global": "true"} if fault.scope == "global" else {}
            verdict = LimitVerdict(headers, fault.retry_after_s, fault.scope)
            return self._limit(request, began, sent, verdict, via=fault.via)
        status = int(fault.kind)
        if status in (400, 403, 404):
            body = fault.body or {"message": "On cue.", "code": fault.code}
            return self._finish(request, began, status, sent, body, {})
        self._record(request, began, status, sent, None)
        text = f"<html><body>{status}: on cue</body></html>"
        return web.Response(status=status, text=text, content_type="text/html")

    def _finish(
        self,
        request: web.Request,
        began: float,
        status: int,
        sent: Any,
        body: Any,
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        self._record(request, began, status, sent, body)
        return _json(status, body, headers)

    def _record(
        self, request: web.Request, began: float, status: int, sent: Any, body: Any
    ) -> None:
        path = request.path.removeprefix(_API)
        code = body.get("code", 0) if isinstance(body, dict) and status >= 400 else 0
        took_s = time.monotonic() - began
        reply = body if status >= 400 else None
        call = RecordedRequest(began, request.method, path, status, code, took_s, sent, reply)
        self.calls.append(call)
        written = request.method in _WRITES and status < 400
        if written and path.rstrip("/0123456789").endswith("/commands"):
            self.command_writes.append(call)
        self.changed()


async def _sent(request: web.Request) -> Any:
    """Return a call's body; of a form its JSON, with the files as attachments."""
    if request.content_type != "multipart/form-data":
        raw = await request.read()
        return orjson.loads(raw) if raw else {}
    form = await request.post()
    files = [part for name, part in form.items() if name.startswith("files[")]
    attachments = []
    for number, file in enumerate(files):
        content = file.file.read()
        address = f"https://cdn.discordapp.com/attachments/{file.filename}"
        told = {"id": str(number), "filename": file.filename, "content_type": file.content_type}
        told |= {"size": len(content), "url": address, "proxy_url": address}
        attachments.append(told | {"content": content.decode(errors="replace")})
    return orjson.loads(form["payload_json"]) | {"attachments": attachments}


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers=headers)
    try:
        data = orjson.dumps(body)
    except TypeError:
        data = json.dumps(body).encode()
    return web.Response(status=status, body=data, content_type="application/json", headers=headers)


def _check_ids(parts: Mapping[str, str]) -> None:
    """Raises: RestError 50035 for a part of the path that should be an id and is not."""
    form = FormErrors()
    for name, value in parts.items():
        if name.endswith("_id") and not value.isdecimal() and value not in ("@me", "@original"):
            form.wrong(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    form.end()
