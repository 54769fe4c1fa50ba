"""The suite of leases on SQLite."""

from contextlib import asynccontextmanager

import pytest
from contracts.cluster import *  # noqa: F403

from core.stores.sqlite.cluster import SqliteCluster
from core.stores.sqlite.database import SqliteFile


@pytest.fixture
def open_cluster(tmp_path):
    @asynccontextmanager
    async def opened(clock):
        async with SqliteFile.open(tmp_path / "cluster.sqlite3") as file:
            yield SqliteCluster(file, clock=clock)

    return opened


async def test_budgets_in_which_no_call_counts_any_more_are_not_kept(cluster, clock):
    await granted(cluster, EDITS, 1)  # noqa: F405
    clock.advance(61)
    await cluster.held()
    names = "SELECT name FROM call_counts"
    assert await cluster._file.read(lambda db: db.execute(names).fetchall()) == []
