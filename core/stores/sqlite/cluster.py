"""The `Cluster` port on SQLite: processes that share the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Final

from core.stores.sqlite.database import SqliteFile, to_ms
from core.stores.times import utc_now

_TAKE: Final = """
    INSERT INTO leases (name, holder, until_ms) VALUES (:name, :holder, :until_ms)
    ON CONFLICT (name) DO UPDATE SET holder = :holder, until_ms = :until_ms
    WHERE holder = :holder OR until_ms <= :now_ms
"""
_HOLDER: Final = "SELECT holder FROM leases WHERE name = ?"
_LET_GO: Final = "DELETE FROM leases WHERE name = ? AND holder = ?"
_HELD: Final = "SELECT name, holder FROM leases WHERE until_ms > ? ORDER BY name"
_TIDY: Final = "DELETE FROM leases WHERE until_ms <= ?"


class SqliteCluster:
    """Leases by name in the table `leases`."""

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
            db.execute(_TIDY, (now_ms,))
            return {row["name"]: row["holder"] for row in db.execute(_HELD, (now_ms,))}

        return await self._file.write(held)
