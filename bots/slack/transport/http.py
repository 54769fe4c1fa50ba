"""Signed events by HTTP, the alternative to Socket Mode.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from core.errors import ConfigError

EVENTS_PATH: Final = "/slack/events"
_SHUTDOWN_S: Final = 2.0


def events_route(app: AsyncApp) -> web.RouteDef:
    """The request URL of events, buttons and commands; Bolt checks the signatures."""

    async def event(request: web.Request) -> web.Response:
        response = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    return web.post(EVENTS_PATH, event)


@asynccontextmanager
async def serving(routes: Iterable[web.RouteDef], host: str, port: int) -> AsyncIterator[str]:
    """Serve; the address without a slash at its end, where port 0 has become a free one.

    Raises:
        ConfigError: nothing can listen there.
    """
    server = web.Application()
    server.add_routes(list(routes))
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            line = f"FAQBOT_SLACK_PORT: nothing can listen at {host}:{port} ({error.strerror})"
            raise ConfigError(line) from error
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
