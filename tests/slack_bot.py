"""The bot on the local Slack: a real desk, the real Bolt, a real socket."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from fakes.slack import APP_TOKEN, BOT_TOKEN, Limits, Slack
from slack_bolt.async_app import AsyncApp

from bots.slack import actions, extras, messages
from bots.slack.actions import Buttons
from bots.slack.budgets import Budgets
from bots.slack.connection import SocketMode
from bots.slack.context import Context
from bots.slack.ephemeral import EphemeralReply, is_ephemeral
from bots.slack.errands import Errands
from bots.slack.messages import Hearing
from bots.slack.pane import hint_for
from bots.slack.reply import Answers, SlackReply
from bots.slack.workspaces import Workspaces, identify, make_client, open_session
from bots.stores import open_stores
from config.settings import Settings
from core.desk import Desk
from core.limits import Limits as PersonLimits
from core.safety import Cleaner


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Settings of a data folder of one's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return Settings()


@pytest.fixture
async def slack():
    """A local Slack whose time limits are short."""
    async with Slack(limits=Limits(on=False)).serve() as running:
        yield running


@pytest.fixture
async def stores(settings):
    """What the desk keeps."""
    async with open_stores(settings) as opened:
        yield opened


@pytest.fixture
def make_desk(stores, make_assistant, profile):
    """Makes a desk; its limits may be given."""

    def make(**parts):
        assistant = make_assistant(history=stores.history)
        limits = PersonLimits(per_minute=0, per_day=0)
        real = {"assistant": assistant, "inbox": stores.inbox, "archive": stores.archive}
        return Desk(**(real | {"profile": profile, "limits": limits} | parts))

    return make


@pytest.fixture
def context_of(settings, profile):
    """What listeners work with, on a desk."""
    return lambda desk: Context(desk, profile, settings, Cleaner(profile.link_hosts))


@pytest.fixture
def connect(slack, context_of):
    """Connects a desk to Slack, until leaving."""

    @asynccontextmanager
    async def connected(desk, *, working=True):
        context = context_of(desk)
        async with open_session() as session:
            client = make_client(session, slack.api_url, BOT_TOKEN)
            workspace = await identify(client)
            workspaces, errands = Workspaces(workspace), Errands()
            budgets, answers = Budgets(), Answers()

            def open_reply(question):
                if is_ephemeral(question):
                    return EphemeralReply(client, context, question)
                return SlackReply(
                    client=client,
                    context=context,
                    budgets=budgets,
                    answers=answers,
                    question=question,
                    hint=hint_for(workspace.client, context, errands, question),
                )

            desk.serve("slack:", open_reply)

            async def authorize(team_id):
                return await workspaces.authorize(team_id)

            bare = make_client(session, slack.api_url)
            app = AsyncApp(client=bare, authorize=authorize, signing_secret="")
            messages.register(app, Hearing(context, errands), workspaces)
            actions.register(app, Buttons(context, budgets, answers), workspaces, errands)
            extras.register(app, context)

            @app.event("message")
            async def heard():
                """The middleware did."""

            mode = SocketMode(
                app,
                client=client,
                session=session,
                app_token=APP_TOKEN,
                connected=lambda lost_at: None,
            )
            runs = [mode.run, desk.run] if working else [mode.run]
            tasks = [asyncio.create_task(run()) for run in runs]
            try:
                await slack.until(lambda: slack.sockets)
                yield
            finally:
                await errands.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    return connected


@pytest.fixture
async def bot(make_desk, connect):
    """The bot, at work; it is the desk."""
    desk = make_desk()
    async with connect(desk):
        yield desk
