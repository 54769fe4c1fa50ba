"""The diary that ships: who is busy when, and one booking for one slot."""

import asyncio
from datetime import UTC, datetime, timedelta

from core.skills.meetings.diary import Meeting, Slot, SqliteDiary

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def meeting(name, *, people=("민수",), by="U1", start=NINE):
    return Meeting(name, "회의", by, tuple(people), Slot(start, start + HOUR))


async def test_of_a_thousand_requests_at_once_for_one_slot_one_is_booked(tmp_path):
    path = tmp_path / "diary.sqlite3"
    diaries = [SqliteDiary(path) for _ in range(4)]  # as several processes would have it open
    asked = [
        diaries[number % 4].book(meeting(f"q{number}", by=f"U{number}")) for number in range(1000)
    ]
    booked = [one for one in await asyncio.gather(*asked) if one]
    kept = await diaries[0].meetings(["민수"], Slot(NINE, NINE + HOUR))
    assert len(booked) == 1
    assert kept == booked


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


async def test_a_person_is_forgotten_in_their_own_meetings_and_in_those_of_others(diary):
    await diary.book(meeting("q1", by="U1", people=("@U7",)))
    await diary.book(meeting("q2", by="U7", people=("민수",), start=NINE + 2 * HOUR))
    assert [one.id for one in await diary.of_person("U7")] == ["q1", "q2"]
    assert await diary.forget("U7") == 2
    assert await diary.of_person("U7") == []
    assert await diary.find("q2") is None
    left = await diary.find("q1")
    assert (left.organizer, left.people) == ("U1", ())
