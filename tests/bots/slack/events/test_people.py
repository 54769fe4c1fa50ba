"""Buttons, edits, deletions and 🛑: what people do to a question and its answer on Slack."""

import asyncio

import pytest
from fakes.slack_bot import (
    PROFILE,
    With,
    answering,
    finished,
    make_settings,
    noting,
    quiet,
    running,
    settled,
)

from core.errors import StorageError
from core.messaging.user_limits import UserLimits
from devtools.slack import Slack, labels, visible
from devtools.slack.world import people

FOLLOWUP = "정산 계좌는 어떻게 바꾸나요?"


@pytest.fixture
async def slack():
    async with Slack(ack_within_s=0.5, retry_after_s=(0.0, 0.2, 0.2)).serve() as running:
        yield running


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
def jiyoung(slack):
    return slack.add_person("지영")


@pytest.fixture
def channel(slack, minsu, jiyoung):
    return slack.add_channel("문의", minsu, jiyoung)


async def answered(slack, person, channel, text="정산은 언제 되나요?"):
    """A question with the message that answers it."""
    question = await person.mention(channel, text)
    replies = await slack.until(lambda: finished(slack, question))
    return question, replies[-1]


async def test_a_followup_is_answered_in_the_thread_and_its_button_marked(
    slack, tmp_path, minsu, jiyoung, channel
):
    async with answering(slack, tmp_path) as bot:
        question, reply = await answered(slack, minsu, channel)
        before = visible(reply)
        delivery = await jiyoung.press(reply, FOLLOWUP)
        assert delivery.acked_at
        await slack.until(lambda: len(slack.replies(question)) == 2 and finished(slack, question))
        await slack.until(lambda: f"✓ {FOLLOWUP}" in labels(reply))
    assert [asked.text for asked in bot.assistant.asked] == ["정산은 언제 되나요?", FOLLOWUP]
    assert bot.assistant.asked[1].asker == jiyoung.id
    assert bot.assistant.asked[0].session == bot.assistant.asked[1].session
    followed_up = slack.replies(question)[1]
    assert f"@{jiyoung.id} 님의 질문" in visible(followed_up)
    assert FOLLOWUP in visible(followed_up)
    assert visible(reply).replace("✓ ", "") == before  # nothing else has changed


@pytest.mark.parametrize("parts", [{"message": None}, {"message": None, "channel": None}])
async def test_a_press_is_answered_though_slack_does_not_tell_its_message(
    slack, tmp_path, minsu, channel, monkeypatch, parts
):
    """As it tells none of what one person alone sees."""
    whole = people.press_payload
    monkeypatch.setattr(people, "press_payload", lambda *of: whole(*of) | parts)
    async with answering(slack, tmp_path):
        question, reply = await answered(slack, minsu, channel)
        await minsu.press(reply, FOLLOWUP)
        await slack.until(lambda: len(slack.replies(question)) == 2 and finished(slack, question))
        await minsu.press(reply, PROFILE.helpful)
        await slack.until(
            lambda: PROFILE.feedback.thanks in map(visible, minsu.ephemerals(channel))
        )


async def test_two_presses_are_one_question(slack, tmp_path, minsu, jiyoung, channel):
    async with answering(slack, tmp_path) as bot:
        _, reply = await answered(slack, minsu, channel)
        await asyncio.gather(minsu.press(reply, FOLLOWUP), jiyoung.press(reply, FOLLOWUP))
        await slack.until(lambda: f"✓ {FOLLOWUP}" in labels(reply))
        await minsu.press(reply, f"✓ {FOLLOWUP}")
        assert await quiet(slack, bot) == ["정산은 언제 되나요?", FOLLOWUP]


async def test_two_buttons_pressed_at_once_are_both_marked(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path):
        _, reply = await answered(slack, minsu, channel)
        buttons = labels(reply)[:2]
        await asyncio.gather(*(minsu.press(reply, button) for button in buttons))
        marked = [f"✓ {button}" for button in buttons]
        await slack.until(lambda: labels(reply)[:2] == marked)


async def test_a_button_works_after_a_restart(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path):
        question, reply = await answered(slack, minsu, channel)
    await slack.until(lambda: not slack.sockets)
    async with answering(slack, tmp_path) as bot:
        await minsu.press(reply, FOLLOWUP)
        await slack.until(lambda: len(slack.replies(question)) == 2 and finished(slack, question))
    assert [asked.text for asked in bot.assistant.asked] == [FOLLOWUP]


