"""Group commit: writes that wait for one thread share a transaction, a lock and a sync.

Each sync of the disk takes milliseconds, and processes that share a file wait for each other's
locks, so that the number of commits, and not that of writes, bounds what a file can take.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

_MOST: Final = 100  # so that other processes get their turn


class Write(Generic[T]):
    """One piece of work, with its result or its error once its transaction has ended."""

    def __init__(self, work: Callable[[sqlite3.Connection], T]) -> None:
        self._work = work
        self._result: list[T] = []
        self.error: Exception | None = None
        self.wanted = True  # False: its caller was cancelled before it was begun

    def result(self) -> T:
        """Return what the work returned.

        Raises:
            Exception: what the work, or the commit, has raised.
        """
        if self.error:
            raise self.error
        return self._result[0]

    def run(self, db: sqlite3.Connection) -> None:
        """Do the work in the open transaction; if it raises, its changes are rolled back."""
        self._result, self.error = [], None
        db.execute("SAVEPOINT one")
        try:
            self._result = [self._work(db)]
        except Exception as error:
            if not db.in_transaction:  # on a full disk, SQLite takes back the whole of it
                raise
            db.execute("ROLLBACK TO one")
            self.error = error
        db.execute("RELEASE one")


class WriteQueue:
    """A queue of writes, in the order in which they were submitted."""

    def __init__(self) -> None:
        self._waiting: deque[Write[Any]] = deque()

    def add(self, write: Write[Any]) -> None:
        """Put a write into the queue; each needs a call of `commit` after it."""
        self._waiting.append(write)

    def commit(self, db: sqlite3.Connection) -> None:
        """Do all queued writes in one transaction; do nothing if an earlier call has done them."""
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))]
        writes = [write for write in taken if write.wanted]
        if not writes:
            return
        try:
            _commit(db, writes)
        except sqlite3.Error as error:
            kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if len(writes) == 1 or kind == sqlite3.SQLITE_BUSY:
                for write in writes:
                    write.error = error
                return
            for write in writes:  # one of them may be the reason
                try:
                    _commit(db, [write])
                except sqlite3.Error as its_error:
                    write.error = its_error


def _commit(db: sqlite3.Connection, writes: list[Write[Any]]) -> None:
    # IMMEDIATE takes the write lock at once: what is read is still so when it is written.
    db.execute("BEGIN IMMEDIATE")
    try:
        for write in writes:
            write.run(db)
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
