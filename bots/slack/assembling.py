"""What is there before anything is connected: the workspaces, the Bolt app, and replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.actions import Buttons
from bots.slack.app import make_app
from bots.slack.budgets import Budgets
from bots.slack.context import Context
from bots.slack.ephemeral import EphemeralReply, is_ephemeral
from bots.slack.errands import Errands
from bots.slack.errors import bad_token
from bots.slack.ids import PREFIX, place_of
from bots.slack.installations import Installations
from bots.slack.messages import Hearing
from bots.slack.pane import hint_for
from bots.slack.reply import Answers, SlackReply
from bots.slack.streaming import StreamingReply
from bots.slack.teaching import Teaching
from bots.slack.workspaces import Workspaces, identify, make_client
from core.errors import PlatformError
from core.ports import Reply
from core.types import Question

_FOLDER: Final = "slack"  # of the data folder: who has installed the bot


@dataclass(frozen=True, slots=True)
class Parts:
    """All of it. `client` has no token; `heard_last` has the workspaces' latest questions."""

    app: AsyncApp
    client: AsyncWebClient
    session: aiohttp.ClientSession
    workspaces: Workspaces
    installations: Installations | None
    hearing: Hearing
    errands: Errands
    heard_last: dict[str, datetime]


async def assemble(context: Context, session: aiohttp.ClientSession) -> Parts:
    """Put it together, and let the desk open replies.

    Raises:
        ConfigError, PlatformError, StorageError: see `bots.slack.open_slack`.
    """
    client = make_client(session, context.settings.slack_api_url)
    workspaces, installations = await _workspaces(context, session)
    budgets = Budgets(edits_a_minute=context.settings.slack_edits_per_minute)
    answers, errands = Answers(), Errands()
    replies = Replies(context, workspaces, budgets, answers, errands)
    context.desk.serve(PREFIX, replies.open)
    hearing = Hearing(context, errands, Teaching(context, errands, budgets))
    app = make_app(
        context=context,
        client=client,
        workspaces=workspaces,
        hearing=hearing,
        buttons=Buttons(context, budgets, answers),
        budgets=budgets,
        errands=errands,
        installations=installations,
    )
    # Before anything new is heard: what was missed comes after it.
    heard_last = {
        one.team: await context.desk.last_seen(f"{PREFIX}{one.team}:") for one in workspaces
    }
    return Parts(
        app=app,
        client=client,
        session=session,
        workspaces=workspaces,
        installations=installations,
        hearing=hearing,
        errands=errands,
        heard_last={team: at for team, at in heard_last.items() if at},
    )


@dataclass(frozen=True, slots=True)
class Replies:
    """Opens the place of each answer."""

    context: Context
    workspaces: Workspaces
    budgets: Budgets
    answers: Answers
    errands: Errands
    plain_in: set[str] = field(default_factory=set)

    def open(self, question: Question) -> Reply[Any]:
        """The place for the answer to a question.

        Raises:
            PlatformRefusedError: the bot is not installed in that workspace any more.
        """
        context = self.context
        workspace = self.workspaces.get(place_of(question.session).team)
        client = workspace.client
        if is_ephemeral(question):
            return EphemeralReply(client, context, question)
        by_edits = SlackReply(
            client=client,
            context=context,
            budgets=self.budgets,
            answers=self.answers,
            question=question,
            bot_user=workspace.bot_user,
            plain_in=self.plain_in,
            hint=hint_for(client, context, self.errands, question),
        )
        if context.settings.slack_streaming == "edits":
            return by_edits
        return StreamingReply(
            by_edits,
            client=client,
            context=context,
            budgets=self.budgets,
            answers=self.answers,
            question=question,
            stop=lambda: self.errands.run(context.desk.stop(question.id)),
        )


async def _workspaces(
    context: Context, session: aiohttp.ClientSession
) -> tuple[Workspaces, Installations | None]:
    settings = context.settings
    token = settings.slack_bot_token.get_secret_value()
    if token:
        try:
            only = await identify(make_client(session, settings.slack_api_url, token))
        except PlatformError as error:
            raise bad_token(error, "SLACK_BOT_TOKEN") or error from error
        return Workspaces(only), None
    workspaces = Workspaces()
    installations = Installations(
        settings.data_dir / _FOLDER,
        session=session,
        api_url=settings.slack_api_url,
        added=workspaces.add,
        removed=workspaces.remove,
    )
    await installations.load()
    return workspaces, installations
