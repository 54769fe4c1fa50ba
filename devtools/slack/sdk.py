"""The real SDK and Bolt, connected to the local Slack for as long as a test needs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from devtools.slack.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Slack


def client_of(slack: Slack, *, token: str | None = BOT_TOKEN, **more: Any) -> AsyncWebClient:
    """The Web API's client; `token` None is nobody."""
    return AsyncWebClient(token=token, base_url=slack.api_url, **more)


def bolt_of(slack: Slack) -> AsyncApp:
    """A Bolt app without listeners."""
    return AsyncApp(client=client_of(slack), signing_secret=SIGNING_SECRET)


@asynccontextmanager
async def connected(
    app: AsyncApp, slack: Slack, *, ping_interval_s: float = 1.0
) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app on Socket Mode, until leaving; nothing of it is left behind."""
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=ping_interval_s)
    await handler.connect_async()
    try:
        await slack.until(lambda: slack.sockets)
        yield handler
    finally:
        client = handler.client
        tasks = [
            client.message_processor,
            client.message_receiver,
            client.current_session_monitor,
        ]
        await handler.close_async()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def listening(app: AsyncApp) -> AsyncIterator[tuple[str, list[Any]]]:
    """The app behind a request URL, until leaving; yields the URL and the headers that it got."""
    headers: list[Any] = []

    async def endpoint(request: web.Request) -> web.Response:
        headers.append(request.headers.copy())
        answer = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

    served = web.Application()
    served.add_routes([web.post("/slack/events", endpoint)])
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", headers
    finally:
        await runner.cleanup()


async def refusal(awaitable: Any) -> Any:
    """The answer of a call that Slack refuses.

    Raises:
        AssertionError: It was not refused.
    """
    try:
        await awaitable
    except SlackApiError as error:
        return error.response
    raise AssertionError("it was not refused")
