"""The spool of acts while its own disk is full."""

import asyncio

from contracts.inbox import asked

from core.errors import StoreAwayError
from core.messaging.inbox.offline import Offline
from core.stores.sqlite.spool import Act, SqliteSpool


async def test_a_full_disk_ends_nothing_and_what_was_kept_is_done_and_forgotten_later(
    tmp_path, monkeypatch
):
    """It may be done twice, which every act of people allows."""
    monkeypatch.setattr("core.messaging.inbox.offline._PAUSE_S", 0.0)
    remove, full, done, forgotten = (
        SqliteSpool.remove,
        [StoreAwayError("full")],
        [],
        asyncio.Event(),
    )

    async def removed(spool, spooled):
        if full:
            raise full.pop()
        await remove(spool, spooled)
        forgotten.set()

    async def do(spooled):
        done.append(spooled.question.id)
        return True

    monkeypatch.setattr(SqliteSpool, "remove", removed)
    async with SqliteSpool.open(tmp_path / "spool.sqlite3", most=9) as spool:
        offline = Offline(spool)
        await offline.keep(Act.ASK, asked("1"))
        draining = asyncio.create_task(offline.drain(do))
        async with asyncio.timeout(60):
            await forgotten.wait()
        assert await spool.count() == 0
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
    assert done == ["1", "1"]
