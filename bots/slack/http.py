"""Signed events by HTTP, the alternative to Socket Mode; and what else is served beside them.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from core.errors import ConfigError

logger = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"


class HttpEvents:
    """Serves the request URL of events, buttons and commands; Bolt checks the signatures."""

    def __init__(
        self, app: AsyncApp, *, host: str, port: int, routes: Iterable[web.RouteDef] = ()
    ) -> None:
        """Port 0 takes a free one: `port` says which, once `ready` is set."""
        self._app = app
        self._host = host
        self.port = port
        self._routes = [web.post(EVENTS_PATH, self._event), *routes]
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            ConfigError: the port is taken.
        """
        server = web.Application()
        server.add_routes(self._routes)
        runner = web.AppRunner(server, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, self._host, self.port).start()
            except OSError as error:
                place = f"{self._host}:{self.port}"
                raise ConfigError(
                    f"FAQBOT_SLACK_PORT: cannot listen on {place}: {error}"
                ) from error
            self.port = runner.addresses[0][1]
            self.ready.set()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _event(self, request: web.Request) -> web.Response:
        response = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)
