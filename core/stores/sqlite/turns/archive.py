"""The `Archive` port on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Final

from core.stores.records import check_ids, check_text, feedback_as_stored
from core.stores.sqlite.cases import forget as forget_in_cases
from core.stores.sqlite.database import SqliteFile, from_ms, to_ms
from core.stores.sqlite.lessons import touch
from core.stores.sqlite.turns.counters import count_opinion, count_turn
from core.stores.sqlite.turns.history import LISTED, question_of, turn_of
from core.stores.sqlite.turns.opinions import FIND, OPINION, OPINIONS, feedback_of, give, withdraw
from core.stores.times import in_utc
from core.types import (
    Feedback,
    InboxState,
    Received,
    Removed,
    SessionId,
    SessionSummary,
    Turn,
)

NEWEST: Final = "SELECT * FROM sessions ORDER BY last_at_ms DESC, session LIMIT ?"
ENDED_WITH: Final = """
    SELECT * FROM sessions WHERE last_at_ms = ? AND session > ? ORDER BY session LIMIT ?
"""
ENDED_BEFORE: Final = """
    SELECT * FROM sessions WHERE last_at_ms < ? ORDER BY last_at_ms DESC, session LIMIT ?
"""
PAGE: Final = "SELECT * FROM turns WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?"
# The ids are sorted before the rest of their rows is read.
LAST_ENDED: Final = f"""
    SELECT {LISTED} FROM turns WHERE seq IN (
        SELECT seq FROM turns WHERE question_id IN (SELECT value FROM json_each(?))
        AND finished_at_ms < ? ORDER BY finished_at_ms DESC, question_id DESC LIMIT ?
    ) ORDER BY finished_at_ms DESC, question_id DESC
"""  # noqa: S608 - only columns
ASKED_BY: Final = """
    SELECT * FROM turns WHERE asker = ?1 AND finished_at_ms <= ?2
    AND (finished_at_ms < ?2 OR question_id > ?3)
    ORDER BY finished_at_ms DESC, question_id LIMIT ?4
"""
RENAME: Final = "UPDATE sessions SET title = ? WHERE session = ?"
TITLE: Final = "SELECT title FROM sessions WHERE session = ?"

_END_OF_TIME_MS: Final = 2**63 - 1

# A few at a time, so that appends in between do not wait long.
_AT_ONCE: Final = 500
OF_QUESTION: Final = "SELECT seq, session FROM turns WHERE question_id = ? LIMIT ?"
OF_ASKER: Final = "SELECT seq, session FROM turns WHERE asker = ? LIMIT ?"
ENDED: Final = "SELECT seq, session FROM turns WHERE finished_at_ms < ? LIMIT ?"
RECEIVED_FROM: Final = "SELECT * FROM inbox WHERE asker = ? ORDER BY seq"
OPINIONS_OF: Final = "SELECT * FROM feedback WHERE user = ? ORDER BY question_id"
FORGET_QUESTIONS: Final = "DELETE FROM inbox WHERE asker = ?"
EXPIRE_QUESTIONS: Final = "DELETE FROM inbox WHERE settled_at_ms < ?"
OF_LESSON_ASKER: Final = """
    UPDATE lessons SET asked_by = '', session = '', question_id = '' WHERE asked_by = ?
"""
OF_LESSON_AUTHOR: Final = "UPDATE lessons SET author = '', author_name = '' WHERE author = ?"
_FORGET_MEMORIES: Final = "DELETE FROM memories WHERE person = ?"
# Who approved is kept as the audit log names people: `김담당 (U9)`, or as an id alone.
OF_LESSON_APPROVER: Final = """
    UPDATE lessons SET approved_by = ''
    WHERE approved_by = ?1 OR substr(approved_by, -length(?1) - 2) = '(' || ?1 || ')'
"""
OF_PERSON: Final = """
    SELECT count(*) FROM lessons WHERE asked_by = ?1 OR author = ?1
    OR approved_by = ?1 OR substr(approved_by, -length(?1) - 2) = '(' || ?1 || ')'
