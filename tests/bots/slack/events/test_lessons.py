"""Owners are called on Slack where the bot has no answer; their tagged replies are learnt."""

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from fakes.slack_bot import PROFILE, With, answering, quiet, settled

from bots.slack.events.lessons import MARK
from config.profiles import load_profile
from core.errors import StorageError
from core.lessons.remarks import Teacher
from core.profile import Owner
from core.types import (
    Answered,
    Delta,
    Escalated,
    Feedback,
    InboxState,
    LessonState,
    Turn,
    TurnState,
)
from devtools.slack import Limits, Slack, visible

TOLD = "매주 수요일 오후 2시에 할 수 있어요."
CALL = "확인 부탁드려요"


@dataclass
class Helpless:
    """Answers nothing but what says `아는`; everything else needs a person."""

    history: object
    asked: list = field(default_factory=list)

    def hurry(self, session):
        pass

    async def for_everybody(self, turn):
        return turn

    async def would_answer(self, question, *, alone=False, in_company=True):
        return "아는" in question.text or "마지막" in question.text

    async def answer(self, question):
        self.asked.append(question)
        known = await self.would_answer(question)
        if known:
            yield Delta("알아요. 출처")
        text = "알아요. 출처" if known else PROFILE.not_found
        state = TurnState.ANSWERED if known else TurnState.ESCALATED
        await self.history.append(Turn(question, state, text))
        yield Answered(text, (), ()) if known else Escalated(text, ())


@pytest.fixture
async def slack():
    limits, waits = Limits(on=False), (0.0, 0.2, 0.2)
    async with Slack(limits=limits, ack_within_s=1.0, retry_after_s=waits).serve() as served:
        yield served


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """What the bot keeps to by itself would only make these tests slow."""
    monkeypatch.setattr("bots.slack.api.rate_limits._BURST", 50)


@pytest.fixture
def minsu(slack):
    return slack.add_person("민수")


@pytest.fixture
def jiyoung(slack):
    return slack.add_person("지영")


@pytest.fixture
def owner(slack):
    return slack.add_person("김담당")


@pytest.fixture
def channel(slack, minsu, jiyoung, owner):
    return slack.add_channel("문의", minsu, jiyoung, owner)


@pytest.fixture
def running(slack, tmp_path, owner):
    """The bot, with one owner, or with others by `owners`."""

    @asynccontextmanager
    async def run(*, owners=None, threads="asker", **more):
        settings = {"slack_owners": owner.id if owners is None else owners, "threads": threads}
        made = {"assistant": lambda stores: Helpless(stores.history), "settings": settings}
        async with answering(slack, tmp_path, **(made | more)) as bot:
            yield bot
        await slack.until(lambda: not slack.sockets)

    return run


def calls(slack, question):
    """The messages that call somebody in the question's thread."""
    return [reply for reply in slack.replies(question) if CALL in visible(reply)]


def said(slack, question):
    """What the bot says of lessons in the thread, in order."""
    texts = (PROFILE.teach.learned, PROFILE.teach.corrected, PROFILE.teach.unlearned)
    first = [visible(one).split("\n")[0] for one in slack.replies(question)]
    return [line for line in first if line in texts]


async def escalated(slack, person, channel, text="물류센터 견학은 언제 가능한가요?"):
    """A question that the owners were called for."""
    question = await person.mention(channel, text)
    await slack.until(lambda: calls(slack, question))
    return question


async def taught(slack, owner, question, text=f"#학습 {TOLD}"):
    """A reply that was learnt."""
    before = len(said(slack, question))
    lesson = await owner.say(question.channel, text, thread=question)
    await slack.until(lambda: len(said(slack, question)) > before)
    return lesson


async def lessons(bot):
    return await bot.stores.lessons.page(10)


# Calling


