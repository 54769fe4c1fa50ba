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
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

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
"""
_OF_PEOPLE: Final = """
    SELECT DISTINCT meetings.* FROM meetings JOIN attendance ON meeting = id
    WHERE person IN (SELECT value FROM json_each(:people)) AND NOT cancelled
        AND start_s < :end AND end_s > :start AND id != :but
    ORDER BY start_s, id
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """The time from `start` up to, and without, `end`; both know their zone."""

    start: datetime
    end: datetime

    def meets(self, other: Slot) -> bool:
        """Return whether the two share some time."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting in the diary.

    `people` are the names of those who come beside the organizer. `changes` counts how often it
    was moved or cancelled.
    """

    id: str
    title: str
    organizer: str
    people: tuple[str, ...]
    slot: Slot
    changes: int = 0
    cancelled: bool = False

    @property
    def everybody(self) -> tuple[str, ...]:
        """The organizer and the people, by the names that the diary keeps them under."""
        return tuple(dict.fromkeys(map(person_key, (self.organizer, *self.people))))


def person_key(name: str) -> str:
    """Return the name under which the diary keeps a person: a mention and its id are the same."""
    return name.removeprefix("@").casefold()


class Diary(Protocol):
    """Knows who is busy when, and books. Everything raises `StorageError` if it cannot be used."""

    async def meetings(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """Return the meetings of any of these people that share time with a slot, by start."""
        ...

    async def busy(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """Return all that keeps any of these people busy in a slot, by start."""
        ...

    async def starting(self, slot: Slot) -> list[Meeting]:
        """Return the meetings of all people that begin in a slot, by start."""
        ...

    async def find(self, meeting_id: str) -> Meeting | None:
        """Return a meeting, also a cancelled one; None if there is no such."""
        ...

    async def book(self, meeting: Meeting) -> Meeting | None:
        """Return the meeting as it is booked; None if somebody is busy, and nothing was changed.

        One with the same id is booked once: what is there already is returned.
        """
        ...

    async def move(self, meeting_id: str, slot: Slot) -> Meeting | None:
        """Return the moved meeting; None if somebody is busy, or it is cancelled or gone."""
        ...

    async def cancel(self, meeting_id: str) -> Meeting | None:
        """Return the cancelled meeting; None if there is no such. Twice is as good as once."""
        ...


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

    async def of_person(self, person: str) -> list[Meeting]:
        """Return all meetings that a person organized or was named for, also cancelled ones.

        Raises:
            StorageError: the file cannot be read.
        """
        return await asyncio.to_thread(self._run, partial(_of_person, person))

    async def forget(self, person: str) -> int:
        """Delete what a person organized, and name them in no other; return how many it was.

        Raises:
            StorageError: the file cannot be written, and nothing was deleted.
        """
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
            if is_new or not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
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
    people = json.dumps(meeting.people, ensure_ascii=False)
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


def _of_person(person: str, db: sqlite3.Connection) -> list[Meeting]:
    found = db.execute(
        "SELECT meetings.* FROM meetings JOIN attendance ON meeting = id WHERE person = ?"
        " ORDER BY start_s, id",
        (person_key(person),),
    )
    return [_meeting(row) for row in found]


def _forget(person: str, db: sqlite3.Connection) -> int:
    key = person_key(person)
    found = _of_person(person, db)
    for meeting in found:
        if person_key(meeting.organizer) == key:
            db.execute("DELETE FROM meetings WHERE id = ?", (meeting.id,))
            continue
        left = [name for name in meeting.people if person_key(name) != key]
        values = (json.dumps(left, ensure_ascii=False), meeting.id)
        db.execute("UPDATE meetings SET people = ? WHERE id = ?", values)
    db.execute("DELETE FROM attendance WHERE person = ?", (key,))
    return len(found)


def _meeting(row: sqlite3.Row) -> Meeting:
    slot = Slot(
        datetime.fromtimestamp(row["start_s"], UTC), datetime.fromtimestamp(row["end_s"], UTC)
    )
    return Meeting(
        row["id"],
        row["title"],
        row["organizer"],
        tuple(json.loads(row["people"])),
        slot,
        row["changes"],
        bool(row["cancelled"]),
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
