"""The `Lessons` port on SQLite."""

from __future__ import annotations

import json
import secrets
import sqlite3
from datetime import datetime
from functools import partial
from typing import Final

from core.stores.records import blank, check_text, lesson_as_stored, teaching
from core.stores.sqlite.database import SqliteFile, from_ms, to_ms
from core.stores.times import in_utc
from core.types import Lesson, LessonState, SessionId, Teaching

FIND: Final = "SELECT * FROM lessons WHERE id = ?"
PAGE: Final = "SELECT * FROM lessons WHERE id > ? AND NOT removed ORDER BY id LIMIT ?"
OF_SESSION: Final = "SELECT * FROM lessons WHERE session = ? AND NOT removed"
VERSION: Final = "SELECT token FROM lessons_version WHERE only = 1"
_PUT: Final = """
    INSERT OR REPLACE INTO lessons (
        id, session, question, answer, author, author_name, learned_at_ms, question_id, asked_by,
        removed, state, findings, approved_by, review_at_ms, category
    ) VALUES (
        :id, :session, :question, :answer, :author, :author_name, :learned_at_ms, :question_id,
        :asked_by, :removed, :state, :findings, :approved_by, :review_at_ms,
        :category
    )
"""


class SqliteLessons:
    """Lessons in the SQLite file; a change and its version are written in one transaction."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def teach(self, lesson: Lesson) -> Teaching:
        """Store a lesson, over what is stored under its id unless that was said later.

        Raises:
            ValueError: a time without a zone.
            StorageError: it holds text that no store keeps, or the file cannot be written.
        """
        return await self._file.write(partial(_teach, lesson=lesson_as_stored(lesson)))

    async def remove(self, lesson_id: str, at: datetime) -> bool:
        """Delete a lesson and ignore remarks made until `at`; return False if there is none."""
        check_text("the lesson's id", lesson_id)
        return await self._file.write(partial(_remove, lesson_id=lesson_id, at=in_utc(at)))

    async def find(self, lesson_id: str) -> Lesson | None:
        """Return a lesson by its id; None if there is none."""
        check_text("the lesson's id", lesson_id)
        found = await self._file.read(partial(_found, lesson_id=lesson_id))
        return _lesson_of(found) if found and not found["removed"] else None

    async def page(self, limit: int, after: str = "") -> list[Lesson]:
        """Return lessons sorted by id, beginning after the id `after`."""
        check_text("the lesson's id", after)
        values = (after, max(limit, 0))
        rows = await self._file.read(lambda db: db.execute(PAGE, values).fetchall())
        return [_lesson_of(row) for row in rows]

    async def of_session(self, session: SessionId) -> list[Lesson]:
        """Return the lessons taught on questions of a conversation, in no order."""
        check_text("the session", session)
        rows = await self._file.read(lambda db: db.execute(OF_SESSION, (session,)).fetchall())
        return [_lesson_of(row) for row in rows]

    async def version(self) -> str:
        """Return a text that differs after every change, by whichever process it was made."""
        row = await self._file.read(lambda db: db.execute(VERSION).fetchone())
        return str(row["token"])


def touch(db: sqlite3.Connection) -> None:
    """Change the version, so that other processes read the lessons again."""
    db.execute("UPDATE lessons_version SET token = ? WHERE only = 1", (secrets.token_hex(8),))


def _teach(db: sqlite3.Connection, lesson: Lesson) -> Teaching:
    known = _found(db, lesson.id)
    if known is None:
        outcome = Teaching.LEARNED
    else:
        outcome = teaching(lesson, _lesson_of(known), removed=bool(known["removed"]))
    if outcome is not Teaching.KNOWN:
        _put(db, lesson, removed=False)
    return outcome


def _remove(db: sqlite3.Connection, lesson_id: str, at: datetime) -> bool:
    known = _found(db, lesson_id)
    there = known is not None and not known["removed"]
    if known is not None:
        at = max(at, from_ms(known["learned_at_ms"]))
    _put(db, blank(lesson_id, at), removed=True)
    return there


def _put(db: sqlite3.Connection, lesson: Lesson, *, removed: bool) -> None:
    row = {
        "id": lesson.id,
        "session": lesson.session,
        "question": lesson.question,
        "answer": lesson.answer,
        "author": lesson.author,
        "author_name": lesson.author_name,
        "learned_at_ms": to_ms(lesson.learned_at),
        "question_id": lesson.question_id,
        "asked_by": lesson.asked_by,
        "removed": removed,
        "state": lesson.state.value,
        "findings": json.dumps(lesson.findings, ensure_ascii=False),
        "approved_by": lesson.approved_by,
        "review_at_ms": to_ms(lesson.review_at) if lesson.review_at else None,
        "category": lesson.category,
    }
    db.execute(_PUT, row)
    touch(db)


def _found(db: sqlite3.Connection, lesson_id: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(FIND, (lesson_id,)).fetchone()
    return row


def _lesson_of(row: sqlite3.Row) -> Lesson:
    return Lesson(
        id=row["id"],
        session=SessionId(row["session"]),
        question=row["question"],
        answer=row["answer"],
        author=row["author"],
        author_name=row["author_name"],
        learned_at=from_ms(row["learned_at_ms"]),
        question_id=row["question_id"],
        asked_by=row["asked_by"],
        state=LessonState(row["state"]),
        findings=tuple(json.loads(row["findings"])),
        approved_by=row["approved_by"],
        review_at=None if row["review_at_ms"] is None else from_ms(row["review_at_ms"]),
        category=row["category"],
    )
