"""The book of lessons: the one way in, whoever teaches from wherever."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.learning import book_of, learning_of

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.lessons.book import Outcome
from core.lessons.gate import Examined
from core.lessons.remarks import Remark
from core.lessons.wording import said_of
from core.types import (
    Case,
    Lesson,
    LessonState,
    Question,
    SessionId,
    Turn,
    TurnState,
    Waiter,
)

PROFILE = load_profile("ko")
NOON = datetime(2026, 11, 1, 3, tzinfo=UTC)
ROOM = SessionId("wall:1")
ASKED = Question("q1", ROOM, "주차는 어디에 하나요?", "U2", NOON)
LESSON = Lesson("l1", ROOM, "주차는 어디에 하나요?", "지하 1층이에요.", "U1", "김담당", NOON, "q1")


@pytest.fixture
async def stores(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as opened:
        yield opened


def gated(stores, *findings, refused=False, **parts):
    async def examine(_lesson):
        return Examined(findings, refused=refused)

    return book_of(stores, PROFILE, examine=examine, **parts)


async def acts(stores):
    return [(event.who, event.action) for event in reversed(await stores.reports.audit(9))]


async def case_of(stores):
    await stores.cases.add(
        Case("c1", LESSON.question, NOON, (Waiter(Question("q1", ROOM, "주차", "U2", NOON, "1")),)),
        after=0,
    )
    return lambda: stores.cases.find("c1")


async def test_what_is_found_holds_a_lesson_until_somebody_who_is_named_approves_it(stores):
    case = await case_of(stores)
    book = gated(stores, "도움말과 달라요")
    kept = await book.keep(LESSON, by="김담당")
    assert (kept.outcome, kept.lesson.state) == (Outcome.HELD, LessonState.HELD)
    assert (await case()).is_open
    approved = await book.keep(LESSON, by="김담당", approved_by="박팀장")
    assert (approved.lesson.state, approved.lesson.approved_by) == (LessonState.SERVED, "박팀장")
    assert not (await case()).is_open


async def test_a_message_is_offered_once_is_not_served_meanwhile_and_never_if_refused(stores):
    offered = await gated(stores, "도움말과 달라요").offer(LESSON, by="김담당")
    assert (offered.state, offered.findings) == (LessonState.OFFERED, ("도움말과 달라요",))
    assert await gated(stores).offer(LESSON, by="김담당") is None
    assert await acts(stores) == [("김담당", "lesson.offer")]
    assert await gated(stores, refused=True).offer(replace(LESSON, id="l2"), by="김담당") is None
    assert await stores.lessons.find("l2") is None


async def test_who_approves_beforehand_is_named_where_there_was_something_to_approve(stores):
    stored = await gated(stores, "달라요").keep(LESSON, by="김담당", approved_by="박팀장")
    assert (stored.outcome, stored.lesson.approved_by) == (Outcome.LEARNED, "박팀장")
    assert stored.lesson.findings == ("달라요",)
    clean = replace(LESSON, id="l2")
    assert (await gated(stores).keep(clean, by="김", approved_by="박")).lesson.approved_by == ""


@pytest.mark.parametrize("author", ["김담당", "U9", "김담당 (U9)"])
async def test_where_a_second_owner_is_wanted_nobody_approves_their_own(stores, author):
    book = gated(stores, "달라요", wants_second=True)
    lesson = replace(LESSON, author="U9", author_name="김담당")
    kept = await book.keep(lesson, by=author, approved_by=author)
    assert kept.outcome is Outcome.HELD
    again = await book.approve(kept.lesson, by=author)
    assert (again.outcome, again.lesson.state) == (Outcome.SECOND_WANTED, LessonState.HELD)
    assert PROFILE.teach.second_wanted in said_of(again, PROFILE)
    approved = await book.approve(kept.lesson, by="박팀장 (U8)")
    assert approved.lesson.state is LessonState.SERVED


async def test_who_has_only_typed_a_name_is_no_second_owner(stores):
    book = gated(stores, "달라요", wants_second=True)
    kept = await book.keep(LESSON, by="박팀장", approved_by="박팀장", is_known=False)
    assert kept.outcome is Outcome.HELD
    again = await book.approve(kept.lesson, by="박팀장", is_known=False)
    assert again.outcome is Outcome.SECOND_WANTED
    approved = await book.approve(kept.lesson, by="박팀장", is_known=True)
    assert approved.outcome is Outcome.APPROVED


async def test_a_lesson_whose_message_shows_more_is_held_until_an_owner_has_seen_it(stores):
    learning = learning_of(stores, PROFILE)
    await stores.history.append(Turn(ASKED, TurnState.ESCALATED, "못 찾았어요", finished_at=NOON))
    remark = Remark("m1", ROOM, "#학습 1층 안내 데스크예요", "U1", "김담당", True, has_media=True)
    taught = await learning.teach(remark)
    assert (taught.outcome, taught.lesson.findings) == (Outcome.HELD, (PROFILE.gate.media,))
    confirmed = await learning.teach(replace(remark, id="m2", text="#학습 확인", has_media=False))
    assert confirmed.lesson.state is LessonState.SERVED


async def test_nobody_approves_what_is_refused(stores):
    kept = await gated(stores, "지시예요", refused=True).keep(LESSON, by="김", approved_by="박")
    assert (kept.outcome, kept.lesson.findings) == (Outcome.REFUSED, ("지시예요",))
    assert await stores.lessons.page(9) == []
    assert await acts(stores) == []


async def test_personal_data_are_masked_from_wherever_they_come(stores):
    told = replace(LESSON, question="010-2345-6789인데 주차는요?", answer="900101-1234567로요")
    kept = await gated(stores).keep(told, by="김담당")
    assert kept.lesson.question == "***-****-****인데 주차는요?"
    assert "1234567" not in kept.lesson.answer


async def test_an_answer_that_is_empty_or_too_long_is_not_stored(stores):
    book = gated(stores)
    empty = await book.keep(replace(LESSON, answer=" \n"), by="김담당")
    longest = PROFILE.longest_lesson_characters
    long = await book.keep(replace(LESSON, answer="가" * (longest + 1)), by="김담당")
    assert (empty.outcome, long.outcome) == (Outcome.EMPTY, Outcome.TOO_LONG)
    assert await stores.lessons.page(9) == []


async def test_what_is_undone_opens_its_case_again_and_each_act_is_in_the_log(stores):
    case = await case_of(stores)
    book = gated(stores)
    kept = await book.keep(LESSON, by="김담당")
    assert (await case()).answer_id == "lesson:l1"
    await book.keep(LESSON, by="김담당")
    await book.expire(kept.lesson, by="이관리")
    await book.approve(kept.lesson, by="박팀장")
    assert await book.undo("l1", by="최담당", at=NOON - timedelta(hours=1)) is None
    assert (await book.undo("l1", by="최담당")).outcome is Outcome.UNLEARNED
    assert (await case()).is_open
    assert await book.undo("l1", by="최담당") is None
    assert await acts(stores) == [
        ("김담당", "lesson.learned"),
        ("이관리", "lesson.expire"),
        ("박팀장", "lesson.approve"),
        ("최담당", "lesson.undo"),
    ]
    (first, *_) = reversed(await stores.reports.audit(9))
    assert first.detail == "l1 in wall:1: 주차는 어디에 하나요?"


async def test_a_redelivery_while_a_lesson_is_undone_does_not_answer_its_case_again(stores):
    case = await case_of(stores)

    async def comes_again(_lesson):
        await book.keep(LESSON, by="김담당")
        return []

    book = book_of(stores, PROFILE, retract=comes_again)
    await book.keep(LESSON, by="김담당")
    await book.undo("l1", by="최담당")
    assert (await case()).is_open
    assert await stores.lessons.page(9) == []


async def test_who_was_answered_with_a_lesson_that_is_undone_waits_for_a_person_again(stores):
    case = await case_of(stores)
    later = Question("slack:T1:C1:77", SessionId("wall:77"), "주차하는 데가 어디죠", "U7", NOON)
    waiter = (await case()).waiters[0].question
    notice = replace(waiter, id=f"{waiter.id}>told")

    async def retract(_lesson):
        return [later, notice]

    book = book_of(stores, PROFILE, retract=retract)
    await book.keep(LESSON, by="김담당")
    await book.undo("l1", by="최담당")
    assert [one.question.id for one in (await case()).waiters] == [waiter.id, later.id]
