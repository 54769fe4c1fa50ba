"""The `Cluster` port on MongoDB: processes on any machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from core.stores.mongo.database import MongoDatabase
from core.stores.times import utc_now


class MongoCluster:
    """Leases by name in the collection `leases`."""

    def __init__(self, database: MongoDatabase, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    async def hold(self, name: str, holder: str, *, lease_s: float) -> str:
        """Take or keep a lease unless another holder has it; return whose it is."""
        now = self._clock()
        until, leases = now + timedelta(seconds=lease_s), self._db.leases
        with self._db.translated():
            ours = {"_id": name, "holder": holder}
            if (await leases.update_one(ours, {"$set": {"until": until}})).matched_count:
                return holder
            lapsed = {"_id": name, "until": {"$lte": now}}
            taken = {"$set": {"holder": holder, "until": until}}
            try:
                await leases.update_one(lapsed, taken, upsert=True)
            except DuplicateKeyError:  # it is there, and has not lapsed
                found = await leases.find_one({"_id": name})
                return str(found["holder"]) if found else ""
            return holder

    async def let_go(self, name: str, holder: str) -> None:
        """Give a lease up, if it is this holder's."""
        with self._db.translated():
            await self._db.leases.delete_one({"_id": name, "holder": holder})

    async def held(self) -> dict[str, str]:
        """Return the holders of the leases that have not lapsed, by the name of the lease."""
        now = self._clock()
        with self._db.translated():
            await self._db.leases.delete_many({"until": {"$lte": now}})
            found = self._db.leases.find({"until": {"$gt": now}})
            return {one["_id"]: one["holder"] for one in await found.to_list()}
