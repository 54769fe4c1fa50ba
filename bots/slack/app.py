"""The Bolt app: its listeners in their order, and its parts before anything is connected."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api import channel_ids
from bots.slack.api.channel_ids import ChannelIds
from bots.slack.api.errors import bad_token
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.standing import Standings
from bots.slack.api.workspaces import Workspaces, identify, make_client
from bots.slack.context import Context
from bots.slack.events import messages
from bots.slack.events.lessons import LessonHandler
from bots.slack.events.messages import MessageHandler
from bots.slack.ids import PREFIX, is_public, place_of
from bots.slack.install.files import InstallationFiles
from bots.slack.install.installations import Installations, Kept
from bots.slack.install.installations import register as register_installations
from bots.slack.interactions import (
    assistant_pane,
    cases,
    commands,
    entries,
    feedback,
    home,
    share,
    source_details,
)
from bots.slack.interactions.assistant_pane import hint_for
from bots.slack.interactions.buttons import Buttons
from bots.slack.interactions.buttons import register as register_buttons
from bots.slack.interactions.lessons import LessonButtons
from bots.slack.interactions.lessons import register as register_lessons
from bots.slack.replies.ephemeral import EphemeralReply, is_ephemeral
from bots.slack.replies.native_status import NativeStatus
from bots.slack.replies.native_stream import StreamingReply
from bots.slack.replies.outreach import PlatformOutreach
from bots.slack.replies.thread import Answers, SlackReply
from config.settings import Settings
from core.errors import PlatformError
from core.messaging.delivery.reply import Reply
from core.types import Question

_ANYTHING: Final = re.compile(r".*")
_EXTRAS: Final[tuple[ModuleType, ...]] = (commands, home, assistant_pane)
_FOLDER: Final = "slack"  # the folder of installations in the data folder

Json = dict[str, Any]
Next = Callable[[], Awaitable[BoltResponse]]


def make_app(  # noqa: PLR0913 - its collaborators, all by name
    *,
    context: Context,
    client: AsyncWebClient,
    workspaces: Workspaces,
    message_handler: MessageHandler,
    lessons: LessonHandler,
    buttons: Buttons,
    budgets: Budgets,
    background: BackgroundTasks,
    installations: Installations | None,
) -> AsyncApp:
    """Make the app with all its listeners; `client` has no token of its own."""

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return await workspaces.authorize(team_id)

    # Below this level, Bolt builds debug lines, and warns of things that are intended.
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)
    app = AsyncApp(
        name="faqbot",
        client=client,
        authorize=authorize,  # type: ignore[arg-type] # None says: not installed there
        signing_secret=context.settings.slack_signing_secret.get_secret_value(),
        logger=logger,
    )
    _know_channels_by_their_first_ids(app, context.channel_ids, workspaces)
    messages.register(app, message_handler, workspaces)
    channel_ids.register(app, context.channel_ids)
    # Registered before the stop sign, whose listener takes all other reactions.
    register_lessons(app, LessonButtons(context, lessons), workspaces, background)
    register_buttons(app, buttons, workspaces, background)
    cases.register(app, cases.CaseButtons(context, budgets), workspaces, background)
    entries.register(app, entries.EntryButtons(context), workspaces, background)
    _register_extras(app, context, budgets, workspaces)
    register_installations(app, installations, workspaces)
    _acknowledge_the_rest(app)
    return app


def _know_channels_by_their_first_ids(
    app: AsyncApp, ids: ChannelIds, workspaces: Workspaces
) -> None:
    """Exchange channel ids in each event before any listener reads it."""

    @app.middleware
    async def known(body: Json, context: AsyncBoltContext, next_: Next) -> BoltResponse:
        body.update(ids.with_first(body))
        if workspaces.has(context.team_id):
            context["client"] = workspaces.get(context.team_id).client
        return await next_()


def _acknowledge_the_rest(app: AsyncApp) -> None:
    """Acknowledge events without a listener, so that Slack does not send them again."""

    @app.event(_ANYTHING)
    async def event() -> None:
        """Do nothing, since the middleware has handled the event."""

    @app.action(_ANYTHING)
    async def action(ack: AsyncAck) -> None:
        await ack()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the app. `client` has no token; `heard_last` has the latest question's times."""

    app: AsyncApp
    client: AsyncWebClient
    session: aiohttp.ClientSession
    workspaces: Workspaces
    installations: Installations | None
    message_handler: MessageHandler
    background: BackgroundTasks
    heard_last: dict[str, datetime]