async def test_owners_are_called_once_behind_the_answer(slack, running, minsu, owner, channel):
    async with running():
        question = await escalated(slack, minsu, channel)
        answer, call = slack.replies(question)
        assert PROFILE.not_found in visible(answer)
        assert f"<@{owner.id}>" in call.text
        assert f"<@{owner.id}>" in call.blocks[0]["text"]["text"]
        assert float(call.ts) > float(answer.ts)
        assert owner.notifications() == [call]
        for delivery in slack.events("app_mention"):
            slack.redeliver(delivery)
        other = await escalated(slack, minsu, channel, "주차는 어디에 하나요?")
    assert len(owner.notifications()) == len([question, other])
    assert len(slack.replies(question)) == 2
    assert all(len(call.history) == 1 for call in owner.notifications())


async def test_no_version_of_an_answer_mentions_owners(slack, running, minsu, owner, channel):
    async with running():
        question = await escalated(slack, minsu, channel)
        answer, _ = slack.replies(question)
    assert not [one for one in answer.history if owner.id in f"{one.text}{one.blocks}"]


async def test_groups_and_people_are_called_and_nobody_else(slack, running, minsu, owner, channel):
    expert = slack.add_person("박전문")
    group = slack.add_group("담당자", owner, expert)
    channel.members.add(expert.id)
    jun = slack.add_person("준")
    channel.members.add(jun.id)
    async with running(owners=f"{group.id}, {jun.id}"):
        question = await escalated(slack, minsu, channel, "<!channel> 견학은 언제 하나요?")
        (call,) = calls(slack, question)
        assert f"<!subteam^{group.id}> <@{jun.id}>" in call.text
    assert set(call.notified) == {owner.id, expert.id, jun.id}
    own = [one for one in slack.replies(question) if one is not call]
    assert not [one.notified for one in own if one.notified]


async def test_an_answer_calls_nobody(slack, running, minsu, owner, channel):
    async with running():
        question = await minsu.mention(channel, "아는 것")
        await slack.until(lambda: "알아요" in "".join(map(visible, slack.replies(question))))
        await escalated(slack, minsu, channel)
        assert len(slack.replies(question)) == 1


async def test_without_owners_nobody_is_called_and_nobody_teaches(
    slack, running, minsu, owner, channel
):
    async with running(owners="") as bot:
        question = await minsu.mention(channel, "견학은?")
        await slack.until(
            lambda: PROFILE.not_found in "".join(map(visible, slack.replies(question)))
        )
        await owner.say(channel, f"#학습 {TOLD}", thread=question)
        (told,) = await slack.until(lambda: owner.ephemerals(channel))
        assert told.text == PROFILE.teach.not_allowed
        assert await lessons(bot) == []
        assert len(await quiet(slack, bot)) == 1
    assert len(slack.replies(question)) == 1


async def test_in_a_direct_message_nobody_is_called(slack, running, minsu, owner):
    async with running():
        await minsu.say(minsu.dm, "견학은?")
        await slack.until(lambda: [m for m in slack.messages(minsu.dm) if m.bot_id and m.blocks])
        await minsu.say(minsu.dm, "아는 것")
        await slack.until(lambda: any("알아요" in visible(m) for m in slack.messages(minsu.dm)))
    assert not [m for m in slack.messages(minsu.dm) if CALL in visible(m)]
    assert owner.notifications() == []


