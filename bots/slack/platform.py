"""Slack: answers in threads, streamed by edits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from bots.shared.platform import RunningPlatform
from bots.slack.api.channel_ids import ChannelIds
from bots.slack.api.workspaces import open_session
from bots.slack.app import Parts, assemble
from bots.slack.context import Context
from bots.slack.events.backfill import look_back
from bots.slack.install.oauth import INSTALL_PATH, oauth_routes
from bots.slack.transport.http import EVENTS_PATH, events_route, serving
from bots.slack.transport.socket_mode import SocketMode
from config.settings import Settings
from core.errors import ConfigError
from core.messaging.service import ChatService
from core.profile import Profile
from core.text.safety.sanitize import Cleaner

_SHORT_S: Final = 60.0  # after a shorter absence, Slack repeats the events by itself


@asynccontextmanager
async def open_slack(
    settings: Settings, service: ChatService, profile: Profile
) -> AsyncIterator[RunningPlatform]:
    """Set Slack up; `run` of the result stays connected until cancelled.

    Raises:
        ConfigError: a token is missing or not accepted, or the port is taken.
        PlatformError: Slack does not answer.
        StorageError: the last questions or the installations cannot be read.
    """
    cleaner = Cleaner(profile.link_hosts, instead=profile.link_left_out)
    channel_ids = ChannelIds(service.operations.reports if service.operations else None)
    await channel_ids.look()
    context = Context(service, profile, settings, cleaner, channel_ids)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        parts = await assemble(context, session, stack)
        stack.push_async_callback(parts.background.close)
        following = asyncio.create_task(channel_ids.follow())
        stack.callback(following.cancel)
        yield await connect(parts, context, stack)


async def connect(parts: Parts, context: Context, stack: AsyncExitStack) -> RunningPlatform:
    """Get ready to listen; the web routes are served until `stack` is closed.

    Raises:
        ConfigError: neither Socket Mode nor HTTP is set up, or the port is taken.
    """
    settings = context.settings
    app_token = settings.slack_app_token.get_secret_value()
    signing_secret = settings.slack_signing_secret.get_secret_value()
    if not (app_token or signing_secret):
        raise ConfigError(
            "SLACK_APP_TOKEN is not set (nor SLACK_SIGNING_SECRET, for events by HTTP): "
            "make one under Basic Information, App-Level Tokens, with connections:write"
        )
    routes: list[web.RouteDef] = [] if app_token else [events_route(parts.app, signing_secret)]
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
    about = f"Slack: on {_as_whom(parts)} ({how})"
    workspaces = parts.workspaces
    if not app_token:
        return RunningPlatform(about, listener.wait, away=lambda: workspaces.lost)
    socket_mode = _socket_mode(parts, app_token, listener)
    return RunningPlatform(
        about, socket_mode.run, away=lambda: workspaces.lost or socket_mode.away()
    )


class _Listener:
    """Starts a backfill after each absence."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._since = parts.heard_last

    def connected(self, lost_at: datetime | None) -> None:
        """Read the messages that were missed since the connection was lost."""
        parts = self._parts
        since = self._since or ({one.team: lost_at for one in parts.workspaces} if lost_at else {})
        self._since = {}
        for workspace in parts.workspaces:
            missed = since.get(workspace.team)
            if missed and (datetime.now(UTC) - missed).total_seconds() > _SHORT_S:
                parts.background.begin(look_back(workspace, parts.message_handler, missed))

    async def wait(self) -> None:
        """Wait until cancelled, as events come by HTTP."""
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
