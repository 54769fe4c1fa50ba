"""The daily cost of models in MongoDB: one account for processes on any machine."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Final, Self

from core.errors import StorageError
from core.stores.mongo.database import MongoDatabase
from core.stores.records import SPENDING_KEPT_DAYS, SPENT_BY_ALL
from core.stores.times import today

logger = logging.getLogger(__name__)

_LOOK_S: Final = 2.0  # how long a question waits for the account; then the known sum counts
_AGAIN_S: Final = 2.0
_MOST_SUMS: Final = 10_000


class MongoSpendingStore:
    """Implements `core.llm.budget.SpendingStore` in the collection `spent`, by day and person.

    What is not written yet counts; it is kept, and written once the server is back.
    """

    def __init__(self, database: MongoDatabase, today: Callable[[], str]) -> None:
        self._db = database
        self._today = today
        self._due: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._known: dict[tuple[str, str], float] = {}
        self._day = ""  # of what is known
        self._lock = threading.Lock()
        self._charged = asyncio.Event()
        self._ends = False
        self._loop = asyncio.get_running_loop()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database: MongoDatabase, today: Callable[[], str] = today
    ) -> AsyncIterator[Self]:
        """Begin to write down what is charged; what is left is written on leaving.

        Raises:
            StorageError: what is too old cannot be deleted.
        """
        oldest = date.fromisoformat(today()) - timedelta(days=SPENDING_KEPT_DAYS)
        with database.translated():
            await database.spent.delete_many({"day": {"$lt": oldest.isoformat()}})
        spending = cls(database, today)
        writing = asyncio.create_task(spending._write_on())
        try:
            yield spending
        finally:
            spending._ends = True
            spending._charged.set()
            await writing

    async def spent(self, person: str) -> tuple[float, float]:
        """Return the US dollars spent on this UTC day: by the installation, and by one person."""
        day = self._today()
        names = {SPENT_BY_ALL, person}
        try:
            async with asyncio.timeout(_LOOK_S):
                with self._db.translated():
                    keys = [_key(day, name) for name in names]
                    found = await self._db.spent.find({"_id": {"$in": keys}}).to_list()
        except (StorageError, TimeoutError) as error:
            logger.warning("the caps go by what is known here of the spending: %s", error)
        else:
            if day != self._day or len(self._known) > _MOST_SUMS:
                self._day, self._known = day, {}
            self._known |= {(one["day"], one["person"]): float(one["dollars"]) for one in found}
        with self._lock:
            sums = {n: self._known.get((day, n), 0.0) + self._due.get((day, n), 0.0) for n in names}
        return sums[SPENT_BY_ALL], sums[person]

    def charge(self, person: str, dollars: float) -> None:
        """Add to both, from any thread."""
        self._put([((self._today(), name), dollars) for name in {SPENT_BY_ALL, person}])
        self._loop.call_soon_threadsafe(self._charged.set)

    async def of_person(self, person: str) -> dict[str, float]:
        """Return what a person's questions cost in US dollars, by day."""
        if person == SPENT_BY_ALL:
            return {}
        with self._db.translated():
            found = await self._db.spent.find({"person": person}).sort("day").to_list()
        return {one["day"]: float(one["dollars"]) for one in found}

    async def forget(self, person: str) -> int:
        """Delete what a person's questions cost, and return of how many days; all's sums stay."""
        if person == SPENT_BY_ALL:
            return 0
        with self._db.translated():
            return (await self._db.spent.delete_many({"person": person})).deleted_count

    async def _write_on(self) -> None:
        while not self._ends:
            await self._charged.wait()
            self._charged.clear()
            if not await self._write() and not self._ends:
                await asyncio.sleep(_AGAIN_S)
                self._charged.set()
        await self._write()

    async def _write(self) -> bool:
        """Write what is due, each sum in one request; False if some of it is due still."""
        with self._lock:
            due = list(self._due.items())
        for (day, person), dollars in due:
            try:
                with self._db.translated():
                    await self._db.spent.update_one(
                        {"_id": _key(day, person)},
                        {"$inc": {"dollars": dollars}, "$set": {"day": day, "person": person}},
                        upsert=True,
                    )
            except StorageError as error:
                logger.warning("spending is written down later: %s", error)
                return False
            self._put([((day, person), -dollars)])
            self._known[day, person] = self._known.get((day, person), 0.0) + dollars
        return True

    def _put(self, amounts: list[tuple[tuple[str, str], float]]) -> None:
        with self._lock:
            for key, dollars in amounts:
                self._due[key] += dollars
                if abs(self._due[key]) < 1e-12:
                    del self._due[key]


def _key(day: str, person: str) -> str:
    return f"{day} {person}"
