"""The `Cluster` port on SQLite: processes that share the file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from core.stores.call_counts import counted, ends_ms, told
from core.stores.sqlite.database import SqliteFile, to_ms
from core.stores.times import utc_now
from core.types import CallBudget, CountedCalls

_TAKE: Final = """
    INSERT INTO leases (name, holder, until_ms) VALUES (:name, :holder, :until_ms)
    ON CONFLICT (name) DO UPDATE SET holder = :holder, until_ms = :until_ms
    WHERE holder = :holder OR until_ms <= :now_ms
"""
_HOLDER: Final = "SELECT holder FROM leases WHERE name = ?"
_LET_GO: Final = "DELETE FROM leases WHERE name = ? AND holder = ?"
_HELD: Final = "SELECT name, holder FROM leases WHERE until_ms > ? ORDER BY name"
_TIDY: Final = (
    "DELETE FROM leases WHERE until_ms <= ?",
    "DELETE FROM call_counts WHERE until_ms <= ?",
)
_CALLS: Final = "SELECT calls_ms FROM call_counts WHERE name = ?"
_COUNT: Final = "INSERT OR REPLACE INTO call_counts (name, calls_ms, until_ms) VALUES (?, ?, ?)"


class SqliteCluster:
    """Leases by name in the table `leases`, and budgets in `call_counts`."""

    def __init__(self, file: SqliteFile, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._file = file
        self._clock = clock

    async def hold(self, name: str, holder: str, *, lease_s: float) -> str:
        """Take or keep a lease unless another holder has it; return whose it is."""
        now_ms = to_ms(self._clock())
        values: dict[str, str | int] = {
            "name": name,
            "holder": holder,
            "now_ms": now_ms,
            "until_ms": now_ms + int(lease_s * 1000),
        }

        def hold(db: sqlite3.Connection) -> str:
            db.execute(_TAKE, values)
            return str(db.execute(_HOLDER, (name,)).fetchone()["holder"])

        return await self._file.write(hold)

    async def let_go(self, name: str, holder: str) -> None:
        """Give a lease up, if it is this holder's."""
        await self._file.write(lambda db: db.execute(_LET_GO, (name, holder)))

    async def held(self) -> dict[str, str]:
        """Return the holders of the leases that have not lapsed, by the name of the lease."""
        now_ms = to_ms(self._clock())

        def held(db: sqlite3.Connection) -> dict[str, str]:
            for lapsed in _TIDY:
                db.execute(lapsed, (now_ms,))
            return {row["name"]: row["holder"] for row in db.execute(_HELD, (now_ms,))}

        return await self._file.write(held)

    async def count_call(
        self, budget: CallBudget, *, uncounted_s: Sequence[float] = ()
    ) -> CountedCalls:
        """Count one more call of a budget, if all processes together may make one."""
        now_ms = to_ms(self._clock())

        def look(db: sqlite3.Connection) -> tuple[list[int], bool]:
            row = db.execute(_CALLS, (budget.name,)).fetchone()
            made = json.loads(row["calls_ms"]) if row else []
            return counted(made, now_ms, budget, uncounted_s=uncounted_s)

        def count(db: sqlite3.Connection) -> tuple[list[int], bool]:
            calls, granted = look(db)
            db.execute(_COUNT, (budget.name, json.dumps(calls), ends_ms(calls, budget)))
            return calls, granted

        # Who has to wait looks again and again, and a reader locks nobody out.
        calls, granted = await self._file.read(look)
        if granted or uncounted_s:
            calls, granted = await self._file.write(count)
        return told(calls, now_ms, granted=granted)
