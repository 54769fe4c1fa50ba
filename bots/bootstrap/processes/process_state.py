"""The state of this process on a port for operators: alive, ready, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bots.bootstrap.processes.metrics import Metrics
from bots.bootstrap.stores import Stores, check_index
from bots.shared.addresses import host_of, is_loopback
from bots.shared.http_server import Handler, listening
from bots.shared.platform import RunningPlatform
from config.settings import Settings
from core.errors import ConfigError, FaqbotError
from core.messaging.service import ChatService

_LOOK_S: Final = 3.0
_SHUTDOWN_S: Final = 1.0
_ANY_PLATFORM: Final = "web:"

Probe = Callable[[], Awaitable[str]]


@dataclass(slots=True)
class ProcessState:
    """The parts of this process that are open so far; filled while it starts."""

    settings: Settings
    metrics: Metrics = field(default_factory=Metrics)
    stores: Stores | None = None
    service: ChatService | None = None
    platforms: list[RunningPlatform] = field(default_factory=list)

    async def away(self) -> dict[str, str]:
        """Return the parts that are away, by name, each with a reason; nothing if all are there."""
        probes: dict[str, Probe] = {"store": self._store, "index": self._index}
        looks = [_looked(probe) for probe in probes.values()]
        found = dict(zip(probes, await asyncio.gather(*looks), strict=True))
        found["worker"] = (
            "" if self.service and self.service.runner.at_work else "not answering yet"
        )
        for platform in self.platforms:
            name = platform.about.partition(":")[0].lower()
            found[name] = platform.away()
        return {name: why for name, why in found.items() if why}

    async def _store(self) -> str:
        if self.stores is None:
            return "not open yet"
        await self.stores.inbox.last_seen(_ANY_PLATFORM)
        return ""

    async def _index(self) -> str:
        await asyncio.to_thread(check_index, self.settings)
        return ""


async def _looked(probe: Probe) -> str:
    try:
        async with asyncio.timeout(_LOOK_S):
            return await probe()
    except TimeoutError:
        return f"no answer within {_LOOK_S:g} s"
    except FaqbotError as error:
        return str(error)


@asynccontextmanager
async def serving(state: ProcessState) -> AsyncIterator[str]:
    """Serve `/healthz`, `/readyz` and `/metrics`; yield a line that says where, or why not.

    A second process on the same machine, whose port is taken, runs without them.
    """
    settings = state.settings
    if not settings.ops_port:
        yield "health: off, as FAQBOT_OPS_PORT says"
        return
    app = _app(state)
    served = listening(
        app,
        settings.ops_host,
        settings.ops_port,
        port_setting="FAQBOT_OPS_PORT",
        shutdown_s=_SHUTDOWN_S,
    )
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(served)
            line = f"health and metrics: {address}/readyz and /metrics"
        except ConfigError as error:
            line = f"health: off, {error}"
        yield line


def _app(state: ProcessState) -> web.Application:
    async def alive(_request: web.Request) -> web.Response:
        return _said({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        away = await state.away()
        return _said({"status": "away" if away else "ok", "away": away}, 503 if away else 200)

    async def measured(_request: web.Request) -> web.Response:
        text = await state.metrics.text(state.stores, state.service)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    @web.middleware
    async def here(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a page elsewhere that made its own name point here (DNS rebinding)."""
        if is_loopback(state.settings.ops_host) and not is_loopback(host_of(request.host)):
            raise web.HTTPForbidden(text="open it as 127.0.0.1 or localhost")
        return await handler(request)

    app = web.Application(middlewares=[here])
    app.add_routes(
        [web.get("/healthz", alive), web.get("/readyz", ready), web.get("/metrics", measured)]
    )
    return app


def _said(value: dict[str, object], status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")