async def assemble(
    context: Context, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> Parts:
    """Put the parts together, and let the chat service open replies; `stack` closes what is open.

    Raises:
        ConfigError, PlatformError, StorageError: see `bots.slack.open_slack`.
    """
    client = make_client(session, context.settings.slack_api_url)
    workspaces, installations = await _workspaces(context, session, stack)
    budgets = Budgets(
        edits_a_minute=context.settings.slack_edits_per_minute,
        calls=context.service.calls,
    )
    answers, background = Answers(), BackgroundTasks()
    replies = Replies(context, workspaces, budgets, answers, background)
    standings = Standings(context.profile.groups, workspaces)
    context.service.serve(
        PREFIX,
        replies.open,
        is_public=is_public,
        stand=standings.of,
        outreach=PlatformOutreach(workspaces, budgets, context.cleaner),
    )
    lessons = LessonHandler(context, background, budgets)
    message_handler = MessageHandler(context, background, lessons, budgets)
    app = make_app(
        context=context,
        client=client,
        workspaces=workspaces,
        message_handler=message_handler,
        lessons=lessons,
        buttons=Buttons(context, budgets, answers),
        budgets=budgets,
        background=background,
        installations=installations,
    )
    # Read before any new event, since the look back begins at the last question before it.
    heard_last = {
        one.team: await context.service.last_seen(f"{PREFIX}{one.team}:") for one in workspaces
    }
    return Parts(
        app=app,
        client=client,
        session=session,
        workspaces=workspaces,
        installations=installations,
        message_handler=message_handler,
        background=background,
        heard_last={team: at for team, at in heard_last.items() if at},
    )


@dataclass(frozen=True, slots=True)
class Replies:
    """Opens the reply for each answer."""

    context: Context
    workspaces: Workspaces
    budgets: Budgets
    answers: Answers
    background: BackgroundTasks
    plain_in: set[str] = field(default_factory=set)
    statusless: set[tuple[str, str]] = field(default_factory=set)

    def open(self, question: Question) -> Reply[Any]:
        """Open the reply for the answer to a question.

        Raises:
            PlatformRefusedError: the bot is not installed in that workspace any more.
        """
        context = self.context
        workspace = self.workspaces.get(place_of(question.session).team)
        client = workspace.client
        if is_ephemeral(question):
            return EphemeralReply(client, context, question)
        status = NativeStatus(client, question, self.background, self.statusless)
        by_edits = SlackReply(
            client=client,
            context=context,
            budgets=self.budgets,
            answers=self.answers,
            question=question,
            bot_user=workspace.bot_user,
            plain_in=self.plain_in,
            status=status,
            hint=hint_for(client, context, self.background, question, status),
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
            stop=lambda: self.background.begin(context.service.stop(question.id)),
        )


async def _workspaces(
    context: Context, session: aiohttp.ClientSession, stack: AsyncExitStack
) -> tuple[Workspaces, Installations | None]:
    settings = context.settings
    token = settings.slack_bot_token.get_secret_value()
    client_of = partial(make_client, session, settings.slack_api_url, ids=context.channel_ids)
    if token:
        try:
            only = await identify(client_of(token))
        except PlatformError as error:
            raise bad_token(error, "SLACK_BOT_TOKEN") or error from error
        return Workspaces(only), None
    workspaces = Workspaces()
    installations = Installations(
        await stack.enter_async_context(_kept(settings)),
        client_of=client_of,
        added=workspaces.add,
        removed=workspaces.remove,
    )
    await installations.load()
    workspaces.look = installations.load
    following = asyncio.create_task(installations.follow())
    stack.callback(following.cancel)
    return workspaces, installations


@asynccontextmanager
async def _kept(settings: Settings) -> AsyncIterator[Kept]:
    """Open the store of installations: MongoDB if the settings name it, else a folder."""
    if settings.mongodb_uri is None:
        yield InstallationFiles(settings.data_dir / _FOLDER)
        return
    # Importing the driver takes a quarter of a second, and the embedded default does not need it.
    from core.stores.mongo.database import MongoDatabase  # noqa: PLC0415
    from core.stores.mongo.installations import MongoInstallations  # noqa: PLC0415

    async with MongoDatabase.open(settings.mongodb_uri.get_secret_value()) as database:
        yield MongoInstallations(database)


def _register_extras(
    app: AsyncApp, context: Context, budgets: Budgets, workspaces: Workspaces
) -> None:
    """Register the listeners of optional features, before the one that acknowledges the rest."""

    @app.middleware
    async def directly(client: AsyncWebClient, next_: Next) -> BoltResponse:
        # Bolt makes a client for each request out of `app.client`, and it reads the environment.
        client.proxy = app.client.proxy
        return await next_()

    for module in _EXTRAS:
        module.register(app, context)
    feedback.register(app, context, workspaces)
    source_details.register(app, context, workspaces)
    share.register(app, context, budgets)
