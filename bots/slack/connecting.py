"""How events come: by Socket Mode or by HTTP; and what was missed before they did."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bots.connected import Connected
from bots.slack.assembling import Parts
from bots.slack.catchup import look_back
from bots.slack.connection import SocketMode
from bots.slack.context import Context
from bots.slack.http import EVENTS_PATH, events_route, serving
from bots.slack.oauth import INSTALL_PATH, oauth_routes
from core.errors import ConfigError

_SHORT_S: Final = 60.0  # Slack itself sends what came in a shorter absence


async def connect(parts: Parts, context: Context, stack: AsyncExitStack) -> Connected:
    """Get ready to listen; what has to be served is served until `stack` is closed.

    Raises:
        ConfigError: there is no way for events to come, or the port is taken.
    """
    settings = context.settings
    app_token = settings.slack_app_token.get_secret_value()
    if not (app_token or settings.slack_signing_secret.get_secret_value()):
        raise ConfigError(
            "SLACK_APP_TOKEN is not set (nor SLACK_SIGNING_SECRET, for events by HTTP): "
            "make one under Basic Information, App-Level Tokens, with connections:write"
        )
    routes: list[web.RouteDef] = [] if app_token else [events_route(parts.app)]
    if parts.installations:
        routes += oauth_routes(settings, parts.installations, parts.client)
    address = ""
    if routes:
        served = serving(routes, settings.slack_host, settings.slack_port)
        address = await stack.enter_async_context(served)
    how = "Socket Mode" if app_token else f"events by HTTP at {address}{EVENTS_PATH}"
    if parts.installations:
        how += f", to be installed at {address}{INSTALL_PATH}"
    listener = _Listener(parts)
    run = _socket_mode(parts, app_token, listener).run if app_token else listener.wait
    return Connected(f"Slack: on {_as_whom(parts)} ({how})", run)


class _Listener:
    """Knows since when nobody has listened."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._since = parts.heard_last

    def connected(self, lost_at: datetime | None) -> None:
        """Somebody listens again: hear what was missed."""
        parts = self._parts
        since = self._since or ({one.team: lost_at for one in parts.workspaces} if lost_at else {})
        self._since = {}
        for workspace in parts.workspaces:
            missed = since.get(workspace.team)
            if missed and (datetime.now(UTC) - missed).total_seconds() > _SHORT_S:
                parts.errands.run(look_back(workspace, parts.hearing, missed))

    async def wait(self) -> None:
        """Events come by HTTP, until cancelled."""
        self.connected(None)
        await asyncio.Event().wait()


def _socket_mode(parts: Parts, app_token: str, listener: _Listener) -> SocketMode:
    return SocketMode(
        parts.app,
        client=parts.client,
        session=parts.session,
        app_token=app_token,
        connected=listener.connected,
    )


def _as_whom(parts: Parts) -> str:
    if parts.installations:
        return f"in {len(parts.workspaces)} workspaces"
    (workspace,) = parts.workspaces
    return f"as @{workspace.bot_name} in workspace {workspace.name}"
