"""What every diary must do: who is busy when, and one booking for one slot.

A diary's test file imports everything from here and defines the fixture `open_diaries`: it opens
the same diary in as many places as it is told, empty at first.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.skills.meetings.meeting import Attendee, Meeting, Slot
from core.skills.meetings.poll import Poll
from core.types import Question, SessionId

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def meeting(name, *, people=("민수",), by="U1", start=NINE):
    named = tuple(map(Attendee, people))
    return Meeting(name, "회의", by, named, Slot(start, start + HOUR))


def poll(name="p1", *, by="U1", people=("U7",)):
    place = Question(name, SessionId("slack:T1:C1:1"), "회의 잡기", by, NINE)
    slots = (Slot(NINE, NINE + HOUR), Slot(NINE + HOUR, NINE + 2 * HOUR))
    named = tuple(Attendee(person, person) for person in people)
    return Poll(name, "회의", by, named, slots, place, tuple(one.key for one in named))


@pytest.fixture
async def diary(open_diaries):
    async with open_diaries(1) as (opened,):
        yield opened


async def test_of_a_thousand_requests_at_once_for_one_slot_one_is_booked(open_diaries):
    at_work = asyncio.Semaphore(64)  # as many as a process answers at a time

    async with open_diaries(4) as diaries:  # as several processes would have it open

        async def book(number):
            async with at_work:
                return await diaries[number % 4].book(meeting(f"q{number}", by=f"U{number}"))

        booked = [one for one in await asyncio.gather(*map(book, range(1000))) if one]
        kept = await diaries[0].meetings(["민수"], Slot(NINE, NINE + HOUR))
        assert len(booked) == 1
        assert kept == booked
        beside = [f"U{number}" for number in range(1000) if f"q{number}" != booked[0].id]
        assert await diaries[1].meetings(beside, Slot(NINE, NINE + HOUR)) == []


async def test_a_booking_that_is_delivered_again_is_the_same_one(diary):
    first = await diary.book(meeting("q1"))
    again = await diary.book(meeting("q1", start=NINE + 3 * HOUR))
    assert again == first
    assert await diary.meetings(["민수"], Slot(NINE, NINE + 10 * HOUR)) == [first]


async def test_meetings_of_different_people_may_be_at_once_and_those_of_one_may_follow(diary):
    assert await diary.book(meeting("q1"))
    assert await diary.book(meeting("q2", people=("지영",), by="U2"))
    assert await diary.book(meeting("q3", start=NINE + HOUR))
    assert await diary.book(meeting("q4", by="U4", start=NINE + HOUR / 2)) is None


async def test_a_mention_and_the_id_of_a_person_are_one(diary):
    assert await diary.book(meeting("q1", people=("@U7",)))
    assert await diary.book(meeting("q2", people=(), by="U7")) is None


async def test_a_meeting_is_moved_where_all_are_free_and_leaves_its_time_to_others(diary):
    await diary.book(meeting("q1"))
    await diary.book(meeting("q2", by="U2", start=NINE + 2 * HOUR))
    late = Slot(NINE + 2 * HOUR, NINE + 3 * HOUR)
    assert await diary.move("q1", late) is None
    half_past = Slot(NINE + HOUR / 2, NINE + 3 * HOUR / 2)
    moved = await diary.move("q1", half_past)
    assert (moved.slot, moved.changes) == (half_past, 1)
    assert (await diary.move("q1", half_past)).changes == 1
    assert await diary.book(meeting("q3", by="U3", start=NINE - HOUR / 2))


async def test_a_cancelled_meeting_keeps_nobody_busy_and_is_not_moved(diary):
    await diary.book(meeting("q1"))
    first, second = await diary.cancel("q1"), await diary.cancel("q1")
    assert first == second
    assert first.cancelled
    assert await diary.book(meeting("q2", by="U2"))
    assert await diary.move("q1", Slot(NINE + 5 * HOUR, NINE + 6 * HOUR)) is None
    assert await diary.cancel("q9") is None


async def test_what_begins_soon_is_found_without_what_was_cancelled(diary):
    for name, start in (("q1", NINE), ("q2", NINE + HOUR), ("q3", NINE + 5 * HOUR)):
        await diary.book(meeting(name, start=start))
    await diary.cancel("q2")
    assert [one.id for one in await diary.starting(Slot(NINE, NINE + 3 * HOUR))] == ["q1"]


async def test_a_person_is_forgotten_in_their_own_meetings_and_polls_and_in_those_of_others(diary):
    await diary.book(meeting("q1", by="U1", people=("@U7",)))
    await diary.book(meeting("q2", by="U7", people=("민수",), start=NINE + 2 * HOUR))
    await diary.add_poll(poll("p1"))
    await diary.add_poll(poll("p2", by="U7", people=("U1",)))
    meetings, polls = await diary.of_person("U7")
    assert [one.id for one in (*meetings, *polls)] == ["q1", "q2", "p1", "p2"]
    assert await diary.forget("U7") == 4
    assert await diary.of_person("U7") == ([], [])
    assert await diary.find("q2") is None
    assert await diary.find_poll("p2") is None
    left = await diary.find("q1")
    assert (left.organizer, left.people) == ("U1", ())
    assert (await diary.find_poll("p1")).people == ()


async def test_a_poll_is_changed_as_it_was_read_and_stored_once(diary):
    first = await diary.add_poll(poll())
    assert await diary.add_poll(poll(by="U9")) == first
    assert await diary.find_poll("p1") == first
    one, other = first.with_answer("U7", [0]), first.with_answer("U7", ())
    assert [await diary.save_poll(one), await diary.save_poll(other)] == [True, False]
    read = await diary.find_poll("p1")
    assert (read.answers, read.version) == ({"u7": (0,)}, 2)
    assert await diary.open_polls() == [read]
    assert await diary.save_poll(replace(read, state="booked"))
    assert await diary.open_polls() == []
