"""How answers are written on Discord: within its limits, once, and to the end."""

import asyncio
import time
from datetime import timedelta

import pytest
from fakes.assistants import answered
from fakes.discord_bot import answers_in, running_bot, thread_of

from bots.discord.ids import question_id
from core.errors import StorageError
from core.types import Delta, InboxState
from devtools.discord.api.limits import Limit


async def ask(fake, text="질문", channel=None):
    """A mention; its message."""
    return await fake.say(channel or fake.guild.channels[0], text, mention_bot=True)


async def answer_of(fake, asked):
    """The first message of the answer, when there is one."""
    thread = await fake.until(lambda: asked.thread)
    return (await fake.until(lambda: answers_in(fake, thread)))[0]


def stream(bot, *, words, pause_s):
    """Make the assistant write answers word by word; when each ended, by question."""
    ended = {}

    async def answer(question):
        written = ""
        for number in range(words):
            written += f"낱말{number} "
            yield Delta(f"낱말{number} ")
            await asyncio.sleep(pause_s)
        ended[question.text] = time.monotonic()
        yield answered(written + "끝.", ())

    bot.assistant.answer = answer
    return ended


async def test_an_answer_grows_in_one_message_while_the_bot_is_typing(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("구매확정 다음 영업일에 정산됩니다. 그리고"), more, answered("끝입니다.")
        )
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "구매확정" in answer.content)
        more.set()
        await fake.until(lambda: answer.content.startswith("끝입니다."))
        assert answers_in(fake, asked.thread) == [answer]
        assert asked.thread.typed_at


async def test_answers_in_one_channel_stay_within_its_limit(fake, tmp_path, profile):
    channel = fake.guild.channels[0]
    await fake.deny(channel, "CREATE_PUBLIC_THREADS")
    async with running_bot(fake, tmp_path, profile) as bot:
        stream(bot, words=15, pause_s=0.05)
        for number in range(3):
            await ask(fake, f"질문 {number}")
        ended = await fake.until(
            lambda: [m for m in answers_in(fake, channel) if "끝." in m.content][2:], 20
        )
        assert ended
        assert not fake.rate_limited


async def test_threads_are_opened_within_the_limit_of_their_channel(fake, tmp_path, profile):
    """Discord counts what it refuses, and shuts out whoever is refused too often."""
    fake.buckets.limits.routes["create_thread"] = Limit(3, 0.5)
    async with running_bot(fake, tmp_path, profile):
        asked = [await ask(fake, f"질문 {number}") for number in range(9)]
        await fake.until(lambda: all(one.thread and answers_in(fake, one.thread) for one in asked))
        assert not fake.rate_limited


async def test_a_429_is_waited_for_and_nothing_is_lost(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("이제 쓰기 시작한 답입니다. 계속. "), more, answered("끝.")
        )
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "쓰기 시작한" in answer.content)
        fake.fail_next("PATCH", r"/messages/\d+$", "429", retry_after_s=0.6)
        began = time.monotonic()
        more.set()
        await fake.until(lambda: answer.content.startswith("끝."))
        assert time.monotonic() - began > 0.5
        assert len(fake.rate_limited) == 1
        assert answers_in(fake, asked.thread) == [answer]


async def test_a_429_for_everything_holds_everything_back(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        fake.fail_next("POST", r"/messages$", "429", retry_after_s=0.5, scope="global")
        began = time.monotonic()
        asked = await ask(fake)
        await answer_of(fake, asked)
        after = [c for c in fake.calls if c.at > fake.rate_limited[0].at and c.method == "POST"]
        assert all(call.at - began > 0.4 for call in after)


async def test_many_at_once_stay_within_the_limit_of_all_channels(fake, tmp_path, profile):
    people = [await fake.create_user(f"손님 {number}") for number in range(60)]
    async with running_bot(fake, tmp_path, profile):
        for person in people:
            await fake.direct("질문", user=person)
        await fake.until(lambda: all(answers_in(fake, fake.dm(person)) for person in people), 15)
        assert not fake.rate_limited


async def test_a_message_whose_sending_broke_off_is_not_sent_twice(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        fake.fail_next("POST", r"/messages$", "reset", after=True)
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: answer.buttons and answer.content.startswith("답: 질문"))
        await fake.until(lambda: len([c for c in fake.calls if c.status == 0]) == 1)
        assert answers_in(fake, asked.thread) == [answer]


async def test_where_the_first_attempt_cannot_be_looked_for_the_nonce_prevents_a_second_message(
    fake, tmp_path, profile
):
    async with running_bot(fake, tmp_path, profile):
        fake.fail_next("GET", r"/messages", "403", code=50013)
        fake.fail_next("POST", r"/messages$", "reset", after=True)
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: len(_posts(fake)) == 2)
        await fake.until(lambda: answer.buttons and answer.content.startswith("답: 질문"))
        assert answers_in(fake, asked.thread) == [answer]


