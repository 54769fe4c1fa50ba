"""The diary that ships: a SQLite file that is the one arbiter of who is busy when.

Times are whole seconds since 1970. A booking is written under the file's write lock, after the
overlap was looked for under the same lock, so of many requests for one slot one is booked.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from core.skills.meetings.meeting import Attendee, Meeting, Slot, person_key
from core.skills.meetings.poll import POLLS, Poll
from core.stores.sqlite.database import translated
from core.stores.sqlite.private import make_private

T = TypeVar("T")

_BUSY_TIMEOUT_S: Final = 10.0
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS meetings (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, organizer TEXT NOT NULL, people TEXT NOT NULL,
        start_s INTEGER NOT NULL, end_s INTEGER NOT NULL, changes INTEGER NOT NULL DEFAULT 0,
        cancelled INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS attendance (
        person TEXT NOT NULL, meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
        PRIMARY KEY (person, meeting)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS polls (
        id TEXT PRIMARY KEY, version INTEGER NOT NULL, open INTEGER NOT NULL, record TEXT NOT NULL
    ) WITHOUT ROWID;
"""
_HAS_ALL: Final = "SELECT 1 FROM sqlite_master WHERE name = 'polls'"
_OF_PEOPLE: Final = """
    SELECT DISTINCT meetings.* FROM meetings JOIN attendance ON meeting = id
    WHERE person IN (SELECT value FROM json_each(:people)) AND NOT cancelled
        AND start_s < :end AND end_s > :start AND id != :but
    ORDER BY start_s, id
"""


class SqliteDiary:
    """Implements `Diary` in a file of its own; each operation is a connection in a thread."""

    def __init__(self, path: Path) -> None:
        """Keep the diary in the file at `path`, which is made when first used."""
        self._path = path

    async def meetings(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_shared, people, slot, ""))

    async def busy(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """See `Diary`: the meetings."""
        return await self.meetings(people, slot)

    async def starting(self, slot: Slot) -> list[Meeting]:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_starting, slot))

    async def find(self, meeting_id: str) -> Meeting | None:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_find, meeting_id))

    async def book(self, meeting: Meeting) -> Meeting | None:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_book, meeting))

    async def move(self, meeting_id: str, slot: Slot) -> Meeting | None:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_move, meeting_id, slot))

    async def cancel(self, meeting_id: str) -> Meeting | None:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_cancel, meeting_id))

    async def add_poll(self, poll: Poll) -> Poll:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_add_poll, poll))

    async def find_poll(self, poll_id: str) -> Poll | None:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_find_poll, poll_id))

    async def save_poll(self, poll: Poll) -> bool:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_save_poll, poll))

    async def open_polls(self) -> list[Poll]:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_polls, "WHERE open"))

    async def of_person(self, person: str) -> tuple[list[Meeting], list[Poll]]:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_of_person, person))

    async def forget(self, person: str) -> int:
        """See `Diary`."""
        return await asyncio.to_thread(self._run, partial(_forget, person))

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with translated(self._path), self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                return work(db)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        is_new = not self._path.exists()
        make_private(self._path)
        opened = sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        with closing(opened) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")
            if is_new or not db.execute(_HAS_ALL).fetchone():  # an older faqbot had no polls
                db.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
            yield db


def _shared(people: Sequence[str], slot: Slot, but: str, db: sqlite3.Connection) -> list[Meeting]:
    """Return the meetings of people that share time with a slot, without the one of an id."""
    values = {
        "people": json.dumps([person_key(name) for name in people]),
        "start": _seconds(slot.start),
        "end": _seconds(slot.end),
        "but": but,
    }
    return [_meeting(row) for row in db.execute(_OF_PEOPLE, values)]


def _starting(slot: Slot, db: sqlite3.Connection) -> list[Meeting]:
    found = db.execute(
        "SELECT * FROM meetings WHERE NOT cancelled AND start_s >= ? AND start_s < ?"
        " ORDER BY start_s, id",
        (_seconds(slot.start), _seconds(slot.end)),
    )
    return [_meeting(row) for row in found]


def _find(meeting_id: str, db: sqlite3.Connection) -> Meeting | None:
    row = db.execute("SELECT * FROM meetings WHERE id = ?", (meeting_id,)).fetchone()
    return _meeting(row) if row else None


