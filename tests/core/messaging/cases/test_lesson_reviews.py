"""Owners are asked whether a lesson is still right, at its date, where it was taught."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from fakes.learning import book_of, learning_of

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.errors import PlatformError
from core.lessons.book import Outcome
from core.lessons.remarks import Teacher
from core.messaging.cases.lesson_reviews import LessonReviews
from core.messaging.cases.roster import Roster
from core.profile import Owner
from core.types import Lesson, LessonState, Question, SessionId, Turn, TurnState

PROFILE = load_profile("ko")
NOON = datetime(2026, 12, 1, 3, tzinfo=UTC)  # a Tuesday in Seoul
DAY = timedelta(days=1)
ROOM = SessionId("slack:T1:C1:1")
TEAM = Owner("총무팀", ("slack:S1", "slack:U9"), zone="Asia/Seoul")
QUESTION = Question("slack:T1:C1:1", ROOM, "주차 등록은?", "U1", NOON - 300 * DAY, "1")
LESSON = Lesson(
    "l1", ROOM, "주차 등록은?", "지하 {1}층이에요.", "U9", "김담당", NOON - 200 * DAY, QUESTION.id,
    review_at=NOON - DAY,
)  # fmt: skip


class Office:
    """Reviews over stores, with a clock that is set, and what was said."""

    def __init__(self, stores):
        self.stores, self.now, self.said, self.is_away = stores, NOON, [], False
        self.reviews = self.begun()

    def begun(self, *owners):
        return LessonReviews(
            lessons=self.stores.lessons,
            archive=self.stores.archive,
            roster=Roster(owners or (TEAM,), Owner("", ())),
            profile=PROFILE,
            now=lambda: self.now,
            say=self.say,
            is_public=lambda session: session.startswith("slack:"),
        )

    async def say(self, question, ending):
        if self.is_away:
            raise PlatformError("away")
        self.said.append((question, ending))

    async def after(self, while_):
        self.now += while_
        await self.reviews.go()


@pytest.fixture
async def office(tmp_path):
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path)) as stores:
        await stores.history.append(Turn(QUESTION, TurnState.ESCALATED, "모름"))
        await stores.lessons.teach(LESSON)
        yield Office(stores)


async def test_who_taught_is_asked_where_they_taught_and_again_only_after_two_weeks(office):
    await office.reviews.go()
    ((question, call),) = office.said
    assert (question.session, question.reply_to) == (ROOM, "1")
    assert (call.contacts, call.lesson_id) == (("slack:U9",), "l1")
    assert call.call.format(owners="@김담당") == (
        "@김담당 님, 이 답변은 아직 맞나요?\n질문: 주차 등록은?\n답변: 지하 {1}층이에요."
    )
    await office.after(13 * DAY)
    assert len(office.said) == 1
    office.reviews = office.begun()  # another process
    await office.after(DAY)
    assert len(office.said) == 2


async def test_what_is_not_due_or_not_served_or_has_no_conversation_is_not_asked_about(office):
    await office.stores.lessons.remove("l1", NOON)
    others = {
        "later": {"review_at": NOON + DAY},
        "never": {"review_at": None},
        "held": {"state": LessonState.HELD},
        "console": {"session": SessionId("console:lessons")},
        "gone": {"question_id": "slack:T1:C1:9"},
    }
    for name, change in others.items():
        await office.stores.lessons.teach(replace(LESSON, id=name, **change))
    await office.reviews.go()
    assert office.said == []
    await office.after(DAY)
    assert [call.lesson_id for _, call in office.said] == ["later"]


async def test_nobody_is_asked_outside_of_their_hours_nor_about_many_at_once(office):
    for number in range(5):
        await office.stores.lessons.teach(replace(LESSON, id=f"more{number}"))
    office.now = NOON.replace(hour=14)  # 23:00 in Seoul
    office.reviews = office.begun(replace(TEAM, opens=time(9), closes=time(18)))
    await office.reviews.go()
    assert office.said == []
    await office.after(timedelta(hours=11))
    assert len(office.said) == 3
    await office.after(timedelta(hours=1))
    assert len(office.said) == 6


async def test_what_is_due_has_expired_until_somebody_says_that_it_is_right(office):
    await office.stores.lessons.teach(replace(LESSON, id="l2", session=SessionId("console:x")))
    await office.reviews.go()
    for name in ("l1", "l2"):
        assert (await office.stores.lessons.find(name)).state is LessonState.EXPIRED
    learning = learning_of(office.stores, PROFILE, review_after=90 * DAY)
    confirmed = await learning.approve("l1", Teacher("U9", "김담당"))
    assert confirmed.outcome is Outcome.CONFIRMED
    assert (await office.stores.lessons.find("l1")).state is LessonState.SERVED


async def test_what_could_not_be_said_comes_again_with_its_next_date(office):
    office.is_away = True
    await office.reviews.go()
    office.is_away = False
    await office.after(DAY)
    assert office.said == []
    await office.after(14 * DAY)
    assert len(office.said) == 1


async def test_whoever_says_that_it_is_right_is_asked_after_the_next_interval(office):
    learning = learning_of(office.stores, PROFILE, review_after=90 * DAY)
    confirmed = await learning.approve("l1", Teacher("U9", "김담당"))
    assert (confirmed.outcome, confirmed.lesson.approved_by) == (Outcome.CONFIRMED, "김담당 (U9)")
    again_in = confirmed.lesson.review_at - datetime.now(UTC)
    assert timedelta(days=89) < again_in <= 90 * DAY


async def test_a_lesson_has_its_date_from_when_it_is_taught(office):
    book = book_of(office.stores, PROFILE, review_after=30 * DAY)
    kept = await book.keep(replace(LESSON, id="new", review_at=None), by="김담당")
    assert timedelta(days=29) < kept.lesson.review_at - datetime.now(UTC) <= 30 * DAY
    without = book_of(office.stores, PROFILE)
    kept = await without.keep(replace(LESSON, id="newer", review_at=None), by="김담당")
    assert kept.lesson.review_at is None


async def test_of_what_somebody_has_taught_who_is_no_owner_any_more_the_owners_are_asked_too(
    office,
):
    office.reviews = office.begun(replace(TEAM, contacts=("slack:S1",)))
    await office.reviews.go()
    ((_, call),) = office.said
    assert call.contacts == ("slack:U9", "slack:S1")
