"""The daily cost of models, in a small SQLite file, so that a restart does not fill the purse."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from core.errors import StorageError
from core.stores.sqlite.private import make_private

logger = logging.getLogger(__name__)

_ALL = ""  # the installation's own row; a person without a name is counted there alone
_KEPT_DAYS = 400
_TABLE = """
    CREATE TABLE IF NOT EXISTS spent (
        day TEXT NOT NULL, person TEXT NOT NULL, dollars REAL NOT NULL,
        PRIMARY KEY (day, person)
    ) WITHOUT ROWID
"""
_ADD = """
    INSERT INTO spent (day, person, dollars) VALUES (?, ?, ?)
    ON CONFLICT (day, person) DO UPDATE SET dollars = dollars + excluded.dollars
    RETURNING dollars
"""


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class SqliteSpendingStore:
    """Implements `core.spend.Purse`.

    Sums are kept in memory and written by one thread, in order; each write brings back what other
    processes have added meanwhile.
    """

    def __init__(self, db: sqlite3.Connection, today: Callable[[], str] = _today) -> None:
        self._db = db
        self._today = today
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="purse")
        self._sums: dict[tuple[str, str], float] = {}
        self._due: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    @classmethod
    @contextmanager
    def open(cls, path: Path, today: Callable[[], str] = _today) -> Iterator[Self]:
        """Open the file, made if missing; what was charged is written before it is closed.

        Raises:
            StorageError: the file is unusable.
        """
        try:
            make_private(path)
            db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(_TABLE)
            db.execute("DELETE FROM spent WHERE day < date(?, ?)", (today(), f"-{_KEPT_DAYS} days"))
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"cannot keep account of spending in {path}: {error}") from error
        spending = cls(db, today)
        try:
            yield spending
        finally:
            spending._thread.shutdown(wait=True)
            db.close()

    def spent(self, person: str) -> tuple[float, float]:
        """US dollars of this day (UTC): by the whole installation, and by one person."""
        day = self._today()
        return self._sum(day, _ALL), self._sum(day, person)

    def charge(self, person: str, dollars: float) -> None:
        """Add to both."""
        day = self._today()
        for name in {_ALL, person}:
            self._sums[day, name] = self._sum(day, name) + dollars
        with self._lock:
            idle = not self._due
            for name in {_ALL, person}:
                self._due[day, name] = self._due.get((day, name), 0.0) + dollars
        if idle:
            self._thread.submit(self._write)

    def _sum(self, day: str, person: str) -> float:
        known = self._sums.get((day, person))
        if known is None:
            if len(self._sums) > 10_000 or any(held != day for held, _ in self._sums):
                self._sums.clear()
            row = self._db.execute(
                "SELECT dollars FROM spent WHERE day = ? AND person = ?", (day, person)
            ).fetchone()
            known = self._sums[day, person] = float(row[0]) if row else 0.0
        return known

    def _write(self) -> None:
        """Write what has come together since the last time, all of it or nothing."""
        with self._lock:
            due, self._due = self._due, {}
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                rows = [
                    (key, self._db.execute(_ADD, (*key, dollars)).fetchone())
                    for key, dollars in due.items()
                ]
        except sqlite3.Error as error:  # the sums in memory still count
            logger.warning("spending was not written down: %s", error)
            return
        for key, row in rows:
            self._sums[key] = max(float(row[0]), self._sums.get(key, 0.0))


def spending_of(path: Path, person: str) -> dict[str, float]:
    """Return what a person's questions cost in US dollars, by day.

    Raises:
        StorageError: the file cannot be read.
    """
    rows = _on_file(path, "SELECT day, dollars FROM spent WHERE person = ? ORDER BY day", person)
    return dict(rows)


def forget_spending(path: Path, person: str) -> int:
    """Delete what a person's questions cost, day by day; the sums of all people stay.

    Raises:
        StorageError: the file cannot be written.
    """
    return len(_on_file(path, "DELETE FROM spent WHERE person = ? RETURNING day, dollars", person))


def _on_file(path: Path, statement: str, person: str) -> list[tuple[str, float]]:
    if person == _ALL or not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(path, timeout=5)) as db, db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute(_TABLE)
            return db.execute(statement, (person,)).fetchall()
    except sqlite3.Error as error:
        raise StorageError(f"the account of spending in {path} failed: {error}") from error
