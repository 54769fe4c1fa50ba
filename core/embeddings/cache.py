"""A cache of vectors in a SQLite file, by the hash of their text.

It is a cache: an ingest that was killed goes on where it stopped, and one of a changed FAQ pays
for what is new. Deleting the file costs money and nothing else.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np

from core.errors import StorageError
from core.ports import Vectors

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
_AT_ONCE = 500


class VectorCache:
    """Vectors of one embedder, which `fingerprint` names. Calls block."""

    def __init__(self, db: sqlite3.Connection, fingerprint: str) -> None:
        self._db = db
        self._fingerprint = fingerprint.encode()
        self._writing = threading.Lock()

    @classmethod
    @contextmanager
    def open(cls, path: Path, fingerprint: str) -> Iterator[Self]:
        """Open the file, made if missing.

        Raises:
            StorageError: it is unusable.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"cannot use the cache {path}: {error}; delete it") from error
        try:
            yield cls(db, fingerprint)
        finally:
            db.close()

    def get(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Return the cached vectors, by text."""
        keys = {self._key(text): text for text in texts}
        found: dict[str, Vectors] = {}
        for start in range(0, len(keys), _AT_ONCE):
            wanted = list(keys)[start : start + _AT_ONCE]
            marks = ",".join("?" * len(wanted))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 - marks
            for key, vector in self._db.execute(query, wanted):
                found[keys[key]] = np.frombuffer(vector, "<f4")
        return found

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, all of them or, if the process dies, none."""
        rows = [
            (self._key(text), vector.astype("<f4").tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        with self._writing, self._db:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def length(self) -> int:
        """Return the length of the vectors that the last ingest made; 0 before the first."""
        row = self._db.execute("SELECT vector FROM vectors WHERE key = ?", [self._length_key])
        found = row.fetchone()
        return int.from_bytes(found[0], "little") if found else 0

    def put_length(self, length: int) -> None:
        """Keep the length of the vectors that an ingest has made."""
        row = (self._length_key, length.to_bytes(4, "little"))
        with self._writing, self._db:
            self._db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", row)

    @property
    def _length_key(self) -> bytes:
        return b"length of " + self._fingerprint

    def _key(self, text: str) -> bytes:
        return sha256(self._fingerprint + b"\0" + text.encode()).digest()
