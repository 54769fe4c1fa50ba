"""Reminders of meetings, shown where they were booked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.skills.meetings.diary import Meeting, Slot
from core.skills.meetings.reminders import Reminders
from core.skills.meetings.words import load_words
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.archive import SqliteArchive
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.history import SqliteHistory
from core.stores.sqlite.inbox import SqliteInbox
from core.types import Question, SessionId, Turn, TurnState

NINE = datetime(2026, 12, 1, 9, tzinfo=UTC)
SESSION = SessionId("slack:T1:C1:1")
BOOKED = Turn(Question("q1", SESSION, "회의 잡기", "U1"), TurnState.ANSWERED, "회의를 잡았어요.")


@pytest.fixture
async def stores(tmp_path):
    async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
        inbox = SqliteInbox(file, InboxLimits(per_session=5, total=9, per_platform=9))
        yield SqliteHistory(file), SqliteArchive(file), inbox


@pytest.fixture
def reminders(diary, stores):
    return Reminders(diary, *stores, load_words("ko"), timedelta(minutes=10))


async def test_a_meeting_is_told_of_once_before_it_begins_and_again_if_it_was_moved(
    diary, reminders
):
    await reminders.history.append(BOOKED)
    await diary.book(Meeting("q1", "주간 회의", "U1", ("민수",), Slot(NINE, NINE.replace(hour=10))))
    early = NINE - timedelta(minutes=30)
    assert await reminders.run(early) == 0
    soon = NINE - timedelta(minutes=8)
    assert [await reminders.run(soon), await reminders.run(soon)] == [1, 0]
    told = (await reminders.history.recent(SESSION, 9))[-1]
    assert told.answer.startswith("8분 뒤에")
    assert "주간 회의" in told.answer
    waiting = await reminders.inbox.find(told.question.id)
    assert waiting.question.session == SESSION
    await diary.move("q1", Slot(NINE + timedelta(hours=1), NINE + timedelta(hours=2)))
    assert await reminders.run(soon + timedelta(hours=1)) == 1


async def test_of_a_cancelled_meeting_or_a_deleted_conversation_nothing_is_told(diary, reminders):
    slot = Slot(NINE, NINE.replace(hour=10))
    await diary.book(Meeting("gone", "회의", "U1", (), slot))
    await reminders.history.append(replace(BOOKED, question=replace(BOOKED.question, id="q2")))
    await diary.book(Meeting("q2", "회의", "U2", (), slot))
    await diary.cancel("q2")
    assert await reminders.run(NINE - timedelta(minutes=5)) == 0
