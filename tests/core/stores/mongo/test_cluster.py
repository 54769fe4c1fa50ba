"""The suite of leases on MongoDB."""

from contextlib import asynccontextmanager

import pytest
from contracts.cluster import *  # noqa: F403

from core.stores.mongo.cluster import MongoCluster
from core.stores.mongo.database import MongoDatabase


@pytest.fixture
def open_cluster(uri):
    @asynccontextmanager
    async def opened(clock):
        async with MongoDatabase.open(uri) as database:
            yield MongoCluster(database, clock=clock)

    return opened


async def test_budgets_in_which_no_call_counts_any_more_are_not_kept(cluster, clock):
    await granted(cluster, EDITS, 1)  # noqa: F405
    clock.advance(61)
    await cluster.held()
    assert await cluster._db.call_counts.find_one({"_id": EDITS.name}) is None  # noqa: F405
