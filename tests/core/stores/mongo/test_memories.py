"""The suite of memories on MongoDB."""

from contextlib import asynccontextmanager

import pytest
from contracts.memories import *  # noqa: F403

from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.memories import MongoMemories
from core.stores.mongo.turns.archive import MongoArchive


@pytest.fixture
def open_stores(uri):
    @asynccontextmanager
    async def opened():
        async with MongoDatabase.open(uri) as database:
            yield MongoMemories(database), MongoArchive(database)

    return opened