"""
_FORGET_OPINIONS: Final = "DELETE FROM feedback WHERE user = ?"


class SqliteArchive:
    """The `Archive` port on the SQLite file: look-ups, opinions, and deletion."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def find(self, question_id: str) -> Turn | None:
        """Return the turn of a question; None if there is none.

        Raises:
            StorageError: the file cannot be read, or the id is text that no store keeps.
        """
        check_text("the question's id", question_id)
        rows = await self._file.read(partial(_rows, statement=FIND, values=(question_id,)))
        return turn_of(rows[0]) if rows else None

    async def found(self, question_ids: Sequence[str]) -> list[Turn]:
        """Return the turns of questions, as far as there are any, as lists show them."""
        check_ids(question_ids)
        marks = ", ".join("?" * len(question_ids))
        chosen = f"SELECT {LISTED} FROM turns WHERE question_id IN ({marks})"  # noqa: S608 - marks
        rows = await self._file.read(partial(_rows, statement=chosen, values=tuple(question_ids)))
        return [turn_of(row) for row in rows]

    async def last_ended(
        self, question_ids: Sequence[str], limit: int, *, before: datetime
    ) -> list[Turn]:
        """Return those turns of questions that ended last before a moment, the latest first."""
        check_ids(question_ids)
        values = (json.dumps(list(question_ids)), to_ms(in_utc(before)), max(limit, 0))
        rows = await self._file.read(partial(_rows, statement=LAST_ENDED, values=values))
        return [turn_of(row) for row in rows]

    async def sessions(
        self, limit: int, after: SessionSummary | None = None
    ) -> list[SessionSummary]:
        """Return sessions, the one with the latest turn first, beginning after `after`."""
        return await self._file.read(partial(_sessions, limit=max(limit, 0), after=after))

    async def turns(self, session: SessionId, limit: int, after: int = 0) -> list[tuple[int, Turn]]:
        """Return turns with their positions, oldest first, above the position `after`."""
        check_text("the session", session)
        values = (session, after, max(limit, 0))
        rows = await self._file.read(partial(_rows, statement=PAGE, values=values))
        return [(row["seq"], turn_of(row)) for row in rows]

    async def asked_by(self, asker: str, limit: int, after: Turn | None = None) -> list[Turn]:
        """Return a person's turns, the one that ended last first, then by question id."""
        check_text("the asker", asker)
        last = (to_ms(after.finished_at), after.question.id) if after else (_END_OF_TIME_MS, "")
        values = (asker, *last, max(limit, 0))
        rows = await self._file.read(partial(_rows, statement=ASKED_BY, values=values))
        return [turn_of(row) for row in rows]

    async def remove(self, question_id: str) -> bool:
        """Delete one turn and the opinions on it; False if there is none."""
        check_text("the question's id", question_id)
        remove = partial(_take_back, question_id=question_id, zone=self._file.zone)
        return await self._file.write(remove)

    async def give_feedback(self, feedback: Feedback) -> bool:
        """Store an opinion over that person's earlier one; False if there is no such turn.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or the file cannot be written.
        """
        kept = feedback_as_stored(feedback)
        return await self._file.write(partial(give, opinion=kept, zone=self._file.zone))

    async def withdraw_feedback(self, question_id: str, user: str) -> bool:
        """Delete a person's opinion on an answer; False if they have given none."""
        check_text("the question's id", question_id)
        check_text("the user", user)
        zone = self._file.zone
        taken = partial(withdraw, question_id=question_id, user=user, zone=zone)
        return await self._file.write(taken)

    async def opinion(self, question_id: str, user: str) -> Feedback | None:
        """Return one person's opinion on an answer; None if they gave none."""
        check_text("the question's id", question_id)
        check_text("the user", user)
        rows = partial(_rows, statement=OPINION, values=(question_id, user))
        return next(map(feedback_of, await self._file.read(rows)), None)

    async def opinions(self, question_ids: Sequence[str]) -> list[Feedback]:
        """Return the opinions on several answers, sorted by question and person."""
        check_ids(question_ids)
        if not question_ids:
            return []
        marks = ", ".join("?" * len(question_ids))
        chosen = f"SELECT * FROM feedback WHERE question_id IN ({marks})"  # noqa: S608 - only marks
        rows = await self._file.read(
            partial(
                _rows, statement=f"{chosen} ORDER BY question_id, user", values=tuple(question_ids)
            )
        )
        return [feedback_of(row) for row in rows]

    async def rename(self, session: SessionId, title: str) -> bool:
        """Give a session a title of its own; False if it has no turn."""
        check_text("the session", session)
        check_text("the title", title)
        return await self._file.write(lambda db: db.execute(RENAME, (title, session)).rowcount == 1)

    async def titles(self, sessions: Sequence[SessionId]) -> dict[SessionId, str]:
        """Return the titles of sessions that were given one, by session."""

        def read(db: sqlite3.Connection) -> dict[SessionId, str]:
            found = {}
            for session in sessions:
                row = db.execute(TITLE, (session,)).fetchone()
                if row and row["title"]:
                    found[session] = row["title"]
            return found

        for session in sessions:
            check_text("the session", session)
        return await self._file.read(read)

    async def received_from(self, asker: str) -> list[Received]:
        """Return a person's questions as the inbox holds them, the oldest first."""
        check_text("the asker", asker)
        rows = await self._file.read(partial(_rows, statement=RECEIVED_FROM, values=(asker,)))
        return [Received(question_of(row), InboxState(row["state"]), row["reply"]) for row in rows]

    async def opinions_of(self, user: str) -> list[Feedback]:
        """Return all opinions of a person on answers, by question."""
        check_text("the user", user)
        rows = await self._file.read(partial(_rows, statement=OPINIONS_OF, values=(user,)))
        return [feedback_of(row) for row in rows]

    async def forget(self, asker: str) -> Removed:
        """Delete a person's questions, answers and opinions, and their name in lessons."""
        check_text("the asker", asker)
        questions = await self._count(FORGET_QUESTIONS, asker)
        turns, opinions = await self._remove(OF_ASKER, asker)
        opinions += await self._count(_FORGET_OPINIONS, asker)
        lessons = await self._file.write(partial(_unname, person=asker)) if asker else 0
        memories = await self._count(_FORGET_MEMORIES, asker)
        return Removed(turns, questions, opinions, lessons, memories)

    async def expire(self, before: datetime) -> Removed:
        """Delete turns that ended before that moment, and questions that were settled before."""
        before_ms = to_ms(in_utc(before))
        questions = await self._count(EXPIRE_QUESTIONS, before_ms)
        turns, opinions = await self._remove(ENDED, before_ms)
        return Removed(turns=turns, questions=questions, feedback=opinions)

    async def _count(self, statement: str, value: str | int) -> int:
        return await self._file.write(lambda db: db.execute(statement, (value,)).rowcount)

    async def _remove(self, chosen: str, value: str | int) -> tuple[int, int]:
        """Delete the chosen turns, their feedback, and sessions left empty; turns and feedback."""
        turns = opinions = 0
        remove: Callable[[sqlite3.Connection], tuple[int, int]] = partial(
            _remove_some, chosen=chosen, value=value
        )
        while (removed := await self._file.write(remove))[0]:
            turns += removed[0]
            opinions += removed[1]
        return turns, opinions


