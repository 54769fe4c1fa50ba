"""The journal of calls that were begun, none of which is ever repeated by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from core.stores.sqlite.database import translated
from core.stores.sqlite.private import make_private

_BUSY_TIMEOUT_S: Final = 10.0


class Journal:
    """Keeps the keys of calls in a SQLite file, so that they survive a crash."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, key: str) -> bool:
        """Note that a call begins; False if it has begun before. Blocks.

        Raises:
            StorageError: that cannot be written, so the call must not be made.
        """
        with translated(self._path):
            make_private(self._path)
            with closing(sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S)) as db, db:
                db.execute("CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY) WITHOUT ROWID")
                return db.execute("INSERT OR IGNORE INTO calls VALUES (?)", (key,)).rowcount == 1
