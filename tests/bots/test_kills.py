"""A process of `faqbot run` that is killed in the middle of an answer, and the one beside it."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from bench.replicas import Replicas
from config.profiles import load_profile
from devtools.discord import DiscordServer
from devtools.openai.server import OpenAIServer, Pace
from devtools.slack import APP_TOKEN, BOT_TOKEN, Slack, visible

pytestmark = pytest.mark.waits

STARTS_WITHIN_S = 150.0
GOES_ON_WITHIN_S = 10.0
GOES_ON = load_profile("ko").resumed


async def until(condition, within_s):
    """Look at what other processes do until it is so."""
    async with asyncio.timeout(within_s):
        while not (found := condition()):  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.05)
    return found


async def test_within_ten_seconds_of_a_kill_the_message_says_that_it_goes_on(sample_data):
    """On Slack and on Discord, with the settings as they are, and each answer is one message."""
    slack, discord = Slack(), DiscordServer()
    openai = OpenAIServer(pace=Pace(tokens_per_s=5.0, answer_tokens=2_000))
    settings = {
        "FAQBOT_WEB": "off",
        "FAQBOT_OPS_PORT": "0",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "DISCORD_BOT_TOKEN": discord.settings.token,
        "OPENAI_API_KEY": "sk-local",
    }
    async with AsyncExitStack() as stack:
        for server in (slack, discord, openai):
            await stack.enter_async_context(server.serve())
        settings |= {
            "SLACK_API_URL": slack.api_url,
            "DISCORD_API_URL": discord.url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "OPENAI_BASE_URL": openai.url,
        }
        replicas = Replicas(sample_data, settings)
        stack.push_async_callback(replicas.end)

        def connected():
            online = sum(session.out is not None for session in discord.sessions.values())
            return min(slack.sockets, online)

        await replicas.begin()
        await until(lambda: connected() == 1, STARTS_WITHIN_S)
        person = slack.add_person("민수")
        asked = await person.mention(slack.add_channel("문의", person), "개인도 가입할 수 있나요?")
        asked_there = await discord.say(
            await discord.create_channel("질문"), "개인도 가입할 수 있나요?", mention_bot=True
        )

        def shown_on_slack():
            return [visible(reply) for reply in slack.replies(asked)]

        def shown_on_discord():
            thread = asked_there.thread
            found = discord.messages_of(thread, bot_only=True) if thread else []
            return [one.content for one in found if one.type in (0, 19)]

        def both(text):
            return all(text in "".join(shown()) for shown in (shown_on_slack, shown_on_discord))

        await until(lambda: both("개인"), STARTS_WITHIN_S)
        await replicas.begin()
        await until(lambda: connected() == 2, STARTS_WITHIN_S)
        assert not both(GOES_ON)
        await replicas.kill()
        killed_at = time.monotonic()
        await until(lambda: both(GOES_ON), 60)
        assert time.monotonic() - killed_at < GOES_ON_WITHIN_S
        assert [len(shown()) for shown in (shown_on_slack, shown_on_discord)] == [1, 1]