def _take_back(db: sqlite3.Connection, question_id: str, zone: tzinfo) -> bool:
    """Delete one turn, and count neither it nor the opinions on it any more."""
    found = db.execute(FIND, (question_id,)).fetchone()
    if found is None:
        return False
    turn = turn_of(found)
    for row in db.execute(OPINIONS, (question_id,)).fetchall():
        count_opinion(db, turn, feedback_of(row), zone, factor=-1)
    count_turn(db, turn, zone, factor=-1)
    return _remove_some(db, OF_QUESTION, question_id)[0] == 1


def _rows(
    db: sqlite3.Connection, statement: str, values: tuple[str | int, ...]
) -> list[sqlite3.Row]:
    return db.execute(statement, values).fetchall()


def _sessions(
    db: sqlite3.Connection, limit: int, after: SessionSummary | None
) -> list[SessionSummary]:
    if after is None:
        rows = _rows(db, NEWEST, (limit,))
    else:
        last_at_ms = to_ms(after.last_at)
        rows = _rows(db, ENDED_WITH, (last_at_ms, after.session, limit))
        rows += _rows(db, ENDED_BEFORE, (last_at_ms, limit - len(rows)))
    return [SessionSummary(SessionId(row["session"]), from_ms(row["last_at_ms"])) for row in rows]


def _unname(db: sqlite3.Connection, person: str) -> int:
    """Take a person out of the lessons; of how many."""
    if not person:
        return 0
    count = int(db.execute(OF_PERSON, (person,)).fetchone()[0])
    db.execute(OF_LESSON_ASKER, (person,))
    db.execute(OF_LESSON_AUTHOR, (person,))
    db.execute(OF_LESSON_APPROVER, (person,))
    forget_in_cases(db, person)
    if count:
        touch(db)
    return count


def _remove_some(db: sqlite3.Connection, chosen: str, value: str | int) -> tuple[int, int]:
    rows = _rows(db, chosen, (value, _AT_ONCE))
    turns = [(row["seq"],) for row in rows]
    sessions = [(session,) for session in {row["session"] for row in rows}]
    removed = db.executemany(
        "DELETE FROM feedback WHERE question_id = (SELECT question_id FROM turns WHERE seq = ?)",
        turns,
    ).rowcount
    db.executemany("DELETE FROM turns WHERE seq = ?", turns)
    if chosen == OF_ASKER:  # the person may have given the session its title
        db.executemany("UPDATE sessions SET title = '' WHERE session = ?", sessions)
    db.executemany(
        "DELETE FROM sessions WHERE session = ?1"
        " AND NOT EXISTS (SELECT 1 FROM turns WHERE session = ?1)",
        sessions,
    )
    return len(turns), max(removed, 0)
