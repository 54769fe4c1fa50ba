"""The bot on the local Slack as `faqbot run` sets it up, with the real assistant on a small FAQ."""

from contextlib import asynccontextmanager

import pytest
from fakes.at_work import at_work
from fakes.at_work import make_service as service_of
from fakes.slack_bot import make_settings

from bots.bootstrap.stores import open_stores
from bots.slack.platform import open_slack
from devtools.slack import Limits, Slack


@pytest.fixture
async def slack():
    """A local Slack without rate limits."""
    async with Slack(limits=Limits(on=False)).serve() as running:
        yield running


@pytest.fixture
def settings(slack, tmp_path):
    """For that Slack, and a data folder of one's own."""
    return make_settings(slack, tmp_path)


@pytest.fixture
async def stores(settings):
    """What the chat service keeps."""
    async with open_stores(settings) as opened:
        yield opened


@pytest.fixture
def make_service(stores, make_assistant, profile):
    """Makes a chat service of the real parts, any of which may be replaced by name."""

    def make(**parts):
        real = {"assistant": make_assistant(history=stores.history)}
        return service_of(stores, profile, **(real | parts))

    return make


@pytest.fixture
def connect(slack, settings, profile):
    """Connects a chat service to Slack, until leaving; it answers unless `working` is False."""

    @asynccontextmanager
    async def connected(service, *, working=True):
        async with at_work(service, settings, profile, open_slack, working=working):
            await slack.until(lambda: slack.sockets)
            yield
        # Until Slack has seen it go, it would send presses to a socket that nobody reads.
        await slack.until(lambda: not slack.sockets)

    return connected


@pytest.fixture
async def bot(make_service, connect):
    """The chat service of a bot at work."""
    service = make_service()
    async with connect(service):
        yield service