async def test_what_an_attempt_that_died_has_sent_is_brought_up_to_date(fake, tmp_path, profile):
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("여기서 끝나 버린 답이 남아 있습니다. "), never)

        async def forgotten(claim, reply):
            return None

        bot.stores.inbox.note_reply = forgotten
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "남아 있습니다" in answer.content)
    fake.fail_next("GET", r"/messages", "403", code=50013)  # so that the nonce alone can tell
    async with running_bot(fake, tmp_path, profile):
        await fake.until(lambda: answer.content.startswith("답: 질문"))
        assert answers_in(fake, asked.thread) == [answer]


async def test_discord_being_out_of_order_for_a_moment_is_outlived(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        fake.fail_next("POST", r"/messages$", "502", times=2)
        fake.fail_next("POST", r"/threads$", "500", times=1)
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: answer.content.startswith("답: 질문"))
        assert answers_in(fake, asked.thread) == [answer]


@pytest.mark.parametrize("looking", ["works", "fails"])
async def test_whoever_starts_next_goes_on_in_the_same_message(fake, tmp_path, profile, looking):
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("이 답은 남아서 나중에 끝까지 쓰입니다. "), never)
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "남아서 나중에" in answer.content)
    if looking == "fails":
        fake.fail_next("GET", r"/messages$", "500")
    async with running_bot(fake, tmp_path, profile):
        await fake.until(lambda: answer.content.startswith("답: 질문"))
        assert answers_in(fake, asked.thread) == [answer]


async def test_a_message_that_was_not_noted_before_the_end_is_found(fake, tmp_path, profile):
    """As if the process had died between sending the message and noting that it was sent."""
    never = asyncio.Event()
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", Delta("여기서 끝나 버린 답이 남아 있습니다. "), never)

        async def forgotten(claim, reply):
            return None

        bot.stores.inbox.note_reply = forgotten
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "남아 있습니다" in answer.content)
    fake.nonces.clear()  # as after some minutes
    async with running_bot(fake, tmp_path, profile):
        await fake.until(lambda: answer.content.startswith("답: 질문"))
        assert answers_in(fake, asked.thread) == [answer]


async def test_a_thread_in_the_archive_is_brought_back_for_an_edit(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("이제 쓰기 시작한 답입니다. 계속. "), more, answered("끝.")
        )
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "쓰기 시작한" in answer.content)
        await fake.archive(asked.thread)
        more.set()
        await fake.until(lambda: answer.content.startswith("끝."))
        assert not asked.thread.archived


async def test_an_answer_that_a_moderator_deletes_stays_deleted(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("이제 쓰기 시작한 답입니다. 계속. "), more, answered("끝.")
        )
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "쓰기 시작한" in answer.content)
        await fake.delete(answer)
        more.set()
        await fake.say(asked.thread, "다음 질문")
        await fake.until(lambda: answers_in(fake, asked.thread))
        (only,) = answers_in(fake, asked.thread)
        await fake.until(lambda: only.content.startswith("답: 다음 질문"))


async def test_an_ending_is_posted_anew_where_edits_are_used_up(fake, tmp_path, profile):
    """Discord refuses edits for long, as it does for old messages; new ones are counted apart."""
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("이제 쓰기 시작한 답입니다. 계속. "), more, answered("끝.")
        )
        asked = await ask(fake)
        answer = await answer_of(fake, asked)
        await fake.until(lambda: "쓰기 시작한" in answer.content)
        fake.fail_next("PATCH", r"/messages/\d+$", "429", retry_after_s=60)
        more.set()
        await fake.until(
            lambda: [m.content[:2] for m in answers_in(fake, asked.thread)] == ["끝."], 8
        )
        assert answer.deleted_at


