"""The daily cost of models, in a small SQLite file that outlives a restart."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, Self

from core.errors import StorageError
from core.stores.records import SPENDING_KEPT_DAYS, SPENT_BY_ALL
from core.stores.sqlite.private import make_private
from core.stores.times import today

logger = logging.getLogger(__name__)

_MOST_SUMS: Final = 10_000
_TABLE = """
    CREATE TABLE IF NOT EXISTS spent (
        day TEXT NOT NULL, person TEXT NOT NULL, dollars REAL NOT NULL,
        PRIMARY KEY (day, person)
    ) WITHOUT ROWID
"""
_ADD = """
    INSERT INTO spent (day, person, dollars) VALUES (?, ?, ?)
    ON CONFLICT (day, person) DO UPDATE SET dollars = dollars + excluded.dollars
"""


class SqliteSpendingStore:
    """Implements `SpendingStore` in a file that all processes of a data folder share.

    Charges are written by one thread, in order; what is not written yet counts.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        reader: sqlite3.Connection,
        today: Callable[[], str] = today,
    ) -> None:
        """Use `reader`, a second connection, to read without waiting for a write."""
        self._db = db
        self._reader = reader
        self._today = today
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="purse")
        self._sums: dict[tuple[str, str], float] = {}
        self._day = ""  # of the sums
        self._due: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    @classmethod
    @contextmanager
    def open(cls, path: Path, today: Callable[[], str] = today) -> Iterator[Self]:
        """Open the file, made if missing; what was charged is written before it is closed.

        Raises:
            StorageError: the file is unusable.
        """
        with ExitStack() as stack:
            try:
                make_private(path)
                db, reader = (stack.enter_context(closing(_connected(path))) for _ in range(2))
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
                db.execute("PRAGMA secure_delete = ON")
                db.execute(_TABLE)
                db.execute(
                    "DELETE FROM spent WHERE day < date(?, ?)",
                    (today(), f"-{SPENDING_KEPT_DAYS} days"),
                )
            except (OSError, sqlite3.Error) as error:
                raise StorageError(f"cannot keep account of spending in {path}: {error}") from error
            spending = cls(db, reader, today)
            try:
                yield spending
            finally:
                spending._thread.shutdown(wait=True)

    async def spent(self, person: str) -> tuple[float, float]:
        """Return the US dollars spent on this UTC day: by the installation, and by one person."""
        day = self._today()
        return self._sum(day, SPENT_BY_ALL), self._sum(day, person)

    def charge(self, person: str, dollars: float) -> None:
        """Add to both."""
        day = self._today()
        with self._lock:
            idle = not self._due
            for name in {SPENT_BY_ALL, person}:
                self._sums[day, name] = self._sum(day, name) + dollars
                self._due[day, name] = self._due.get((day, name), 0.0) + dollars
        if idle:
            self._thread.submit(self._write)

    async def of_person(self, person: str) -> dict[str, float]:
        """Return what a person's questions cost in US dollars, by day."""
        statement = "SELECT day, dollars FROM spent WHERE person = ? ORDER BY day"
        return dict(await asyncio.to_thread(self._rows, statement, person))

    async def forget(self, person: str) -> int:
        """Delete what a person's questions cost, and return of how many days; all's sums stay."""
        statement = "DELETE FROM spent WHERE person = ? RETURNING day, dollars"
        return len(await asyncio.to_thread(self._rows, statement, person))

    def _rows(self, statement: str, person: str) -> list[tuple[str, float]]:
        if person == SPENT_BY_ALL:
            return []
        try:
            rows: list[tuple[str, float]] = self._db.execute(statement, (person,)).fetchall()
            # Without this the log would still have the name.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise StorageError(f"the account of spending failed: {error}") from error
        return rows

    def _sum(self, day: str, person: str) -> float:
        """Return the sum that all processes have written, or ours if that is not written yet."""
        if day != self._day or len(self._sums) > _MOST_SUMS:
            self._day, self._sums = day, {}
        row = self._reader.execute(
            "SELECT dollars FROM spent WHERE day = ? AND person = ?", (day, person)
        ).fetchone()
        return max(float(row[0]) if row else 0.0, self._sums.get((day, person), 0.0))

    def _write(self) -> None:
        """Write what has come together since the last time, all of it or nothing."""
        with self._lock:
            due, self._due = self._due, {}
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(_ADD, [(*key, dollars) for key, dollars in due.items()])
        except sqlite3.Error as error:  # the sums in memory still count
            logger.warning("spending was not written down: %s", error)


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
