"""The one SQLite file that holds all state of the embedded default, with nothing to start.

Several processes may have the file open. Each uses two connections, one that writes and one that
reads, each bound to a thread of its own: in WAL mode a reader never waits for a writer
(https://www.sqlite.org/wal.html), and the event loop waits for neither.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from core.errors import StorageError, StoreAwayError
from core.stores.sqlite.group_commit import Write, WriteQueue
from core.stores.sqlite.private import make_private
from core.stores.sqlite.schema import STEPS

T = TypeVar("T")

_BUSY_TIMEOUT_S = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)

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


# Errors that pass by themselves, or once somebody has made room.
_PASSING = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY}


class SqliteFile:
    """An open SQLite file, with one thread that reads and one that writes."""

    def __init__(
        self, path: Path, reader: SqliteThread, writer: SqliteThread, zone: tzinfo
    ) -> None:
        self.path = path
        self.zone = zone  # the time zone of the days that counts are added up for
        self._reader = reader
        self._writer = writer
        self._writes = WriteQueue()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, zone: tzinfo = UTC) -> AsyncIterator[Self]:
        """Open the file at `path`, made with its folders if missing; closed on leaving.

        Raises:
            StorageError: the file is unusable, or of a newer faqbot.
        """
        async with aclosing(SqliteThread(path)) as writer, aclosing(SqliteThread(path)) as reader:
            await writer.run(partial(prepare, path=path))
            yield cls(path, reader, writer, zone)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns, off the event loop.

        Raises:
            StorageError: the file cannot be read.
        """
        return await self._reader.run(work)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns; all that it wrote is stored, or nothing if it raised.

        Raises:
            StorageError: the file cannot be written.
        """
        write = Write(work)
        self._writes.add(write)
        try:
            await self._writer.run(self._writes.commit)
        except asyncio.CancelledError:
            write.wanted = False
            raise
        with translated(self.path):
            return write.result()


def to_ms(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970 (UTC), rounded down."""
    return (moment - _EPOCH) // _MS


def from_ms(moment_ms: int) -> datetime:
    """Return the moment, in UTC, of milliseconds since 1970."""
    return _EPOCH + moment_ms * _MS


class SqliteThread:
    """A connection and the one thread that uses it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        self._db: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` returns, called on the thread after all that was asked for before."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._work, work)

    async def aclose(self) -> None:
        """Finish the work that was submitted, then close."""
        loop = asyncio.get_running_loop()
        try:
            # A cancelled caller must not take the closing out of the thread's queue.
            await asyncio.shield(loop.run_in_executor(self._thread, self._close))
        finally:
            self._thread.shutdown(wait=False)

    def _work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with translated(self._path):
            if self._db is None:
                make_private(self._path)
                # Without an isolation level Python opens no transactions behind our back.
                self._db = sqlite3.connect(
                    self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None
                )
                self._db.row_factory = sqlite3.Row
            return work(self._db)

    def _close(self) -> None:
        if self._db is not None:
            with translated(self._path):
                self._db.close()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Translate the errors of SQLite and of the file system into faqbot's."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind of error. https://www.sqlite.org/rescode.html
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        advice = _ADVICE.get(kind, f"failed ({error}); move it away {_ELSEWHERE}")
        raised = StoreAwayError if kind in _PASSING else StorageError
        raise raised(f"{path} {advice}") from error
    except OSError as error:
        raise StorageError(f"{path} {_UNWRITABLE} ({error.strerror})") from error


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Check the schema, bring it up to date, and set how this connection writes."""
    # Looked at before anything is locked or changed: the file may be newer, or not ours at all.
    _refuse_newer(db, path)
    _enter_wal(db)
    # FULL syncs the log at every commit, where NORMAL may lose the last acknowledged turns with
    # the power. A turn takes seconds to make, and a sync milliseconds.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    # Deleted data is overwritten, so that the file's free pages do not hold a forgotten person's.
    db.execute("PRAGMA secure_delete = ON")
    if _version(db) < len(STEPS):
        db.execute("BEGIN IMMEDIATE")
        with db:
            # Read again under the lock: another process may have been faster.
            for number in range(_version(db), len(STEPS)):
                for statement in STEPS[number]:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number + 1}")
    _refuse_newer(db, path)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(db: sqlite3.Connection, path: Path) -> None:
    if _version(db) > len(STEPS):
        raise StorageError(f"{path} was written by a newer faqbot; upgrade faqbot {_ELSEWHERE}")


def _enter_wal(db: sqlite3.Connection) -> None:
    """Set the file to WAL mode, which it keeps for good.

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
