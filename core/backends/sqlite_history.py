"""The history in one SQLite file: the embedded default, with nothing to install or start.

Several processes may have the file open. Each uses two connections, one that writes and one that
reads, each bound to a thread of its own: in WAL mode a reader never waits for a writer
(https://www.sqlite.org/wal.html), and the event loop waits for neither.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from core.backends.turn_rules import as_stored, check_text
from core.errors import StorageError
from core.types import Label, Question, SessionId, Turn, TurnState, Usage

T = TypeVar("T")

_BUSY_TIMEOUT_S = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

# Step n brings a file from schema n to n + 1, and is never edited once it was released.
# `seq` is SQLite's row number: above every number in the table at each append, whatever the clock
# says. Every index ends with it, so that one session's turns lie in the index in their order.
_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE turns (
            seq            INTEGER PRIMARY KEY,
            question_id    TEXT NOT NULL UNIQUE,
            session        TEXT NOT NULL,
            text           TEXT NOT NULL,
            asker          TEXT NOT NULL,
            asked_at_ms    INTEGER NOT NULL,
            reply_to       TEXT,
            state          TEXT NOT NULL,
            answer         TEXT NOT NULL,
            sources        TEXT NOT NULL,
            followups      TEXT NOT NULL,
            label          TEXT NOT NULL,
            model          TEXT NOT NULL,
            finished_at_ms INTEGER NOT NULL,
            timings_ms     TEXT NOT NULL
        )
        """,
        "CREATE INDEX turns_by_session ON turns (session)",
    ),
    (
        "ALTER TABLE turns ADD COLUMN prompt TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE turns ADD COLUMN usage TEXT NOT NULL DEFAULT '{}'",
    ),
)
_INSERT = """
    INSERT INTO turns (
        question_id, session, text, asker, asked_at_ms, reply_to, state, answer,
        sources, followups, label, model, finished_at_ms, timings_ms, prompt, usage
    ) VALUES (
        :question_id, :session, :text, :asker, :asked_at_ms, :reply_to, :state, :answer,
        :sources, :followups, :label, :model, :finished_at_ms, :timings_ms, :prompt, :usage
    ) ON CONFLICT (question_id) DO NOTHING
"""
_RECENT = "SELECT * FROM turns WHERE session = ? ORDER BY seq DESC LIMIT ?"

_ELSEWHERE = "or set FAQBOT_DATA_DIR to another folder"
_UNWRITABLE = f"cannot be written; let this user write the file and its folder, {_ELSEWHERE}"
_ADVICE = {
    sqlite3.SQLITE_NOTADB: f"is not a database; move it away {_ELSEWHERE}",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup, or move it away to start anew",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; free some space and try again",
    sqlite3.SQLITE_IOERR: f"cannot be read or written; check the disk and its space, {_ELSEWHERE}",
    sqlite3.SQLITE_BUSY: "is locked by another program; close that program and try again",
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
}


