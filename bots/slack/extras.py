"""What people can do beside asking in a conversation, each in a module of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack import command, feedback, home, pane, sharing
from bots.slack.budgets import Budgets
from bots.slack.context import Context

Next = Callable[[], Awaitable[BoltResponse]]

_MODULES: Final[tuple[ModuleType, ...]] = (command, feedback, home, pane)


def register(app: AsyncApp, context: Context, budgets: Budgets) -> None:
    """Listen to all of it; before whatever acknowledges the rest."""

    @app.middleware
    async def directly(client: AsyncWebClient, next_: Next) -> BoltResponse:
        # Bolt makes a client a request out of `app.client`, which then reads the environment anew.
        client.proxy = app.client.proxy
        return await next_()

    for module in _MODULES:
        module.register(app, context)
    sharing.register(app, context, budgets)