def _book(meeting: Meeting, db: sqlite3.Connection) -> Meeting | None:
    if there := _find(meeting.id, db):
        return there
    if _shared(meeting.everybody, meeting.slot, meeting.id, db):
        return None
    people = _people_text(meeting.people)
    start_s, end_s = _seconds(meeting.slot.start), _seconds(meeting.slot.end)
    db.execute(
        "INSERT INTO meetings (id, title, organizer, people, start_s, end_s)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (meeting.id, meeting.title, meeting.organizer, people, start_s, end_s),
    )
    rows = [(person, meeting.id) for person in meeting.everybody]
    db.executemany("INSERT INTO attendance VALUES (?, ?)", rows)
    return meeting


def _move(meeting_id: str, slot: Slot, db: sqlite3.Connection) -> Meeting | None:
    there = _find(meeting_id, db)
    if there is None or there.cancelled:
        return None
    if (_seconds(slot.start), _seconds(slot.end)) == (
        _seconds(there.slot.start),
        _seconds(there.slot.end),
    ):
        return there
    if _shared(there.everybody, slot, meeting_id, db):
        return None
    db.execute(
        "UPDATE meetings SET start_s = ?, end_s = ?, changes = changes + 1 WHERE id = ?",
        (_seconds(slot.start), _seconds(slot.end), meeting_id),
    )
    return _find(meeting_id, db)


def _cancel(meeting_id: str, db: sqlite3.Connection) -> Meeting | None:
    db.execute(
        "UPDATE meetings SET cancelled = 1, changes = changes + 1 WHERE id = ? AND NOT cancelled",
        (meeting_id,),
    )
    return _find(meeting_id, db)


def _add_poll(poll: Poll, db: sqlite3.Connection) -> Poll:
    db.execute(
        "INSERT OR IGNORE INTO polls VALUES (?, ?, ?, ?)",
        (poll.id, poll.version, poll.state == "open", POLLS.dump_json(poll).decode()),
    )
    return _find_poll(poll.id, db) or poll


def _find_poll(poll_id: str, db: sqlite3.Connection) -> Poll | None:
    row = db.execute("SELECT record FROM polls WHERE id = ?", (poll_id,)).fetchone()
    return POLLS.validate_json(row["record"]) if row else None


def _save_poll(poll: Poll, db: sqlite3.Connection) -> bool:
    saved = replace(poll, version=poll.version + 1)
    record = POLLS.dump_json(saved).decode()
    changed = db.execute(
        "UPDATE polls SET version = ?, open = ?, record = ? WHERE id = ? AND version = ?",
        (saved.version, saved.state == "open", record, poll.id, poll.version),
    )
    return changed.rowcount == 1


def _polls(which: str, db: sqlite3.Connection) -> list[Poll]:
    found = db.execute(f"SELECT record FROM polls {which} ORDER BY id")  # noqa: S608 - our own
    return [POLLS.validate_json(row["record"]) for row in found]


def _of_person(person: str, db: sqlite3.Connection) -> tuple[list[Meeting], list[Poll]]:
    found = db.execute(
        "SELECT meetings.* FROM meetings JOIN attendance ON meeting = id WHERE person = ?"
        " ORDER BY start_s, id",
        (person_key(person),),
    )
    return [_meeting(row) for row in found], [one for one in _polls("", db) if one.names(person)]


def _forget(person: str, db: sqlite3.Connection) -> int:
    key = person_key(person)
    meetings, polls = _of_person(person, db)
    for meeting in meetings:
        if person_key(meeting.organizer) == key:
            db.execute("DELETE FROM meetings WHERE id = ?", (meeting.id,))
            continue
        left = _people_text([one for one in meeting.people if one.key != key])
        db.execute("UPDATE meetings SET people = ? WHERE id = ?", (left, meeting.id))
    for poll in polls:
        if kept := poll.forgetting(person):
            _save_poll(kept, db)
        else:
            db.execute("DELETE FROM polls WHERE id = ?", (poll.id,))
    db.execute("DELETE FROM attendance WHERE person = ?", (key,))
    return len(meetings) + len(polls)


def _people_text(people: Sequence[Attendee]) -> str:
    return json.dumps([[one.name, one.id] for one in people], ensure_ascii=False)


def _attendee(stored: str | Sequence[str]) -> Attendee:
    return Attendee(stored) if isinstance(stored, str) else Attendee(*stored)  # older: names alone


def _meeting(row: sqlite3.Row) -> Meeting:
    slot = Slot(
        datetime.fromtimestamp(row["start_s"], UTC), datetime.fromtimestamp(row["end_s"], UTC)
    )
    return Meeting(
        row["id"],
        row["title"],
        row["organizer"],
        tuple(map(_attendee, json.loads(row["people"]))),
        slot,
        row["changes"],
        bool(row["cancelled"]),
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