class SqliteHistory:
    """The `History` port on one SQLite file.

    A turn that `append` has acknowledged survives the death of the process and of the machine.
    """

    def __init__(self, reader: _Lane, writer: _Lane) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Self]:
        """Open the history at `path`, made with its folders if missing; closed on leaving.

        Raises:
            StorageError: the file is unusable, or of a newer faqbot.
        """
        async with aclosing(_Lane(path)) as writer, aclosing(_Lane(path)) as reader:
            await writer.run(partial(_prepare, path=path))
            yield cls(reader, writer)

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there.

        Times are kept in UTC, truncated to milliseconds.

        Raises:
            ValueError: a time without a zone.
            StorageError: the turn holds text that no store keeps (NUL, a lone surrogate, more than
                16 MB in all), or the file cannot be written. Nothing was stored.
        """
        return await self._writer.run(partial(_insert, turn=turn))

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """The last `limit` turns of a session, oldest first; none if `limit` is below 1.

        Raises:
            StorageError: the file cannot be read, or `session` is text that no store keeps.
        """
        return await self._reader.run(partial(_select, session=session, limit=limit))


class _Lane:
    """A connection, and the only thread that touches it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._db: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns, called on the thread after all that was asked for before."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._work, work)

    async def aclose(self) -> None:
        """Finish what was asked for, then close."""
        loop = asyncio.get_running_loop()
        try:
            # A cancelled caller must not take the closing out of the thread's queue.
            await asyncio.shield(loop.run_in_executor(self._thread, self._close))
        finally:
            self._thread.shutdown(wait=False)

    def _work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with _translated(self._path):
            if self._db is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                # Without an isolation level Python opens no transactions behind our back.
                self._db = sqlite3.connect(
                    self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None
                )
                self._db.row_factory = sqlite3.Row
            return work(self._db)

    def _close(self) -> None:
        if self._db is not None:
            with _translated(self._path):
                self._db.close()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """The one place where SQLite's and the file system's errors become ours."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind of error. https://www.sqlite.org/rescode.html
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        advice = _ADVICE.get(kind, f"failed ({error}); move it away {_ELSEWHERE}")
        raise StorageError(f"{path} {advice}") from error
    except OSError as error:
        raise StorageError(f"{path} {_UNWRITABLE} ({error.strerror})") from error


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    """Check the schema, bring it up to date, and set how this connection writes."""
    # Looked at before anything is locked or changed: the file may be newer, or not ours at all.
    _refuse_newer(db, path)
    _enter_wal(db)
    # FULL syncs the log at every commit, where NORMAL may lose the last acknowledged turns with
    # the power. A turn takes seconds to make, and a sync milliseconds.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    if _version(db) < len(_STEPS):
        db.execute("BEGIN IMMEDIATE")
        with db:
            # Read again under the lock: another process may have been faster.
            for number in range(_version(db), len(_STEPS)):
                for statement in _STEPS[number]:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number + 1}")
    _refuse_newer(db, path)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(db: sqlite3.Connection, path: Path) -> None:
    if _version(db) > len(_STEPS):
        raise StorageError(f"{path} was written by a newer faqbot; upgrade faqbot {_ELSEWHERE}")


def _enter_wal(db: sqlite3.Connection) -> None:
    """Turn the file to WAL, once for all its life.

    Of two processes that do so at once, SQLite tells the second one BUSY without the usual wait,
    because both hold a read lock by then.
    """
    deadline = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _insert(db: sqlite3.Connection, turn: Turn) -> bool:
    # One statement outside a transaction is a transaction: all of the turn is stored, or nothing.
    return db.execute(_INSERT, _row(as_stored(turn))).rowcount == 1


def _select(db: sqlite3.Connection, session: SessionId, limit: int) -> list[Turn]:
    check_text("the session", session)
    # SQLite takes a negative limit for none at all.
    rows = db.execute(_RECENT, (session, max(limit, 0))).fetchall()
    return [_turn(row) for row in reversed(rows)]


def _row(turn: Turn) -> dict[str, str | int | None]:
    question = turn.question
    return {
        "question_id": question.id,
        "session": question.session,
        "text": question.text,
        "asker": question.asker,
        "asked_at_ms": _to_ms(question.asked_at),
        "reply_to": question.reply_to,
        "state": turn.state.value,
        "answer": turn.answer,
        "sources": json.dumps(turn.sources, ensure_ascii=False),
        "followups": json.dumps(turn.followups, ensure_ascii=False),
        "label": turn.label.value,
        "model": turn.model,
        "finished_at_ms": _to_ms(turn.finished_at),
        "timings_ms": json.dumps(turn.timings_ms, ensure_ascii=False),
        "prompt": turn.prompt,
        "usage": json.dumps(asdict(turn.usage)),
    }


def _turn(row: sqlite3.Row) -> Turn:
    question = Question(
        id=row["question_id"],
        session=SessionId(row["session"]),
        text=row["text"],
        asker=row["asker"],
        asked_at=_from_ms(row["asked_at_ms"]),
        reply_to=row["reply_to"],
    )
    return Turn(
        question=question,
        state=TurnState(row["state"]),
        answer=row["answer"],
        sources=tuple(json.loads(row["sources"])),
        followups=tuple(json.loads(row["followups"])),
        label=Label(row["label"]),
        model=row["model"],
        finished_at=_from_ms(row["finished_at_ms"]),
        timings_ms=json.loads(row["timings_ms"]),
        prompt=row["prompt"],
        usage=Usage(**json.loads(row["usage"])),
    )


def _to_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MS


def _from_ms(moment_ms: int) -> datetime:
    return _EPOCH + moment_ms * _MS
