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
