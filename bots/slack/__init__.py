"""Slack: answers in threads, streamed by edits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bots.connected import Connected
from bots.slack.actions import Buttons
from bots.slack.app import make_app
from bots.slack.budgets import Budgets
from bots.slack.connection import SocketMode
from bots.slack.context import Context
from bots.slack.errands import Errands
from bots.slack.errors import bad_token
from bots.slack.ids import PREFIX, place_of
from bots.slack.messages import Hearing
from bots.slack.reply import Answers, SlackReply
from bots.slack.workspaces import Workspace, Workspaces, identify, make_client, open_session
from config.settings import Settings
from core.desk import Desk
from core.errors import ConfigError, PlatformError
from core.profile import Profile
from core.safety import Cleaner
from core.types import Question


@asynccontextmanager
async def open_slack(settings: Settings, desk: Desk, profile: Profile) -> AsyncIterator[Connected]:
    """Set Slack up: `run` of what this gives stays connected until cancelled.

    Raises:
        ConfigError: a token is missing, or not accepted.
        PlatformError: Slack does not answer.
    """
    context = Context(desk, profile, settings, Cleaner(profile.link_hosts))
    budgets, answers, errands = Budgets(), Answers(), Errands()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        stack.push_async_callback(errands.close)
        client = make_client(session, settings.slack_api_url)
        workspace = await _identify(
            make_client(
                session, settings.slack_api_url, settings.slack_bot_token.get_secret_value()
            )
        )
        workspaces = Workspaces(workspace)
        hearing = Hearing(context, errands)

        def open_reply(question: Question) -> SlackReply:
            return SlackReply(
                client=workspace.client,
                context=context,
                budgets=budgets,
                answers=answers,
                question=question,
            )

        app = make_app(
            client=client,
            workspaces=workspaces,
            hearing=hearing,
            buttons=Buttons(context, budgets, answers),
            errands=errands,
            signing_secret=settings.slack_signing_secret.get_secret_value(),
        )
        desk.serve(PREFIX, open_reply)

        async def connected() -> None:
            """Nothing yet."""

        mode = SocketMode(
            app,
            client=client,
            session=session,
            app_token=settings.slack_app_token.get_secret_value(),
            connected=connected,
        )
        yield Connected(
            f"Slack: on as @{workspace.bot_name} in workspace {workspace.name} (Socket Mode)",
            mode.run,
        )


async def _identify(client) -> Workspace:
    try:
        return await identify(client)
    except PlatformError as error:
        raise bad_token(error, "SLACK_BOT_TOKEN") or error from error