async def test_a_button_of_an_answer_that_is_not_kept_gets_a_kind_word(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        question, reply = await answered(slack, minsu, channel)
        await bot.stores.archive.forget(minsu.id)
        await minsu.press(reply, FOLLOWUP)
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
    assert said.text == PROFILE.stale_button
    assert said.thread_ts == question.ts


async def test_a_forged_button_asks_nothing(slack, tmp_path, minsu, jiyoung, channel):
    secret = slack.add_channel("비밀", jiyoung)
    async with answering(slack, tmp_path) as bot:
        _, hers = await answered(slack, jiyoung, secret)
        _, reply = await answered(slack, minsu, channel)
        (theirs,) = [block for block in hers.blocks if block.get("block_id") == "followups"]
        reply.blocks = [theirs if b.get("block_id") == "followups" else b for b in reply.blocks]
        await minsu.press(reply, FOLLOWUP)
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
        assert said.text == PROFILE.stale_button
        assert FOLLOWUP not in await quiet(slack, bot)


async def test_a_press_too_many_is_told_so(slack, tmp_path, minsu, channel):
    limits = UserLimits(per_minute=1, per_day=0)
    async with answering(slack, tmp_path, limits=limits):
        _, reply = await answered(slack, minsu, channel)
        await minsu.press(reply, FOLLOWUP)
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
    assert said.text == PROFILE.limited


async def test_a_press_that_is_not_stored_is_told_so(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        _, reply = await answered(slack, minsu, channel)

        async def failing(question):
            raise StorageError("the disk is full")

        bot.service._intake._inbox = With(bot.stores.inbox, receive=failing)
        await minsu.press(reply, FOLLOWUP)
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
    assert said.text == PROFILE.not_stored


async def test_an_edited_question_is_answered_anew_in_the_same_message(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        question, reply = await answered(slack, minsu, channel)
        bot.assistant.text = "반품은 수거가 끝난 뒤에 승인합니다."
        await minsu.edit(question, f"{minsu.mention_of_bot} 반품은요?")
        await slack.until(lambda: "수거" in visible(reply) and finished(slack, question))
    assert [asked.text for asked in bot.assistant.asked] == ["정산은 언제 되나요?", "반품은요?"]
    assert slack.replies(question) == [reply]


async def test_an_edit_that_is_one_question_too_many_is_told_so(slack, tmp_path, minsu, channel):
    limits = UserLimits(per_minute=1, per_day=0)
    async with answering(slack, tmp_path, limits=limits) as bot:
        question, _ = await answered(slack, minsu, channel)
        await minsu.edit(question, f"{minsu.mention_of_bot} 반품은요?")
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
        assert said.text == PROFILE.limited
        assert await quiet(slack, bot) == ["정산은 언제 되나요?"]


async def test_a_question_edited_while_it_is_answered_is_answered_once(
    slack, tmp_path, minsu, channel
):
    gate = asyncio.Event()
    pieces = ("구매확정 다음 영업일에 정산되고, ", "공휴일에는 밀립니다.")
    async with answering(slack, tmp_path, gate=gate, pieces=pieces) as bot:
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: slack.replies(question))
        await minsu.edit(question, f"{minsu.mention_of_bot} 정산은 언제 되나요?")
        await slack.until(lambda: len(bot.assistant.asked) == 2)
        gate.set()
        (reply,) = await slack.until(lambda: finished(slack, question))
        turn = await bot.stores.archive.find(bot.assistant.asked[0].id)
    assert turn.question.text == "정산은 언제 되나요?"
    assert "밀립니다" in visible(reply)


async def test_an_edit_that_comes_late_does_not_undo_a_later_one(slack, tmp_path, minsu, channel):
    """Slack repeats what was not acknowledged after a minute, and after five."""
    async with answering(slack, tmp_path) as bot:
        question, _ = await answered(slack, minsu, channel)
        for text in ("반품은요?", "교환은요?"):
            await minsu.edit(question, f"{minsu.mention_of_bot} {text}")
            await slack.until(lambda text=text: bot.assistant.asked[-1].text == text)
        first, *_ = [one for one in slack.deliveries if "반품" in str(one.event.get("message"))]
        slack.redeliver(first)
        assert (await quiet(slack, bot))[1:] == ["반품은요?", "교환은요?"]


async def test_a_question_that_comes_after_its_deletion_is_not_answered(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        question = await minsu.say(channel, "정산은 언제?")
        await minsu.delete(question)
        await settled(slack)
        for delivery in slack.events("message")[:1]:
            delivery.event["text"] = f"{minsu.mention_of_bot} 정산은 언제?"
            slack.redeliver(delivery)
        assert await quiet(slack, bot) == []


async def test_an_unfurled_link_is_no_edit(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        question, _ = await answered(slack, minsu, channel)
        slack.world.rewrite(question, question.text, [])
        assert await quiet(slack, bot) == ["정산은 언제 되나요?"]


async def test_a_mention_that_is_added_by_an_edit_is_a_question(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        question = await minsu.say(channel, "정산은 언제?")
        await settled(slack)
        await minsu.edit(question, f"{minsu.mention_of_bot} 정산은 언제?")
        await slack.until(lambda: finished(slack, question))
    assert len(bot.assistant.asked) == 1


async def test_a_deleted_question_takes_its_answer_with_it(slack, tmp_path, minsu, channel):
    async with answering(slack, tmp_path) as bot:
        question, reply = await answered(slack, minsu, channel)
        await minsu.delete(question)
        await slack.until(lambda: reply.deleted)
        await settled(slack)
        assert await bot.stores.archive.find(bot.assistant.asked[0].id) is None


async def test_a_question_deleted_while_it_is_answered_leaves_nothing(
    slack, tmp_path, minsu, channel
):
    gate = asyncio.Event()
    async with answering(slack, tmp_path, gate=gate):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await minsu.delete(question)
        await slack.until(lambda: reply.deleted)
        await settled(slack)
        gate.set()
    assert slack.replies(question) == []


async def test_a_question_deleted_before_anything_is_shown_leaves_nothing_to_look_for(
    slack, tmp_path, minsu, channel, caplog
):
    """Its thread is gone with it, so that Slack finds none."""
    slack.fail_next("chat.postMessage", "429", times=50)
    async with answering(slack, tmp_path, gate=asyncio.Event()) as bot:
        question = await minsu.mention(channel, "정산은 언제?")
        await slack.until(lambda: slack.calls("chat.postMessage"))
        await minsu.delete(question)
        inbox, asked = bot.stores.inbox, bot.assistant.asked[0]
        async with asyncio.timeout(30):
            while await inbox.is_open(asked.session):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await slack.until(lambda: slack.calls("conversations.replies"))
        await settled(slack)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("how", ["button", "sign on the answer", "sign on the question"])
async def test_a_running_answer_is_stopped_by_its_asker_alone(
    slack, tmp_path, minsu, jiyoung, channel, how
):
    pieces = ("구매확정 다음 영업일에 정산되고, 공휴일에는 ", "밀립니다.")
    async with answering(slack, tmp_path, gate=asyncio.Event(), pieces=pieces):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await slack.until(lambda: "공휴일에는" in visible(reply))
        for person in (jiyoung, minsu):
            if how == "button":
                await person.press(reply, "stop")
            else:
                await person.react(reply if "answer" in how else question, "octagonal_sign")
            if person is jiyoung and how == "button":
                (told,) = await slack.until(lambda: jiyoung.ephemerals(channel))
                assert told.text == PROFILE.not_yours_to_stop
                assert PROFILE.stopped not in visible(reply)
        await slack.until(lambda: PROFILE.stopped in visible(reply))
    assert "정산되고" in visible(reply)
    assert "stop" not in str(reply.blocks)


@pytest.mark.parametrize("on_answer", [True, False])
async def test_a_sign_of_somebody_else_stops_nothing(
    slack, tmp_path, minsu, jiyoung, channel, on_answer
):
    pieces, gate = ("구매확정 다음 영업일에 정산되고, 공휴일에는 ", "밀립니다."), asyncio.Event()
    async with answering(slack, tmp_path, gate=gate, pieces=pieces):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        await slack.until(lambda: "공휴일에는" in visible(reply))
        await jiyoung.react(reply if on_answer else question, "octagonal_sign")
        await settled(slack)
        gate.set()
        await slack.until(lambda: "밀립니다." in visible(reply))
        assert PROFILE.stopped not in visible(reply)


async def test_a_sign_is_understood_after_a_restart(slack, tmp_path, minsu, channel):
    """The message itself says which question it answers."""
    pieces = ("구매확정 다음 영업일에 정산되고, 공휴일에는 ", "밀립니다.")
    async with answering(slack, tmp_path, gate=asyncio.Event(), pieces=pieces):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
    await slack.until(lambda: not slack.sockets)
    async with answering(slack, tmp_path, gate=asyncio.Event(), pieces=pieces) as bot:
        await slack.until(lambda: bot.assistant.asked)
        await minsu.react(reply, "octagonal_sign")
        await slack.until(lambda: PROFILE.stopped in visible(reply))
    assert slack.replies(question) == [reply]


async def test_a_stop_that_comes_too_late_is_told_so(slack, tmp_path, minsu, channel):
    gate, states = asyncio.Event(), asyncio.Queue()
    async with answering(slack, tmp_path, gate=gate, inbox=noting(states)):
        question = await minsu.mention(channel, "정산은 언제?")
        (reply,) = await slack.until(lambda: slack.replies(question))
        blocks = reply.blocks
        gate.set()
        await states.get()
        reply.blocks = blocks  # as a client that is behind still shows it
        await minsu.press(reply, "stop")
        (said,) = await slack.until(lambda: minsu.ephemerals(channel))
    assert said.text == PROFILE.nothing_to_stop


async def test_two_replicas_answer_once_and_know_each_others_buttons(
    slack, tmp_path, minsu, channel
):
    """The two events of a mention go to one replica each; so does the press of a button."""
    settings = make_settings(slack, tmp_path)
    async with running(settings) as one, running(settings) as other:
        await slack.until(lambda: slack.sockets == 2)
        question, reply = await answered(slack, minsu, channel)
        for button in labels(reply)[:2]:
            await minsu.press(reply, button)
        await slack.until(lambda: len(slack.replies(question)) == 3 and finished(slack, question))
        await slack.until(lambda: [label[:1] for label in labels(reply)[:2]] == ["✓", "✓"])
        await settled(slack)
        asked = [one.text for one in (*one.assistant.asked, *other.assistant.asked)]
    assert len(asked) == len(set(asked)) == 3
    assert len({name for one in slack.deliveries for name in one.sent_to}) == 2


async def test_a_button_in_a_direct_message_asks_there(slack, tmp_path, minsu):
    async with answering(slack, tmp_path) as bot:
        await minsu.say(minsu.dm, "정산은 언제?")
        (reply,) = await slack.until(
            lambda: [m for m in minsu.dm.messages.values() if "출처" in visible(m)]
        )
        await minsu.press(reply, FOLLOWUP)
        await slack.until(
            lambda: [
                m for m in minsu.dm.messages.values() if visible(m).startswith(f"> {FOLLOWUP}")
            ]
        )
        await slack.until(lambda: f"✓ {FOLLOWUP}" in labels(reply))
    assert len({asked.session for asked in bot.assistant.asked}) == 1
    assert {message.thread_ts for message in minsu.dm.messages.values()} == {None}


async def test_a_used_button_leads_whoever_presses_it_to_its_answer(
    slack, tmp_path, minsu, jiyoung, channel
):
    async with answering(slack, tmp_path) as bot:
        question, reply = await answered(slack, minsu, channel)
        await minsu.press(reply, FOLLOWUP)
        await slack.until(lambda: f"✓ {FOLLOWUP}" in labels(reply))
        more = await slack.until(
            lambda: [m for m in slack.replies(question) if m is not reply and "출처" in visible(m)]
        )
        await jiyoung.press(reply, f"✓ {FOLLOWUP}")
        (told,) = await slack.until(lambda: jiyoung.ephemerals(channel))
        link = f"https://local.slack.com/archives/{channel.id}/p{more[0].ts.replace('.', '')}"
        assert told.text.startswith(f"{PROFILE.already_asked} <{link}?")
        assert len(bot.assistant.asked) == 2


async def test_a_followup_of_a_followup_is_answered_in_the_same_thread(
    slack, tmp_path, minsu, channel
):
    async with answering(slack, tmp_path) as bot:
        question, reply = await answered(slack, minsu, channel)
        for count in (2, 3, 4):
            await minsu.press(reply, labels(reply)[0])
            await slack.until(
                lambda count=count: (
                    len(slack.replies(question)) == count and finished(slack, question)
                )
            )
            reply = slack.replies(question)[-1]
    assert len({asked.id for asked in bot.assistant.asked}) == 4
    assert len({asked.session for asked in bot.assistant.asked}) == 1
