"""What every store behind the `Lessons` port must do.

A store's test file imports everything from here and defines the fixture `open_lessons`: a function
that opens the same store at each call, empty at first, with `lessons` and `archive`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from core.errors import StorageError
from core.ports import Archive, Lessons
from core.types import Lesson, LessonState, SessionId, Teaching

MORNING = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOM = SessionId("slack:T1:C1:1")


class Places(Protocol):
    lessons: Lessons
    archive: Archive


OpenLessons = Callable[[], AbstractAsyncContextManager[Places]]


@pytest.fixture
async def places(open_lessons: OpenLessons) -> AsyncIterator[Places]:
    async with open_lessons() as opened:
        yield opened


@pytest.fixture
def lessons(places: Places) -> Lessons:
    return places.lessons


def lesson(lesson_id: str = "1", answer: str = "3층에 있어요.", **more: object) -> Lesson:
    fields = {"author": "U9", "author_name": "김담당", "question_id": "q1", "asked_by": "U1"}
    made = Lesson(lesson_id, ROOM, "주차장은 어디인가요?", answer, learned_at=MORNING, **fields)
    return replace(made, **more)


async def test_a_lesson_is_kept_as_it_was_taught(open_lessons):
    """Also by whoever opens the store next; times to the millisecond."""
    taught = lesson(learned_at=MORNING + timedelta(microseconds=1_999), category="인사 > 급여")
    async with open_lessons() as places:
        assert await places.lessons.teach(taught) is Teaching.LEARNED
    async with open_lessons() as places:
        kept = replace(taught, learned_at=MORNING + timedelta(milliseconds=1))
        assert await places.lessons.find("1") == kept
        assert await places.lessons.page(10) == [kept]
        assert await places.lessons.of_session(ROOM) == [kept]
        assert await places.lessons.find("2") is None
        assert await places.lessons.of_session(SessionId("slack:T1:C1:2")) == []


async def test_what_holds_a_lesson_is_kept_with_it_and_an_owner_s_word_lets_it_go(lessons):
    """The word is said of what was taught, at the time at which it was taught."""
    held = lesson(
        state=LessonState.HELD, findings=("계좌번호가 있어요",), review_at=MORNING + 9 * MINUTE
    )
    await lessons.teach(held)
    assert await lessons.find("1") == held
    approved = replace(held, state=LessonState.SERVED, approved_by="slack:U9")
    assert await lessons.teach(approved) is Teaching.CORRECTED
    assert await lessons.page(10) == [approved]


async def test_the_same_twice_changes_nothing(lessons):
    await lessons.teach(lesson())
    later = lesson(learned_at=MORNING + MINUTE)
    assert await lessons.teach(lesson()) is Teaching.KNOWN
    assert await lessons.teach(later) is Teaching.KNOWN
    assert await lessons.find("1") == lesson()


async def test_another_date_of_review_alone_renews_a_lesson(lessons):
    await lessons.teach(lesson(review_at=MORNING + MINUTE))
    renewed = lesson(review_at=MORNING + 9 * MINUTE)
    assert await lessons.teach(renewed) is Teaching.RENEWED
    assert await lessons.find("1") == renewed


async def test_an_edit_corrects_the_lesson(lessons):
    await lessons.teach(lesson())
    edited = lesson(answer="4층으로 옮겼어요.", learned_at=MORNING + MINUTE)
    assert await lessons.teach(edited) is Teaching.CORRECTED
    assert await lessons.page(10) == [edited]


async def test_what_was_said_first_and_comes_last_changes_nothing(lessons):
    """A redelivery of the message as it was before it was edited."""
    edited = lesson(answer="4층으로 옮겼어요.", learned_at=MORNING + MINUTE)
    await lessons.teach(edited)
    assert await lessons.teach(lesson()) is Teaching.KNOWN
    assert await lessons.find("1") == edited


async def test_what_was_removed_is_gone_and_a_redelivery_does_not_bring_it_back(lessons):
    await lessons.teach(lesson())
    assert await lessons.remove("1", MORNING + MINUTE)
    assert not await lessons.remove("1", MORNING + MINUTE)
    assert await lessons.teach(lesson()) is Teaching.KNOWN
    assert await lessons.find("1") is None
    assert await lessons.page(10) == []
    assert await lessons.of_session(ROOM) == []


async def test_what_is_removed_by_a_slow_clock_is_removed(lessons):
    await lessons.teach(lesson())
    assert await lessons.remove("1", MORNING - MINUTE)
    assert await lessons.teach(lesson()) is Teaching.KNOWN
    assert await lessons.find("1") is None


async def test_a_removal_that_comes_before_the_lesson_holds(lessons):
    assert not await lessons.remove("1", MORNING + MINUTE)
    assert await lessons.teach(lesson()) is Teaching.KNOWN
    assert await lessons.find("1") is None


async def test_what_is_said_after_the_removal_is_learnt(lessons):
    """Somebody puts the tag back."""
    await lessons.teach(lesson())
    await lessons.remove("1", MORNING + MINUTE)
    again = lesson(learned_at=MORNING + 2 * MINUTE)
    assert await lessons.teach(again) is Teaching.LEARNED
    assert await lessons.find("1") == again


@pytest.mark.parametrize("size", [1, 2, 3, 10])
async def test_lessons_are_paged_by_id_without_gaps(lessons, size):
    for name in ("b", "a", "가", "c", "B"):
        await lessons.teach(lesson(name))
    await lessons.remove("c", MORNING)
    listed: list[str] = []
    while page := await lessons.page(size, listed[-1] if listed else ""):
        listed += [one.id for one in page]
    assert listed == ["B", "a", "b", "가"]
    assert await lessons.page(0) == []


async def test_every_change_has_another_version(places):
    """Also one of another process; looking changes nothing."""
    lessons = places.lessons
    seen = [await lessons.version()]
    for change in (
        lessons.teach(lesson()),
        lessons.teach(lesson(answer="다시", learned_at=MORNING + MINUTE)),
        places.archive.forget("U1"),
        lessons.remove("1", MORNING + MINUTE),
    ):
        await change
        seen.append(await lessons.version())
    assert len(set(seen)) == len(seen)
    await lessons.find("1")
    await lessons.page(10)
    assert await lessons.version() == seen[-1]


async def test_two_at_once_leave_what_was_said_last(open_lessons):
    async with open_lessons() as here, open_lessons() as there:
        versions = [lesson(answer=f"{n}층", learned_at=MORNING + n * MINUTE) for n in range(8)]
        outcomes = await asyncio.gather(
            *(places.lessons.teach(one) for one in versions for places in (here, there))
        )
        assert outcomes.count(Teaching.LEARNED) == 1
        assert await there.lessons.find("1") == versions[-1]
        assert await here.lessons.version() == await there.lessons.version()


async def test_who_is_forgotten_is_in_no_lesson_and_the_answer_stays(places):
    """Neither as who asked, with the place where, nor as who taught, nor as who approved."""
    await places.lessons.teach(lesson("1"))
    await places.lessons.teach(lesson("2", author="U1", asked_by="U2"))
    await places.lessons.teach(lesson("3", author="U1", author_name="나", asked_by="U1"))
    await places.lessons.teach(lesson("4", asked_by="U2", approved_by="나 (U1)"))
    await places.lessons.teach(lesson("5", asked_by="U2", approved_by="다 (XU1)"))
    removed = await places.archive.forget("U1")
    assert removed.lessons == 4
    asked = {"asked_by": "", "session": "", "question_id": ""}
    unnamed = {"author": "", "author_name": ""}
    assert await places.lessons.page(10) == [
        lesson("1", **asked),
        lesson("2", **unnamed, asked_by="U2"),
        lesson("3", **asked, **unnamed),
        lesson("4", asked_by="U2"),
        lesson("5", asked_by="U2", approved_by="다 (XU1)"),
    ]
    assert (await places.archive.forget("")).lessons == 0


async def test_lessons_do_not_expire(places):
    await places.lessons.teach(lesson())
    await places.archive.expire(MORNING + timedelta(days=4_000))
    assert await places.lessons.find("1") == lesson()


@pytest.mark.parametrize("field", ["id", "question", "answer", "author_name", "asked_by"])
@pytest.mark.parametrize("text", ["a\0b", "\ud83d"])
async def test_text_that_no_store_keeps_is_refused(lessons, field, text):
    with pytest.raises(StorageError):
        await lessons.teach(lesson(**{field: text}))
    assert await lessons.page(10) == []


async def test_a_time_without_a_zone_is_refused(lessons):
    with pytest.raises(ValueError, match="time zone"):
        await lessons.teach(lesson(learned_at=datetime(2026, 11, 26)))  # noqa: DTZ001 - refused
