"""Slack: answers in threads, streamed by edits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bots.connected import Connected
from bots.slack.assembling import assemble
from bots.slack.connecting import connect
from bots.slack.context import Context
from bots.slack.workspaces import open_session
from config.settings import Settings
from core.desk import Desk
from core.profile import Profile
from core.safety import Cleaner


@asynccontextmanager
async def open_slack(settings: Settings, desk: Desk, profile: Profile) -> AsyncIterator[Connected]:
    """Set Slack up: `run` of what this gives stays connected until cancelled.

    Raises:
        ConfigError: a token is missing or not accepted, or the port is taken.
        PlatformError: Slack does not answer.
        StorageError: it cannot be found out what was heard last, or where the bot is installed.
    """
    context = Context(desk, profile, settings, Cleaner(profile.link_hosts))
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        parts = await assemble(context, session)
        stack.push_async_callback(parts.errands.close)
        yield await connect(parts, context, stack)
