"""The `Memories` port on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.stores.records import memory_as_stored
from core.stores.sqlite.database import SqliteFile, from_ms, to_ms
from core.types import Memory

_ADD: Final = "INSERT OR IGNORE INTO memories (id, person, text, told_at_ms) VALUES (?, ?, ?, ?)"
_OF: Final = "SELECT * FROM memories WHERE person = ? ORDER BY told_at_ms, id"
_REMOVE: Final = "DELETE FROM memories WHERE person = ? AND id = ?"


class SqliteMemories:
    """Memories of people, in the SQLite file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def add(self, memory: Memory) -> bool:
        """Store a memory; False if its id is there."""
        kept = memory_as_stored(memory)
        row = (kept.id, kept.person, kept.text, to_ms(kept.told_at))
        return await self._file.write(lambda db: db.execute(_ADD, row).rowcount == 1)

    async def of(self, person: str) -> list[Memory]:
        """Return what a person told, oldest first."""
        rows = await self._file.read(lambda db: db.execute(_OF, (person,)).fetchall())
        return [
            Memory(row["id"], row["person"], row["text"], from_ms(row["told_at_ms"]))
            for row in rows
        ]

    async def remove(self, person: str, ids: Sequence[str]) -> int:
        """Delete what a person told, by ids; return how many there were."""
        gone = [(person, one) for one in ids]
        return await self._file.write(lambda db: db.executemany(_REMOVE, gone).rowcount)
