"""Slack grants ten sockets to an app: what the eleventh process does, and how ten are renewed."""

from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest
from fakes.slack_bot import finished, make_settings, running
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.transport import socket_mode
from core.types import Question, SessionId
from devtools.slack import APP_TOKEN, Limits, Slack


@pytest.fixture
async def slack():
    opened = Slack(ack_within_s=0.3, retry_after_s=(0.0, 0.2, 0.2), limits=Limits(on=False))
    async with opened.serve() as serving:
        yield serving


@asynccontextmanager
async def taken(slack, number):
    """So many sockets are open in other processes."""
    client = AsyncWebClient(base_url=slack.api_url)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        for _ in range(number):
            answer = await client.apps_connections_open(app_token=APP_TOKEN)
            ws = await stack.enter_async_context(session.ws_connect(answer["url"]))
            assert (await ws.receive_json())["type"] == "hello"
        yield


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


async def test_an_eleventh_process_says_so_and_answers_what_others_hear(
    slack, tmp_path, minsu, caplog
):
    channel = slack.add_channel("문의", minsu)
    async with taken(slack, 10), running(make_settings(slack, tmp_path)) as bot:
        message = await minsu.mention(channel, "정산은 언제?")
        heard_elsewhere = f"slack:{channel.team.id}:{channel.id}:{message.ts}"
        await bot.stores.inbox.receive(
            Question(heard_elsewhere, SessionId(heard_elsewhere), "정산은 언제?", minsu.id)
        )
        await slack.until(lambda: finished(slack, message))
        assert slack.sockets == 10
        assert "all ten sockets of this app are open" in caplog.text
        assert bot.connected.away() == "", "others hear for all"


async def test_where_ten_are_open_the_old_socket_is_closed_before_the_new_one_opens(
    slack, tmp_path, minsu, monkeypatch
):
    """Slack refuses an eleventh even for a moment."""
    monkeypatch.setattr(socket_mode, "_FIRST_WAIT_S", 0.05)
    channel = slack.add_channel("문의", minsu)
    async with running(make_settings(slack, tmp_path)):
        await slack.until(lambda: slack.sockets == 1)
        async with taken(slack, 9):
            await slack.disconnect("warning")
            await slack.until(lambda: slack.sockets_so_far == 11)
            assert slack.sockets == 10
        await slack.until(lambda: slack.sockets == 1)
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: finished(slack, question))
