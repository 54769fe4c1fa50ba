"""The spool: acts of people while the store is away, in a small SQLite file on this machine."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from core.stores.sqlite.database import SqliteThread, from_ms, to_ms
from core.stores.turn_records import mention_records, mentions_of
from core.types import Question, SessionId

logger = logging.getLogger(__name__)

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS spool (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        question_id TEXT NOT NULL, act TEXT NOT NULL, question TEXT NOT NULL,
        UNIQUE (question_id, act, question)
    )
"""
_ADD: Final = """
    INSERT OR IGNORE INTO spool (question_id, act, question)
    SELECT ?, ?, ? WHERE (SELECT count(*) FROM spool) < ?
"""
_KNOWN: Final = "SELECT 1 FROM spool WHERE question_id = ? AND act = ? AND question = ?"
_OF: Final = "SELECT * FROM spool WHERE question_id = ? ORDER BY seq"
_ASKED_IN: Final = """
    SELECT * FROM spool
    WHERE act = 'ask' AND json_valid(question) AND json_extract(question, '$.session') = ?
"""
_ALL: Final = "SELECT * FROM spool ORDER BY seq"
_COUNT: Final = "SELECT count(*) FROM spool"
_REMOVE: Final = "DELETE FROM spool WHERE seq = ?"


class Act(StrEnum):
    """The kind of act: a person asked, edited or deleted a question."""

    ASK = "ask"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Spooled:
    """One act that waits; that of a deletion has only the question's id."""

    seq: int
    act: Act
    question: Question


class SqliteSpool:
    """A queue of at most `most` acts; several processes may share its file.

    An act that this version cannot read, because a newer one wrote it, stays for that one.
    """

    def __init__(self, thread: SqliteThread, most: int) -> None:
        self._thread = thread
        self._most = most
        self._unreadable: set[int] = set()  # the acts that the log has named

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, most: int) -> AsyncIterator[Self]:
        """Open the file at `path`, made if missing; closed on leaving.

        Raises:
            StorageError: the file is unusable.
        """
        async with aclosing(SqliteThread(path)) as thread:
            await thread.run(_prepare)
            yield cls(thread, most)

    async def add(self, act: Act, question: Question) -> bool:
        """Keep an act; False if there are too many. The same act again is the same one.

        Raises:
            StorageError: the file cannot be written.
        """
        what = (question.id, act.value, _text(question))

        def add(db: sqlite3.Connection) -> bool:
            # In this order: another process may add the same act between two statements.
            if db.execute(_ADD, (*what, self._most)).rowcount == 1:
                return True
            return db.execute(_KNOWN, what).fetchone() is not None

        return await self._thread.run(add)

    async def of(self, question_id: str) -> list[Spooled]:
        """Return what waits of one question, oldest first."""
        return await self._thread.run(
            lambda db: list(self._readable(db.execute(_OF, (question_id,))))
        )

    async def has_asked_in(self, session: SessionId) -> bool:
        """Return whether a question of a session waits."""
        return await self._thread.run(
            lambda db: any(map(bool, self._readable(db.execute(_ASKED_IN, (session,)))))
        )

    async def oldest(self) -> Spooled | None:
        """Return what waits for longest; None if nothing does."""
        return await self._thread.run(lambda db: next(self._readable(db.execute(_ALL)), None))

    async def remove(self, spooled: Spooled) -> None:
        """Delete an act that has been done."""
        await self._thread.run(lambda db: db.execute(_REMOVE, (spooled.seq,)))

    async def count(self) -> int:
        """Return how many acts wait."""
        row = await self._thread.run(lambda db: db.execute(_COUNT).fetchone())
        return int(row[0])

    def _readable(self, rows: Iterable[sqlite3.Row]) -> Iterator[Spooled]:
        for row in rows:
            try:
                yield _spooled(row)
            except (KeyError, TypeError, ValueError) as error:
                if row["seq"] not in self._unreadable:
                    self._unreadable.add(row["seq"])
                    logger.error(
                        "kept for a newer faqbot, as this one cannot read it: %s of %s (%s)",
                        row["act"],
                        row["question_id"],
                        type(error).__name__,
                    )


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute(_TABLE)


def _text(question: Question) -> str:
    fields = {
        "session": question.session,
        "text": question.text,
        "asker": question.asker,
        "asked_at_ms": to_ms(question.asked_at),
        "reply_to": question.reply_to,
        "edited_at_ms": to_ms(question.edited_at) if question.edited_at else None,
        "mentions": mention_records(question),
    }
    return json.dumps(fields, ensure_ascii=True)  # also of text that no store keeps


def _spooled(row: sqlite3.Row) -> Spooled:
    fields = json.loads(row["question"])
    edited_at_ms = fields.get("edited_at_ms")
    question = Question(
        id=row["question_id"],
        session=SessionId(fields["session"]),
        text=fields["text"],
        asker=fields["asker"],
        asked_at=from_ms(fields["asked_at_ms"]),
        reply_to=fields["reply_to"],
        edited_at=from_ms(edited_at_ms) if edited_at_ms else None,
        mentions=mentions_of(fields.get("mentions", ())),  # an older faqbot kept none
    )
    return Spooled(row["seq"], Act(row["act"]), question)
