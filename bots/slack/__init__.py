"""Slack: answers in threads, streamed by edits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp

from bots.connected import Connected
from bots.slack.actions import Buttons
from bots.slack.app import make_app
from bots.slack.blocks import Page
from bots.slack.budgets import Budgets
from bots.slack.catchup import look_back
from bots.slack.connection import SocketMode
from bots.slack.context import Context
from bots.slack.ephemeral import EphemeralReply, is_ephemeral
from bots.slack.errands import Errands
from bots.slack.errors import bad_token
from bots.slack.http import EVENTS_PATH, events_route, serving
from bots.slack.ids import PREFIX
from bots.slack.messages import Hearing
from bots.slack.pane import hint_for
from bots.slack.reply import Answers, SlackReply
from bots.slack.workspaces import Workspace, Workspaces, identify, make_client, open_session
from config.settings import Settings
from core.desk import Desk
from core.errors import ConfigError, PlatformError
from core.ports import Reply
from core.profile import Profile
from core.safety import Cleaner
from core.types import Question

_SHORT_S: Final = 60.0  # Slack itself sends what came in a shorter absence


@asynccontextmanager
async def open_slack(settings: Settings, desk: Desk, profile: Profile) -> AsyncIterator[Connected]:
    """Set Slack up: `run` of what this gives stays connected until cancelled.

    Raises:
        ConfigError: a token is missing, or not accepted.
        PlatformError: Slack does not answer.
        StorageError: it cannot be found out what was heard last.
    """
    context = Context(desk, profile, settings, Cleaner(profile.link_hosts))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        parts = await _build(context, session)
        stack.push_async_callback(parts.errands.close)
        yield await _connected(parts, context, session, stack)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is there before anything is connected."""

    workspace: Workspace
    workspaces: Workspaces
    hearing: Hearing
    buttons: Buttons
    errands: Errands
    heard_last: datetime | None

    def look_back(self, since: datetime | None) -> None:
        """Hear what was said while nobody listened, unless that was too short a time to miss it."""
        if since and (datetime.now(UTC) - since).total_seconds() > _SHORT_S:
            self.errands.run(look_back(self.workspace, self.hearing, since))


async def _build(context: Context, session: aiohttp.ClientSession) -> _Parts:
    settings, desk = context.settings, context.desk
    token = settings.slack_bot_token.get_secret_value()
    try:
        workspace = await identify(make_client(session, settings.slack_api_url, token))
    except PlatformError as error:
        raise bad_token(error, "SLACK_BOT_TOKEN") or error from error
    budgets, answers, errands = Budgets(), Answers(), Errands()

    def open_reply(question: Question) -> Reply[Page]:
        client = workspace.client
        if is_ephemeral(question):
            return EphemeralReply(client, context, question)
        return SlackReply(
            client=client,
            context=context,
            budgets=budgets,
            answers=answers,
            question=question,
            hint=hint_for(client, context, errands, question),
        )

    desk.serve(PREFIX, open_reply)
    return _Parts(
        workspace=workspace,
        workspaces=Workspaces(workspace),
        hearing=Hearing(context, errands),
        buttons=Buttons(context, budgets, answers),
        errands=errands,
        # Before anything new is heard: what was missed comes after it.
        heard_last=await desk.last_seen(f"{PREFIX}{workspace.team}:"),
    )


async def _connected(
    parts: _Parts, context: Context, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> Connected:
    settings = context.settings
    client = make_client(session, settings.slack_api_url)
    app_token = settings.slack_app_token.get_secret_value()
    app = make_app(
        context=context,
        client=client,
        workspaces=parts.workspaces,
        hearing=parts.hearing,
        buttons=parts.buttons,
        errands=parts.errands,
    )
    about = f"Slack: on as @{parts.workspace.bot_name} in workspace {parts.workspace.name}"
    if app_token:
        first = True

        def connected(lost_at: datetime | None) -> None:
            nonlocal first
            parts.look_back(parts.heard_last if first else lost_at)
            first = False

        mode = SocketMode(
            app, client=client, session=session, app_token=app_token, connected=connected
        )
        return Connected(f"{about} (Socket Mode)", mode.run)
    if not settings.slack_signing_secret.get_secret_value():
        raise ConfigError(
            "SLACK_APP_TOKEN is not set (nor SLACK_SIGNING_SECRET, for events by HTTP): "
            "make one under Basic Information, App-Level Tokens, with connections:write"
        )
    served = serving([events_route(app)], settings.slack_host, settings.slack_port)
    address = await stack.enter_async_context(served)

    async def served_already() -> None:
        parts.look_back(parts.heard_last)
        await asyncio.Event().wait()

    return Connected(f"{about} (events by HTTP at {address}{EVENTS_PATH})", served_already)
