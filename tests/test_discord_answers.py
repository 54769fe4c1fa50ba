"""Where the bot listens on Discord, and how it answers: the real client on the local Discord."""

import asyncio

import discord
import pytest
from fakes.assistants import answered
from fakes.discord import DiscordServer
from fakes.discord_bot import running_bot

from core.types import Delta


async def test_a_mention_opens_a_thread_named_after_the_question(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        asked = await fake.say(channel, "정산은 언제 되나요?", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        answer = await fake.until(lambda: fake.last_answer(thread))
        assert (thread.id, thread.name) == (asked.id, "정산은 언제 되나요?")
        assert answer.content.startswith("답: 정산은 언제 되나요?")
        assert not fake.rate_limited


async def test_an_answer_grows_in_one_message(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("구매확정 다음 영업일에 정산됩니다. 그리고"), more, answered("끝입니다.")
        )
        await fake.say(channel, "질문", mention_bot=True)
        thread = await fake.until(lambda: thread_of(fake, channel))
        answer = await fake.until(lambda: fake.last_answer(thread))
        await fake.until(lambda: "구매확정" in answer.content)
        more.set()
        await fake.until(lambda: answer.content.startswith("끝입니다."))
        assert fake.messages_of(thread, bot_only=True)[-1] is answer
        assert thread.typed_at
