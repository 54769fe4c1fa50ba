"""The `Cases` port on SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from core.stores.case_records import case_as_stored, case_of, case_record
from core.stores.records import check_text
from core.stores.sqlite.database import SqliteFile, to_ms
from core.stores.times import in_utc
from core.types import Case

FIND: Final = "SELECT record, version FROM cases WHERE id = ?"
OF_QUESTION: Final = """
    SELECT record, version FROM cases
    WHERE id = (SELECT case_id FROM case_questions WHERE question_id = ?)
"""
OF_QUESTIONS: Final = """
    SELECT record, version FROM cases WHERE id IN (
        SELECT case_id FROM case_questions
        WHERE question_id IN (SELECT value FROM json_each(?))
    ) ORDER BY id
"""
OF_ANSWERS: Final = """
    SELECT record, version FROM cases
    WHERE answer_id IN (SELECT value FROM json_each(?)) AND answer_id <> '' ORDER BY id
"""
OPEN: Final = "SELECT record, version FROM cases WHERE open ORDER BY opened_at_ms, id LIMIT ?"
DUE: Final = """
    SELECT record, version FROM cases WHERE due_at_ms <= ? ORDER BY due_at_ms, id LIMIT ?
"""
LATEST: Final = "SELECT latest FROM case_numbers"
OF_PERSON: Final = """
    SELECT record, version FROM cases
    WHERE id IN (SELECT case_id FROM case_questions WHERE asker = ?) OR taken_by = ?1
"""
_PUT: Final = """
    INSERT OR REPLACE INTO cases (
        id, open, opened_at_ms, due_at_ms, taken_by, answer_id, version, record
    ) VALUES (:id, :open, :opened_at_ms, :due_at_ms, :taken_by, :answer_id, :version, :record)
"""
_NUMBER: Final = "UPDATE case_numbers SET latest = latest + 1 WHERE latest = ?"
_COUNT: Final = """
    INSERT INTO case_calls (owner, day, calls) VALUES (?, ?, 1)
    ON CONFLICT (owner, day) DO UPDATE SET calls = calls + 1 RETURNING calls
"""


class SqliteCases:
    """Cases in the SQLite file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def latest(self) -> int:
        """Return the number of the case that was added last; 0 if there is none."""
        return await self._file.read(lambda db: int(db.execute(LATEST).fetchone()[0]))

    async def add(self, case: Case, *, after: int) -> bool:
        """Store a new case, numbered; False if its id or its number is there."""
        stored = case_as_stored(replace(case, version=1))

        def add(db: sqlite3.Connection) -> bool:
            if db.execute(FIND, (stored.id,)).fetchone():
                return False
            if not db.execute(_NUMBER, (after,)).rowcount:
                return False
            put(db, stored)
            return True

        return await self._file.write(add)

    async def save(self, case: Case) -> bool:
        """Store a changed case; False if somebody else has changed it since it was read."""
        stored = case_as_stored(replace(case, version=case.version + 1))

        def save(db: sqlite3.Connection) -> bool:
            row = db.execute(FIND, (case.id,)).fetchone()
            if row is None or row["version"] != case.version:
                return False
            put(db, stored)
            return True

        return await self._file.write(save)

    async def find(self, case_id: str) -> Case | None:
        """Return a case by its id; None if there is none."""
        return await self._one(FIND, case_id)

    async def of_question(self, question_id: str) -> Case | None:
        """Return the case of a question; None if there is none."""
        return await self._one(OF_QUESTION, question_id)

    async def of_questions(self, question_ids: Sequence[str]) -> list[Case]:
        """Return the cases of some questions, each once, sorted by id."""
        for question_id in question_ids:
            check_text("the question's id", question_id)
        return await self._all(OF_QUESTIONS, (json.dumps(list(question_ids)),))

    async def of_answers(self, answer_ids: Sequence[str]) -> list[Case]:
        """Return the cases that some lessons or entries answer, sorted by id."""
        for answer_id in answer_ids:
            check_text("the answer's id", answer_id)
        return await self._all(OF_ANSWERS, (json.dumps(list(answer_ids)),))

    async def open(self, limit: int) -> list[Case]:
        """Return the cases that wait for a person, the oldest first."""
        return await self._all(OPEN, (max(limit, 0),))

    async def due(self, now: datetime, limit: int) -> list[Case]:
        """Return the cases whose next step is due, the most overdue first."""
        return await self._all(DUE, (to_ms(in_utc(now)), max(limit, 0)))

    async def count_call(self, owner: str, day: date) -> int:
        """Count one more call of an owner on a day; return how many there are with it."""
        check_text("the owner", owner)
        values = (owner, day.isoformat())
        return await self._file.write(lambda db: int(db.execute(_COUNT, values).fetchone()[0]))

    async def _one(self, query: str, name: str) -> Case | None:
        check_text("an id", name)
        found = await self._all(query, (name,))
        return found[0] if found else None

    async def _all(self, query: str, values: Sequence[str | int]) -> list[Case]:
        rows = await self._file.read(lambda db: db.execute(query, values).fetchall())
        return [_case_of(row) for row in rows]


def put(db: sqlite3.Connection, case: Case) -> None:
    """Write a case, and whose questions wait with it."""
    row = {
        "id": case.id,
        "open": case.is_open,
        "opened_at_ms": to_ms(case.opened_at),
        "due_at_ms": to_ms(case.due_at) if case.due_at else None,
        "taken_by": case.taken_by,
        "answer_id": case.answer_id,
        "version": case.version,
        "record": json.dumps(case_record(case), ensure_ascii=False),
    }
    db.execute(_PUT, row)
    db.execute("DELETE FROM case_questions WHERE case_id = ?", (case.id,))
    waiting = [(one.question.id, case.id, one.question.asker) for one in case.waiters]
    db.executemany("INSERT OR REPLACE INTO case_questions VALUES (?, ?, ?)", waiting)


def forget(db: sqlite3.Connection, person: str) -> None:
    """Take a person out of the cases; those of nobody else go."""
    for row in db.execute(OF_PERSON, (person,)).fetchall():
        case = _case_of(row)
        left = case.without(person)
        if left is None:
            db.execute("DELETE FROM cases WHERE id = ?", (case.id,))
            db.execute("DELETE FROM case_questions WHERE case_id = ?", (case.id,))
        else:
            put(db, replace(left, version=case.version + 1))


def _case_of(row: sqlite3.Row) -> Case:
    return case_of(json.loads(row["record"]), row["version"])
