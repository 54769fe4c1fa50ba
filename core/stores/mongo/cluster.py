"""The `Cluster` port on MongoDB: processes on any machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from pymongo.errors import DuplicateKeyError

from core.stores.call_counts import counted, ends_ms, told
from core.stores.mongo.database import MongoDatabase
from core.stores.times import utc_now
from core.types import CallBudget, CountedCalls

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class MongoCluster:
    """Leases by name in the collection `leases`, and budgets in `call_counts`."""

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
            for collection in (self._db.leases, self._db.call_counts):
                await collection.delete_many({"until": {"$lte": now}})
            found = self._db.leases.find({"until": {"$gt": now}})
            return {one["_id"]: one["holder"] for one in await found.to_list()}

    async def count_call(
        self, budget: CallBudget, *, uncounted_s: Sequence[float] = ()
    ) -> CountedCalls:
        """Count one more call of a budget, if all processes together may make one.

        The write names the revision (`n`) that it was decided on, and is decided anew if another
        process has counted a call meanwhile.
        """
        while True:
            now_ms = (self._clock() - _EPOCH) // _MS
            with self._db.translated():
                found = await self._db.call_counts.find_one({"_id": budget.name})
                made, n = (found["calls_ms"], found["n"]) if found else ([], 0)
                calls, granted = counted(made, now_ms, budget, uncounted_s=uncounted_s)
                if (granted or uncounted_s) and not await self._counted(budget, calls, n):
                    continue
            return told(calls, now_ms, granted=granted)

    async def _counted(self, budget: CallBudget, calls: Sequence[int], n: int) -> bool:
        """Store the calls unless the account has changed since it was read."""
        until = _EPOCH + ends_ms(calls, budget) * _MS
        account = {"calls_ms": calls, "until": until, "n": n + 1}
        if n:
            decided_on = {"_id": budget.name, "n": n}
            written = await self._db.call_counts.update_one(decided_on, {"$set": account})
            return bool(written.matched_count)
        try:
            await self._db.call_counts.insert_one({"_id": budget.name, **account})
        except DuplicateKeyError:
            return False
        return True