async def test_an_ending_is_not_late_for_interim_edits(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        ended = stream(bot, words=60, pause_s=0.05)
        answer = await answer_of(fake, await ask(fake))
        await fake.until(lambda: "끝." in answer.content)
        assert answer.edits[-1].at - ended["질문"] < 1
        assert len(answer.edits) > 3
        assert not fake.rate_limited


async def test_its_thread_is_known_after_it_was_opened(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile):
        asked = await ask(fake)
        await answer_of(fake, asked)
        assert thread_of(fake, fake.guild.channels[0]) is asked.thread
        opened = [call for call in fake.calls if call.path.endswith("/threads")]
        assert len(opened) == 1


async def test_with_its_question_every_message_of_a_long_answer_goes(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", answered("\n\n".join(f"{n}. " + "가" * 900 for n in range(4))))
        asked = await ask(fake)
        await answer_of(fake, asked)
        await fake.until(lambda: "3. " in answers_in(fake, asked.thread)[-1].content)
        assert len(answers_in(fake, asked.thread)) > 2
        await fake.delete(asked)
        await fake.until(lambda: not answers_in(fake, asked.thread))
        assert not fake.rate_limited


async def test_a_message_that_was_not_noted_goes_with_its_question_too(fake, tmp_path, profile):
    """The question is deleted between the sending of a message and the noting of it."""
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", answered("\n\n".join(f"{n}. " + "가" * 900 for n in range(3))))
        note_reply, sent = bot.stores.inbox.note_reply, asyncio.Event()

        async def late(claim, reply):
            if len(reply.split()) > 1:
                sent.set()
                await asyncio.Event().wait()
            await note_reply(claim, reply)

        bot.stores.inbox.note_reply = late
        asked = await ask(fake)
        await sent.wait()
        assert len(answers_in(fake, asked.thread)) == 2
        await fake.delete(asked)
        await fake.until(lambda: not answers_in(fake, asked.thread))


async def test_a_shorter_second_answer_leaves_nothing_of_the_first(fake, tmp_path, profile):
    async with running_bot(fake, tmp_path, profile) as bot:
        bot.assistant.script("질문", answered("\n\n".join(f"{n}. " + "가" * 900 for n in range(4))))
        asked = await ask(fake)
        first = await answer_of(fake, asked)
        await fake.until(lambda: "3. " in answers_in(fake, asked.thread)[-1].content)
        await fake.edit(asked, f"{fake.bot.mention} 짧은 질문")
        await fake.until(lambda: answers_in(fake, asked.thread) == [first])
        assert first.content.startswith("답: 짧은 질문")


async def test_questions_in_one_thread_are_answered_in_order_each_as_a_reply(
    fake, tmp_path, profile
):
    async with running_bot(fake, tmp_path, profile) as bot:
        more = asyncio.Event()
        bot.assistant.script(
            "질문", Delta("첫 답을 아직 쓰고 있습니다. 곧 끝. "), more, answered("끝.")
        )
        asked = await ask(fake)
        await answer_of(fake, asked)
        second = await fake.say(asked.thread, "둘째 질문")
        third = await fake.say(asked.thread, "셋째 질문")
        assert len(bot.assistant.asked) == 1
        more.set()
        await fake.until(lambda: len(answers_in(fake, asked.thread)) == 3)
        said = answers_in(fake, asked.thread)
        await fake.until(lambda: said[2].content.startswith("답: 셋째"))
        assert [message.reference for message in said[1:]] == [second, third]


def _posts(fake):
    return [call for call in fake.calls if (call.method, call.path[-9:]) == ("POST", "/messages")]


async def test_discord_being_away_for_a_moment_leaves_no_answer_to_a_deleted_question(
    fake, tmp_path, profile
):
    """It tells of the deletion once."""
    async with running_bot(fake, tmp_path, profile):
        asked = await ask(fake)
        await answer_of(fake, asked)
        fake.fail_next("DELETE", r"/messages/\d+$", "503", times=2)
        await fake.delete(asked)
        await fake.until(lambda: not answers_in(fake, asked.thread))


@pytest.mark.parametrize("proxied", [True, False])
async def test_a_question_that_is_gone_is_not_answered_though_nobody_was_told(
    fake, tmp_path, profile, monkeypatch, proxied
):
    """Who was told of the deletion was killed; what a proxy has posted again is answered."""
    monkeypatch.setattr("bots.discord.replies.answer_channel._PROXIED", timedelta(0))
    channel = fake.guild.channels[0]
    async with running_bot(fake, tmp_path, profile) as bot:
        asked = await ask(fake)
        asked.deleted_at = time.monotonic()
        if proxied:
            await fake.say_by_webhook(channel, "질문", name="루나")
            await fake.until(lambda: answers_in(fake, channel))
            return
        await ask(fake, "다음 질문")
        await fake.until(lambda: thread_of(fake, channel))
        name = question_id(fake.guild.id, channel.id, asked.id)
        async with asyncio.timeout(30):
            while (  # noqa: ASYNC110 - the store tells nobody
                await bot.stores.inbox.find(name)
            ).state is not InboxState.WITHDRAWN:
                await asyncio.sleep(0.01)
        assert (await bot.stores.inbox.find(name)).question.text == ""
        assert not answers_in(fake, channel)
        assert await bot.stores.archive.find(name) is None


@pytest.mark.parametrize("part", ["inbox", "archive"])
async def test_a_store_being_away_for_a_moment_loses_neither_edits_nor_deletions(
    fake, tmp_path, profile, monkeypatch, part
):
    async with running_bot(fake, tmp_path, profile) as bot:
        store = {"inbox": type(bot.stores.inbox), "archive": type(bot.stores.archive)}[part]
        method = {"inbox": "find", "archive": "remove"}[part]
        works, failures = getattr(store, method), []

        async def fail_once(self, question_id):
            if failures:
                return await works(self, question_id)
            failures.append(question_id)
            raise StorageError("the store is away")

        asked = await ask(fake)
        await answer_of(fake, asked)
        monkeypatch.setattr(store, method, fail_once)
        await fake.edit(asked, "반품")
        await fake.until(lambda: "답: 반품" in answers_in(fake, asked.thread)[-1].content)
        failures.clear()
        await fake.delete(asked)
        await fake.until(lambda: not answers_in(fake, asked.thread))
        assert failures
