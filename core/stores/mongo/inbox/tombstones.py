"""The tombstones of questions that were deleted before they were received."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from core.stores.mongo.database import MongoDatabase
from core.stores.records import ALWAYS, TOMBSTONES_KEPT
from core.stores.times import in_utc
from core.types import Question


class Tombstones:
    """The collection `tombstones`; the callers translate the driver's errors."""

    def __init__(self, database: MongoDatabase, clock: Callable[[], datetime]) -> None:
        self._tombstones = database.tombstones
        self._clock = clock

    async def make(self, question_id: str, edited_at: datetime | None) -> None:
        """Make one for a question in texts from before an edit, in any text without one."""
        now = self._clock()
        await self._tombstones.delete_many({"made_at": {"$lt": now - TOMBSTONES_KEPT}})
        change = {
            "$max": {"before": in_utc(edited_at) if edited_at else ALWAYS},
            "$set": {"made_at": now},
        }
        try:
            await self._tombstones.update_one({"_id": question_id}, change, upsert=True)
        except DuplicateKeyError:  # another process made one at this moment
            await self._tombstones.update_one({"_id": question_id}, change)

    async def covers(self, question: Question) -> bool:
        """Return whether this text of a question was deleted before it came."""
        found = await self._tombstones.find_one({"_id": question.id})
        if found is None:
            return False
        return question.edited_at is None or question.edited_at < found["before"]