async def test_a_call_whose_answer_got_lost_is_not_posted_twice(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await minsu.mention(channel, "견학은?")
        slack.fail_next("chat.postMessage", "reset_after", times=2)  # the answer's, and the call's
        await slack.until(lambda: calls(slack, question))
        turn = bot.assistant.asked[0]
        async with asyncio.timeout(30):
            while (await bot.stores.inbox.find(turn.id)).state is not InboxState.ESCALATED:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
    assert len(owner.notifications()) == 1
    assert len(slack.replies(question)) == 2


@pytest.mark.parametrize("posted", [False, True])
async def test_after_a_crash_owners_are_called_once(slack, running, minsu, owner, channel, posted):
    """It dies before the call, or before it is noted that the question has come to its end."""
    hanging = asyncio.Event()

    def dying(inbox):
        async def settle(claim, state):
            hanging.set()
            await asyncio.Event().wait()

        async def note(claim, reply):
            if not posted and reply:
                hanging.set()
                await asyncio.Event().wait()
            await inbox.note_reply(claim, reply)

        return With(inbox, settle=settle, note_reply=note)

    async with running(inbox=dying, lease_s=0.3):
        question = await minsu.mention(channel, "견학은?")
        await hanging.wait()
        assert len(calls(slack, question)) == posted
    async with running(lease_s=0.3) as bot:
        await slack.until(lambda: calls(slack, question))
        assert await quiet(slack, bot) == []  # the stored turn was shown
    assert len(owner.notifications()) == 1
    assert len(slack.replies(question)) == 2


async def test_a_call_goes_with_its_question_and_when_that_gets_an_answer(
    slack, running, minsu, owner, channel
):
    async with running():
        gone, edited = [await escalated(slack, minsu, channel, text) for text in ("견학?", "주차?")]
        await minsu.delete(gone)
        await slack.until(lambda: not slack.replies(gone))
        await minsu.edit(edited, f"{minsu.mention_of_bot} 아는 것")
        await slack.until(lambda: "알아요" in visible(slack.replies(edited)[0]))
        await slack.until(lambda: not calls(slack, edited))


async def test_a_call_in_place_of_text_is_a_new_message(slack, running, minsu, owner, channel):
    """The answer before the edit had two messages, and nobody notices what an edit brings."""

    class Talkative(Helpless):
        async def answer(self, question):
            async for event in super().answer(question):
                long = isinstance(event, Answered)
                yield Answered("아주 긴 글이에요. " * 1_500, (), ()) if long else event

    async with running(assistant=lambda stores: Talkative(stores.history)):
        question = await minsu.mention(channel, "아는 것")
        await slack.until(lambda: len(slack.replies(question)) == 2)
        await settled(slack)
        await minsu.edit(question, f"{minsu.mention_of_bot} 견학은?")
        (call,) = await slack.until(owner.notifications)
        await slack.until(lambda: len(slack.replies(question)) == 2)
        assert slack.replies(question)[-1] is call
        assert PROFILE.not_found in visible(slack.replies(question)[0])


async def test_an_edited_question_without_an_answer_calls_nobody_again(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel, "견학?")
        await minsu.edit(question, f"{minsu.mention_of_bot} 견학은 언제?")
        await slack.until(lambda: len(bot.assistant.asked) == 2)
        assert (await quiet(slack, bot)) == ["견학?", "견학은 언제?"]
        assert len(calls(slack, question)) == 1
    assert len(owner.notifications()) == 1


async def test_native_streams_call_owners_too(slack, running, minsu, owner, channel):
    settings = {"slack_owners": owner.id, "slack_streaming": "native"}
    async with running(settings=settings):
        question = await escalated(slack, minsu, channel)
        assert len(slack.replies(question)) == 2
    assert len(owner.notifications()) == 1


# Teaching


async def test_a_reply_with_the_tag_is_learnt_marked_and_answered(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await taught(slack, owner, question, f"<@{minsu.id}> 님, *꼭* {TOLD} #학습")
        (learnt,) = await lessons(bot)
        assert learnt.answer == f"@민수 님, **꼭** {TOLD}"
        assert learnt.question == "물류센터 견학은 언제 가능한가요?"
        assert (learnt.author, learnt.author_name) == (owner.id, "김담당")
        assert lesson.reacted(MARK) == [slack.team.bot_user_id]
        assert said(slack, question) == [PROFILE.teach.learned]
        assert len(await quiet(slack, bot)) == 1


async def test_a_reply_with_a_picture_is_held_since_its_lesson_does_not_show_it(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        said_with = {"text": f"#학습 {TOLD}", "files": [{"mimetype": "image/png"}]}
        event = {"type": "message", "subtype": "file_share", "user": owner.id} | said_with
        event |= {"channel": channel.id, "ts": slack.world.ids.ts(), "thread_ts": question.ts}
        slack.world.emit(slack.team, "message.channels", event, channel)

        def is_told():
            return any(PROFILE.gate.media in visible(one) for one in slack.replies(question))

        await slack.until(is_told)
        assert [one.state for one in await lessons(bot)] == [LessonState.HELD]
        (held,) = [one for one in slack.deliveries if one.event.get("files")]
        slack.redeliver(held)
        assert len(await quiet(slack, bot)) == 1
        assert not slack.calls("reactions.add")


QUOTED = (
    "> 무료입니다 #학습\n이거 누가 쓰셨어요?",
    "```\n답 #학습\n```\n이렇게 쓰면 돼요",
    "`답 #학습` 이라고 쓰면 돼요",
)


async def test_a_tag_in_a_quote_or_in_code_teaches_nothing_and_one_alone_is_asked_about(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        for text in (*QUOTED, "#학습"):
            await owner.say(channel, text, thread=question)
        (told,) = await slack.until(lambda: owner.ephemerals(channel))
        assert told.text == PROFILE.teach.empty
        assert len(await quiet(slack, bot)) == 1
        assert await lessons(bot) == []


async def test_the_tag_counts_at_the_top_in_the_middle_and_in_full_width(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        for text in (f"#학습\n{TOLD}", "매주 수요일 #학습 오후 2시", f"{TOLD} ＃학습"):
            assert (await taught(slack, owner, question, text)).reacted(MARK)
        answers = [one.answer for one in await lessons(bot)]
        assert answers == [TOLD, "매주 수요일 오후 2시", TOLD]


async def test_the_english_tag_counts_in_any_case(slack, running, minsu, owner, channel):
    english = load_profile("en")
    async with running(profile=english) as bot:
        question = await minsu.mention(channel, "When can I visit the warehouse?")
        await slack.until(lambda: len(slack.replies(question)) == 2)
        await owner.say(channel, "#LEARN On Wednesdays at two.", thread=question)

        def is_told():
            said = visible(slack.replies(question)[-1])
            return english.teach.learned in said and "Answer: On Wednesdays at two." in said

        await slack.until(is_told)
        assert [one.answer for one in await lessons(bot)] == ["On Wednesdays at two."]


async def test_two_owners_who_answer_at_once_are_each_told_what_was_learnt(
    slack, running, minsu, jiyoung, owner, channel
):
    """The later of the two answers counts, and goes without a trace if it is undone."""
    async with running(owners=f"{owner.id},{jiyoung.id}") as bot:
        question = await escalated(slack, minsu, channel)
        first = await owner.say(channel, "#학습 수요일이에요.", thread=question)
        second = await jiyoung.say(channel, "#학습 목요일이에요.", thread=question)
        await slack.until(lambda: len(said(slack, question)) == 2)
        shown = "\n".join(map(visible, slack.replies(question)))
        assert shown.count("답변: 수요일이에요.") == shown.count("답변: 목요일이에요.") == 1
        assert first.reacted(MARK) == second.reacted(MARK) == [slack.team.bot_user_id]
        assert [one.author_name for one in await lessons(bot)] == ["김담당", "지영"]


async def test_of_an_answer_in_three_messages_the_bot_says_which_one_it_has_learnt(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        parts = ["견학은 수요일이에요.", "하루 전까지 신청해 주세요."]
        before = [await owner.say(channel, text, thread=question) for text in parts]
        lesson = await taught(slack, owner, question, "총무팀에서 받아요 #학습")
        shown = visible(slack.replies(question)[-1])
        assert "질문: 물류센터 견학은 언제 가능한가요?\n답변: 총무팀에서 받아요" in shown
        assert not any(part in shown for part in parts)
        assert [bool(one.reacted(MARK)) for one in (*before, lesson)] == [False, False, True]
        assert len(await quiet(slack, bot)) == 1


async def test_a_lesson_that_comes_twice_is_learnt_once_and_answered_once(
    slack, running, minsu, owner, channel
):
    """A mention is two events, and every event may come again, also to a bot that has died."""
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await taught(slack, owner, question, f"{owner.mention_of_bot} #학습 {TOLD}")
    assert lesson.reacted(MARK)
    await client_unreacts(slack, lesson)
    async with running() as bot:
        for delivery in slack.deliveries[:]:
            if delivery.event.get("ts") == lesson.ts:
                slack.redeliver(delivery)
        await slack.until(lambda: lesson.reacted(MARK))
        assert await quiet(slack, bot) == []
        assert len(await lessons(bot)) == 1
    assert said(slack, question) == [PROFILE.teach.learned]
    assert lesson.reacted(MARK) == [slack.team.bot_user_id]


async def client_unreacts(slack, message):
    slack.world.unreact(message, slack.team.bot_user_id, MARK)
    await settled_or_nobody(slack)


async def settled_or_nobody(slack):
    await slack.until(lambda: all(one.acked_at or one.gave_up for one in slack.deliveries))


async def test_a_death_after_learning_leaves_a_mark_and_no_second_word(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        teach, tries = bot.service.learning.teach, []

        async def dying(remark):
            done = await teach(remark)
            tries.append(done)
            if len(tries) == 1:
                raise StorageError("it died here")
            return done

        bot.service.learning.teach = dying
        lesson = await owner.say(channel, f"#학습 {TOLD}", thread=question)
        await slack.until(lambda: lesson.reacted(MARK))
        await settled(slack)
        assert len(await quiet(slack, bot)) == 1
        assert len(await lessons(bot)) == 1
    assert len(tries) == 2
    assert said(slack, question) == []


async def test_a_store_that_fails_lets_slack_deliver_it_again(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        teach, tries = bot.service.learning.teach, []

        async def failing(remark):
            tries.append(remark)
            if len(tries) < 3:
                raise StorageError("the disk is full")
            return await teach(remark)

        bot.service.learning.teach = failing
        lesson = await taught(slack, owner, question)
        (delivery,) = [one for one in slack.events("message") if one.event.get("ts") == lesson.ts]
        await settled(slack)
        assert len(delivery.attempts) >= 3
        assert len(await lessons(bot)) == 1
    assert said(slack, question) == [PROFILE.teach.learned]


async def test_an_edit_corrects_and_taking_the_tag_away_unlearns(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await taught(slack, owner, question)
        await owner.edit(lesson, "#학습 4층이에요.")
        await slack.until(lambda: len(said(slack, question)) == 2)
        assert [one.answer for one in await lessons(bot)] == ["4층이에요."]
        assert lesson.reacted(MARK)
        await owner.edit(lesson, "4층이에요.")
        await slack.until(lambda: len(said(slack, question)) == 3)
        assert await lessons(bot) == []
        assert not lesson.reacted(MARK)
        await owner.edit(lesson, "5층이에요. #학습")
        await slack.until(lambda: len(said(slack, question)) == 4)
        assert [one.answer for one in await lessons(bot)] == ["5층이에요."]
        assert lesson.reacted(MARK)
        assert len(await quiet(slack, bot)) == 1
    changed = PROFILE.teach.corrected
    assert said(slack, question)[:3] == [PROFILE.teach.learned, changed, PROFILE.teach.unlearned]


async def test_a_preview_below_a_lesson_is_no_edit(slack, running, minsu, owner, channel):
    """Slack sends a change with the preview of a link, and may leave out what was before."""
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await taught(slack, owner, question, "#학습 https://shop.example 을 보세요.")
        (learnt,) = await lessons(bot)
        by = Teacher(owner.id, "김담당")
        await bot.service.learning.correct(learnt.id, learnt.question, TOLD, by)
        now = lesson.as_json() | {"attachments": [{"text": "안내", "from_url": "https://x"}]}
        for before in ({}, {"previous_message": lesson.as_json()}):
            changed = {"type": "message", "subtype": "message_changed", "hidden": True}
            changed |= {"channel": channel.id, "ts": slack.world.ids.ts(), "message": now} | before
            slack.world.emit(slack.team, "message.channels", changed, channel)
        assert len(await quiet(slack, bot)) == 1
        assert [one.answer for one in await lessons(bot)] == [TOLD]
    assert said(slack, question) == [PROFILE.teach.learned]


async def test_an_edit_that_comes_late_changes_nothing(slack, running, minsu, owner, channel):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await taught(slack, owner, question)
        await owner.edit(lesson, "#학습 4층이에요.")
        await slack.until(lambda: len(said(slack, question)) == 2)
    async with running() as bot:
        (first,) = [one for one in slack.events("message") if one.event.get("ts") == lesson.ts]
        slack.redeliver(first)
        assert await quiet(slack, bot) == []
        assert [one.answer for one in await lessons(bot)] == ["4층이에요."]
    assert len(said(slack, question)) == 2


async def test_a_deleted_lesson_is_unlearnt_whatever_comes_again(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await taught(slack, owner, question)
        await owner.delete(lesson)
        await slack.until(lambda: len(said(slack, question)) == 2)
    async with running() as bot:
        for delivery in slack.deliveries[:]:
            if lesson.ts in (delivery.event.get("ts"), delivery.event.get("deleted_ts")):
                slack.redeliver(delivery)
        assert await quiet(slack, bot) == []
        assert await lessons(bot) == []
    assert said(slack, question) == [PROFILE.teach.learned, PROFILE.teach.unlearned]


async def test_who_is_no_owner_is_told_so_alone_and_once(slack, running, minsu, jiyoung, channel):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        lesson = await jiyoung.say(
            channel, f"{jiyoung.mention_of_bot} #학습 {TOLD}", thread=question
        )
        (told,) = await slack.until(lambda: jiyoung.ephemerals(channel))
        assert (told.text, told.thread_ts) == (PROFILE.teach.not_allowed, question.ts)
        assert len(await quiet(slack, bot)) == 1  # a lesson, and no question
        assert await lessons(bot) == []
    assert len(jiyoung.ephemerals(channel)) == 1
    assert not lesson.reactions
    assert said(slack, question) == []


async def test_a_member_of_a_group_teaches_and_the_group_is_asked_for_once(
    slack, running, minsu, jiyoung, owner, channel
):
    group = slack.add_group("담당자", owner)
    async with running(owners=group.id):
        question = await escalated(slack, minsu, channel)
        await jiyoung.say(channel, f"#학습 {TOLD}", thread=question)
        await slack.until(lambda: jiyoung.ephemerals(channel))
        lesson = await taught(slack, owner, question)
        assert lesson.reacted(MARK)
    assert len(slack.calls("usergroups.users.list")) == 1


async def test_a_group_that_slack_does_not_tell_of_yet_is_asked_for_again(
    slack, running, minsu, owner, channel
):
    group = slack.add_group("담당자", owner)
    async with running(owners=group.id):
        question = await escalated(slack, minsu, channel)
        slack.fail_next("usergroups.users.list", "500")
        lesson = await taught(slack, owner, question)
        assert lesson.reacted(MARK)


async def test_without_the_scope_members_cannot_teach_and_the_log_says_so_once(
    slack, running, minsu, owner, channel, caplog
):
    group = slack.add_group("담당자", owner)
    slack.team.scopes.discard("usergroups:read")
    async with running(owners=group.id):
        question = await escalated(slack, minsu, channel)
        for number in range(2):
            await owner.say(channel, f"#학습 {TOLD} {number}", thread=question)
            await slack.until(lambda seen=number: len(owner.ephemerals(channel)) > seen)
    lines = [one for one in caplog.records if "nobody can teach" in one.getMessage()]
    assert [one.levelno for one in lines] == [logging.WARNING]
    assert "missing_scope" in lines[0].getMessage()


async def test_bots_never_teach(slack, running, minsu, channel):
    other = slack.add_bot("다른 봇")
    async with running(owners=other.id) as bot:
        question = await escalated(slack, minsu, channel)
        await other.say(channel, f"#학습 {TOLD}", thread=question)
        assert len(await quiet(slack, bot)) == 1
        assert await lessons(bot) == []


async def test_a_tag_where_the_bot_is_not_spoken_to_is_nobodys_lesson(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        await owner.say(channel, "오늘 #학습 모임 있어요")
        assert await quiet(slack, bot) == []
        assert await lessons(bot) == []
        lost = await owner.mention(channel, f"#학습 {TOLD}")
        (told,) = await slack.until(lambda: owner.ephemerals(channel))
    assert (told.text, told.thread_ts) == (PROFILE.teach.nothing_asked, None)
    assert not lost.reactions


async def test_a_mark_that_slack_refuses_does_not_keep_a_lesson_from_being_learnt(
    slack, running, minsu, owner, channel
):
    async with running():
        question = await escalated(slack, minsu, channel)
        slack.fail_next("reactions.add", "429", retry_after=0)
        lesson = await taught(slack, owner, question)
        await slack.until(lambda: lesson.reacted(MARK))
        slack.team.scopes.discard("reactions:write")
        await owner.edit(lesson, "#학습 4층이에요.")
        await slack.until(lambda: PROFILE.teach.corrected in said(slack, question))


async def test_a_name_that_slack_does_not_tell_is_that_of_the_profile(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        slack.fail_next("users.info", "500")
        await taught(slack, owner, question)
        (learnt,) = await lessons(bot)
    assert learnt.author_name == PROFILE.teach.author


async def test_words_keep_to_the_channels_budget(
    slack, running, minsu, owner, channel, monkeypatch
):
    monkeypatch.setattr("bots.slack.api.rate_limits._BURST", 3)
    slack.limits.on = True
    async with running():
        question = await escalated(slack, minsu, channel)
        for number in range(3):
            await owner.say(channel, f"#학습 {TOLD} {number}", thread=question)
        await slack.until(lambda: len(said(slack, question)) == 3)
    assert slack.limited() == 0


# Speaking to each other


async def test_owners_speak_to_colleagues_while_a_person_is_awaited(
    slack, running, minsu, owner, channel
):
    async with running(threads="all") as bot:
        question = await escalated(slack, minsu, channel)
        await owner.say(channel, "확인해 볼게요", thread=question)
        await minsu.mention(channel, "아는 주차는 되나요?", thread=question)
        await slack.until(lambda: len(bot.assistant.asked) == 2)
        await owner.say(channel, "아는 분께 물어볼게요", thread=question)
        await owner.mention(channel, "아는 것은?", thread=question)
        await slack.until(lambda: len(bot.assistant.asked) == 3)
        await taught(slack, owner, question)
        await owner.say(channel, "아는 것 또 있나요?", thread=question)
        await slack.until(lambda: len(bot.assistant.asked) == 4)
    texts = [asked.text for asked in bot.assistant.asked]
    assert texts[1:] == ["아는 주차는 되나요?", "아는 것은?", "아는 것 또 있나요?"]


async def test_in_a_direct_message_an_owner_asks_like_anybody_and_teaches(slack, running, owner):
    async with running() as bot:
        await owner.say(owner.dm, "아는 견학은?")
        await slack.until(lambda: [m for m in slack.messages(owner.dm) if m.bot_id and m.blocks])
        await owner.say(owner.dm, "주차는?")
        await slack.until(lambda: len(bot.assistant.asked) == 2)
        lesson = await owner.say(owner.dm, f"#학습 {TOLD}")
        await slack.until(lambda: lesson.reacted(MARK))
        (learnt,) = await lessons(bot)
    assert learnt.question == "주차는?"


# Downtime


async def test_what_was_taught_while_the_bot_was_away_is_learnt(
    slack, running, minsu, owner, channel, monkeypatch
):
    """Also what answers a question that was asked meanwhile; what owners said aside stays aside."""
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    async with running():
        first = await escalated(slack, minsu, channel)
        await owner.say(channel, "확인해 볼게요", thread=first)
        await settled(slack)
    lesson = await owner.say(channel, f"#학습 {TOLD}", thread=first)
    missed = await minsu.mention(channel, "주차는 되나요?")
    answer = await owner.say(channel, "#학습 지하 2층이에요.", thread=missed)
    await settled_or_nobody(slack)
    async with running() as bot:
        await slack.until(lambda: lesson.reacted(MARK) and answer.reacted(MARK))
        learnt = {one.question: one.answer for one in await lessons(bot)}
        assert await quiet(slack, bot) == ["주차는 되나요?"]
    assert learnt == {
        "물류센터 견학은 언제 가능한가요?": TOLD,
        "주차는 되나요?": "지하 2층이에요.",
    }


async def test_what_was_learnt_before_is_not_answered_again_when_looking_back(
    slack, running, minsu, owner, channel, monkeypatch
):
    monkeypatch.setattr("bots.slack.platform._SHORT_S", 0.0)
    monkeypatch.setattr("bots.slack.events.backfill._OVERLAP", timedelta(seconds=30))
    async with running():
        question = await escalated(slack, minsu, channel)
        await taught(slack, owner, question)
    before = len(slack.calls("reactions.add"))
    async with running() as bot:
        await slack.until(lambda: len(slack.calls("reactions.add")) > before)
        assert await quiet(slack, bot) == []
    assert said(slack, question) == [PROFILE.teach.learned]


# Cases


async def test_who_asks_the_same_in_another_thread_is_told_so_and_nobody_is_called_again(
    slack, running, minsu, jiyoung, owner, channel
):
    async with running() as bot:
        first = await escalated(slack, minsu, channel)
        (answer, _call) = slack.replies(first)
        assert bot.profile.case.opened in visible(answer)
        again = await jiyoung.mention(channel, "물류센터 견학은 언제 가능한가요")
        joined = bot.profile.case.joined.format(question="물류센터 견학은 언제 가능한가요?")
        await slack.until(lambda: any(joined in visible(one) for one in slack.replies(again)))
        assert calls(slack, again) == []
        assert len(owner.notifications()) == 1


async def test_owners_of_a_topic_are_called_and_may_teach(slack, running, minsu, owner, channel):
    expert = slack.add_person("이전문")
    team = Owner("물류팀", (f"slack:{expert.id}",), topics=("물류센터",))
    async with running(profile=replace(PROFILE, owners=(team,))) as bot:
        question = await escalated(slack, minsu, channel)
        (call,) = calls(slack, question)
        assert expert.id in call.text
        assert owner.id not in call.text
        await taught(slack, expert, question)
        assert [one.author_name for one in await lessons(bot)] == ["이전문"]


async def test_an_owner_takes_a_case_by_a_button_and_nobody_else_can(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await escalated(slack, minsu, channel)
        (call,) = calls(slack, question)
        await minsu.press(call, PROFILE.case.take)
        await slack.until(lambda: _told(minsu, PROFILE.case.owners_alone))
        await owner.press(call, PROFILE.case.take)
        taken = f"{PROFILE.case.taken.format(name='김담당')} {PROFILE.case.answer_here}"
        await slack.until(lambda: [one for one in slack.replies(question) if taken in visible(one)])
        (case,) = await bot.stores.cases.open(9)
        assert case.taken_by == owner.id
        await owner.press(call, PROFILE.case.not_ours)
        await slack.until(
            lambda: [m for m in slack.replies(question) if PROFILE.case.closed in visible(m)]
        )


async def test_an_answer_that_two_people_disliked_calls_the_owner(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await minsu.mention(channel, "아는 것을 알려 주세요")
        await slack.until(lambda: [m for m in slack.replies(question) if "출처" in visible(m)])
        (asked,) = bot.assistant.asked
        for person in ("slack:U1", "slack:U2"):
            assert owner.notifications() == []
            await bot.service.feedback.rate(Feedback(asked.id, person, helpful=False))
        await slack.until(owner.notifications)
        assert "아는 것을 알려 주세요" in visible(slack.replies(question)[-1])


async def test_who_asks_for_a_person_has_the_question_before_put_to_the_owner(
    slack, running, minsu, owner, channel
):
    async with running() as bot:
        question = await minsu.mention(channel, "아는 것을 알려 주세요")
        await slack.until(lambda: [m for m in slack.replies(question) if "출처" in visible(m)])
        await minsu.say(channel, "그냥 사람 연결해 주세요", thread=question)
        await slack.until(owner.notifications)
        shown = " ".join(map(visible, slack.replies(question)))
        assert bot.profile.case.person in shown
        assert bot.profile.case.opened in shown
        (case,) = await bot.stores.cases.open(9)
        assert case.question == "아는 것을 알려 주세요"


def _told(person, text):
    return [one for one in person.ephemerals() if text in one.text]
