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
