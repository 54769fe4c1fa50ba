"""Discord's gateway drops, resumes and talks nonsense; the bot is back, and missed nothing."""

import asyncio
import time
from types import SimpleNamespace

import pytest
from fakes.discord_bot import answers_in, running_bot, thread_of

from bots.discord import app, platform
from bots.discord.events import backfill
from core.errors import ConfigError, PlatformError
from devtools.discord.world import model


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Do not wait for a second before a new client, nor five before a second IDENTIFY."""
    monkeypatch.setattr(platform, "_FIRST_PAUSE_S", 0.05)

    async def at_once(self, shard_id, *, initial=False):
        return None

    monkeypatch.setattr(app.BaseClient, "before_identify_hook", at_once)


async def answered_to(fake, text):
    """Ask in the first channel, and wait for the answer."""
    asked = await fake.say(fake.guild.channels[0], text, mention_bot=True)
    return await answer_to(fake, asked)


async def answer_to(fake, asked, timeout_s=30.0):
    thread = await fake.until(lambda: asked.thread, timeout_s)
    return await fake.until(lambda: answers_in(fake, thread))


def texts(bot):
    return [question.text for question in bot.assistant.asked]


async def test_a_dropped_connection_is_resumed_and_nothing_is_missed(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        await answered_to(fake, "첫 질문")
        await fake.drop_connection(4000)
        asked = await fake.say(fake.guild.channels[0], "끊긴 사이의 질문", mention_bot=True)
        await answer_to(fake, asked)
        assert (fake.identifies, fake.resumes) == (1, 1)
        assert texts(bot) == ["첫 질문", "끊긴 사이의 질문"]


async def test_it_reconnects_when_discord_asks_for_it(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        await fake.send_reconnect()
        await fake.until(lambda: fake.resumes == 1)
        await answered_to(fake, "질문")


async def test_after_a_lost_session_missed_questions_are_caught_up_on_once(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        await answered_to(fake, "첫 질문")
        fake.forget_sessions()
        missed = await fake.say(channel, "놓친 질문", mention_bot=True)
        await fake.say(channel, "부르지 않은 말")
        await fake.invalidate_session()
        await fake.drop_connection(4000)
        await answer_to(fake, missed)
        assert texts(bot) == ["첫 질문", "놓친 질문"]


async def test_what_was_missed_within_a_millisecond_of_the_last_question_is_caught_up_on(
    fake, tmp_path, profile, monkeypatch
):
    at = time.time()
    stopped = vars(time) | {"time": lambda: at}
    monkeypatch.setattr(model, "time", SimpleNamespace(**stopped))
    async with running_bot(fake, tmp_path, profile) as bot:
        await answered_to(fake, "첫 질문")
        fake.forget_sessions()
        missed = await fake.say(fake.guild.channels[0], "놓친 질문", mention_bot=True)
        await fake.invalidate_session()
        await fake.drop_connection(4000)
        await answer_to(fake, missed)
        assert texts(bot) == ["첫 질문", "놓친 질문"]


async def test_after_downtime_mentions_and_its_threads_are_caught_up_on(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile):
        await answered_to(fake, "첫 질문")
        thread = thread_of(fake, channel)
    missed = await fake.say(channel, "자는 동안의 질문", mention_bot=True)
    await fake.say(thread, "이어서 묻습니다")
    await fake.say(channel, "", mention_bot=True)
    async with running_bot(fake, tmp_path, profile) as bot:
        await answer_to(fake, missed)
        await fake.until(lambda: len(answers_in(fake, thread)) == 2)
        assert sorted(texts(bot)) == ["이어서 묻습니다", "자는 동안의 질문"]
        assert not answers_in(fake, channel)
    async with running_bot(fake, tmp_path, profile) as bot:
        await answered_to(fake, "다음 질문")
        assert texts(bot) == ["다음 질문"]


@pytest.mark.parametrize("shards", ["", "2"])
async def test_a_question_at_once_after_the_start_does_not_hide_what_was_missed(
    fake, tmp_path, profile, monkeypatch, shards
):
    monkeypatch.setattr(app, "_GUILDS_WITHIN_S", 0.4)
    channel = fake.guild.channels[0]
    fake.settings.shards = 2 if shards else 1
    async with running_bot(fake, tmp_path, profile):
        await answered_to(fake, "첫 질문")
    missed = await fake.say(channel, "놓친 질문", mention_bot=True)
    async with running_bot(fake, tmp_path, profile, DISCORD_SHARDS=shards) as bot:
        await fake.until(lambda: fake.identifies == (3 if shards else 2))
        await answered_to(fake, "지금 질문")
        await answer_to(fake, missed)
        assert texts(bot) == ["지금 질문", "놓친 질문"]


@pytest.mark.parametrize("shards", ["", "2"])
async def test_a_guild_that_is_available_late_is_caught_up_on_then(
    fake, tmp_path, profile, monkeypatch, shards
):
    """READY names it, and its channels come later: after an outage, or on a busy machine."""
    channel, others_begun = fake.guild.channels[0], asyncio.Event()
    catch_up = app.BaseClient.catch_up

    def caught_up(self, guilds):
        catch_up(self, guilds)
        if guilds:
            others_begun.set()

    monkeypatch.setattr(app.BaseClient, "catch_up", caught_up)
    fake.settings.shards = 2 if shards else 1
    async with running_bot(fake, tmp_path, profile):
        await answered_to(fake, "첫 질문")
        thread = thread_of(fake, channel)
    missed = await fake.say(channel, "놓친 질문", mention_bot=True)
    await fake.say(thread, "이어서 묻습니다")
    fake.settings.unavailable.add(fake.guild.id)
    others_begun.clear()
    async with running_bot(fake, tmp_path, profile, DISCORD_SHARDS=shards) as bot:
        await others_begun.wait()
        await fake.make_available(fake.guild)
        await answer_to(fake, missed)
        await fake.until(lambda: len(answers_in(fake, thread)) == 2)
        assert sorted(texts(bot)) == ["놓친 질문", "이어서 묻습니다"]


async def test_after_downtime_direct_messages_are_caught_up_on(fake, tmp_path, profile):
    """Of those who have asked there before; Discord lists no others."""
    async with running_bot(fake, tmp_path, profile):
        await fake.direct("첫 질문")
        await fake.until(lambda: answers_in(fake, fake.dm(fake.user)))
    await fake.direct("자는 동안의 질문")
    async with running_bot(fake, tmp_path, profile) as bot:
        await fake.until(lambda: len(answers_in(fake, fake.dm(fake.user))) == 2)
        assert texts(bot) == ["자는 동안의 질문"]
    async with running_bot(fake, tmp_path, profile) as bot:
        await answered_to(fake, "다음 질문")
        assert texts(bot) == ["다음 질문"]


async def test_catching_up_is_tried_again(fake, tmp_path, profile, monkeypatch):
    monkeypatch.setattr(backfill, "_RETRIES_S", (0.05,))
    async with running_bot(fake, tmp_path, profile):
        await answered_to(fake, "첫 질문")
    missed = await fake.say(fake.guild.channels[0], "놓친 질문", mention_bot=True)
    fake.fail_next("GET", r"/messages$", "reset")
    async with running_bot(fake, tmp_path, profile):
        await answer_to(fake, missed)


async def test_a_new_bot_does_not_answer_what_was_said_before_it_came(fake, tmp_path, profile):
    await fake.say(fake.guild.channels[0], "옛날 질문", mention_bot=True)
    async with running_bot(fake, tmp_path, profile) as bot:
        await answered_to(fake, "새 질문")
        assert texts(bot) == ["새 질문"]


@pytest.mark.parametrize("garbage", ["{not json", "[]", '{"op": 0, "t": "READY", "s": 9, "d": {}}'])
async def test_what_it_cannot_read_does_not_end_it(fake, tmp_path, profile, garbage):
    async with running_bot(fake, tmp_path, profile):
        before = fake.identifies
        await fake.send_garbage(garbage)
        await fake.until(lambda: fake.identifies > before or fake.resumes)
        await fake.until(lambda: fake.online)
        await answered_to(fake, "질문")


async def test_an_event_it_cannot_use_does_not_end_it(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        await fake.send_garbage('{"op": 0, "t": "MESSAGE_CREATE", "s": 9, "d": {"id": "1"}}')
        await answered_to(fake, "질문")
        assert fake.identifies == 1  # nor is the connection made anew


async def test_a_closing_code_that_discord_py_gives_up_on_is_outlived(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        await fake.drop_connection(4013)
        await fake.until(lambda: fake.identifies == 2)
        await fake.until(lambda: fake.online)
        await answered_to(fake, "질문")


async def test_it_can_be_sharded(fake, tmp_path, profile):
    fake.settings.shards = 2
    async with running_bot(fake, tmp_path, profile, DISCORD_SHARDS="auto"):
        await fake.until(lambda: fake.identifies == 2)
        await answered_to(fake, "질문")


async def test_a_wrong_token_is_said_at_once(fake, tmp_path, profile):
    wrong = "not the token"
    with pytest.raises(ConfigError, match="DISCORD_BOT_TOKEN") as told:
        async with running_bot(fake, tmp_path, profile, DISCORD_BOT_TOKEN=wrong):
            pass
    assert wrong not in str(told.value)


async def test_discord_out_of_reach_is_said_at_once(fake, tmp_path, profile):
    fake.fail_next("GET", "/users/@me$", "503")
    with pytest.raises(PlatformError, match="out of order"):
        async with running_bot(fake, tmp_path, profile):
            pass


async def test_a_stop_gives_back_what_is_being_answered(fake, tmp_path, profile):
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", never)
        asked = await fake.say(fake.guild.channels[0], "질문", mention_bot=True)
        await fake.until(lambda: texts(bot))
    async with running_bot(fake, tmp_path, profile) as bot:
        await answer_to(fake, asked)
        assert texts(bot) == ["질문"]
