"""Reminders of meetings, shown where they were booked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.skills.meetings.meeting import Attendee, Meeting, Slot
from core.skills.meetings.poll import Poll
from core.skills.meetings.reminders import Reminders
from core.skills.meetings.words import load_words
from core.skills.messenger import Messenger
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.types import Question, SessionId, Turn, TurnState

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
SESSION = SessionId("slack:T1:C1:1")
COMING = (Attendee("민수"),)
BOOKED = Turn(Question("q1", SESSION, "회의 잡기", "U1"), TurnState.ANSWERED, "회의를 잡았어요.")


@pytest.fixture
async def stores(tmp_path):
    async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
        inbox = SqliteInbox(file, InboxLimits(per_session=5, total=9, per_platform=9))
        yield SqliteHistory(file), SqliteArchive(file), inbox


@pytest.fixture
def reminders(diary, stores, town):
    history, archive, inbox = stores
    messenger = Messenger(history, inbox)
    messenger.connect("slack:", town, lambda _: False)
    return Reminders(diary, archive, messenger, load_words("ko"), timedelta(minutes=10))


async def test_a_meeting_is_told_of_once_before_it_begins_and_again_if_it_was_moved(
    diary, reminders
):
    await reminders.messenger.history.append(BOOKED)
    await diary.book(Meeting("q1", "주간 회의", "U1", COMING, Slot(NINE, NINE.replace(hour=10))))
    early = NINE - timedelta(minutes=30)
    assert await reminders.run(early) == 0
    soon = NINE - timedelta(minutes=8)
    later = (soon, soon, soon + timedelta(minutes=1))
    assert [await reminders.run(at) for at in later] == [1, 0, 0]
    told = (await reminders.messenger.history.recent(SESSION, 9))[-1]
    assert told.answer.startswith("8분 뒤에")
    assert "주간 회의" in told.answer
    waiting = await reminders.messenger.inbox.find(told.question.id)
    assert waiting.question.session == SESSION
    await diary.move("q1", Slot(NINE + timedelta(hours=1), NINE + timedelta(hours=2)))
    assert await reminders.run(soon + timedelta(hours=1)) == 1


async def test_of_a_cancelled_meeting_or_a_deleted_conversation_nothing_is_told(diary, reminders):
    slot = Slot(NINE, NINE.replace(hour=10))
    await diary.book(Meeting("gone", "회의", "U1", (), slot))
    await reminders.messenger.history.append(
        replace(BOOKED, question=replace(BOOKED.question, id="q2"))
    )
    await diary.book(Meeting("q2", "회의", "U2", (), slot))
    await diary.cancel("q2")
    assert await reminders.run(NINE - timedelta(minutes=5)) == 0


async def test_whoever_comes_is_reminded_alone(diary, reminders):
    history = reminders.messenger.history
    await history.append(BOOKED)
    coming = (Attendee("민수", "U7"), Attendee("지영"))
    await diary.book(Meeting("q1", "회의", "U1", coming, Slot(NINE, NINE.replace(hour=10))))
    assert await reminders.run(NINE - timedelta(minutes=5)) == 2
    (told,) = await history.recent(SessionId("slack:T1:DU7:"), 9)
    assert told.answer.startswith("5분 뒤에")


async def test_whoever_has_asked_hears_once_that_not_all_have_answered_in_time(diary, reminders):
    slots = (Slot(NINE, NINE.replace(hour=10)),)
    place = Question("q1", SESSION, "회의", "U1")
    coming = (Attendee("민수", "U7"),)
    await diary.add_poll(Poll("q1", "회의", "U1", coming, slots, place, ("u7",)))
    late = NINE + timedelta(minutes=1)
    assert [await reminders.run(at) for at in (NINE - timedelta(hours=1), late, late)] == [0, 1, 0]
    (told,) = await reminders.messenger.history.recent(SESSION, 9)
    assert "아무것도 잡지 않았어요" in told.answer
