"""The `Memories` port on MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from core.stores.mongo.database import MongoDatabase
from core.stores.records import memory_as_stored
from core.types import Memory

_OLDEST: Final = [("told_at", ASCENDING), ("_id", ASCENDING)]


class MongoMemories:
    """Memories of people, each a document."""

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def add(self, memory: Memory) -> bool:
        """Store a memory; False if its id is there."""
        kept = memory_as_stored(memory)
        fields = {"person": kept.person, "text": kept.text, "told_at": kept.told_at}
        with self._db.translated():
            try:
                await self._db.memories.insert_one({"_id": kept.id, **fields})
            except DuplicateKeyError:
                return False
            return True

    async def of(self, person: str) -> list[Memory]:
        """Return what a person told, oldest first."""
        with self._db.translated():
            found = self._db.memories.find({"person": person}).sort(_OLDEST)
            return [
                Memory(one["_id"], one["person"], one["text"], one["told_at"])
                async for one in found
            ]

    async def remove(self, person: str, ids: Sequence[str]) -> int:
        """Delete what a person told, by ids; return how many there were."""
        chosen = {"_id": {"$in": list(ids)}, "person": person}
        with self._db.translated():
            return (await self._db.memories.delete_many(chosen)).deleted_count
