"""The suite of cases on MongoDB."""

from contextlib import asynccontextmanager

import pytest
from contracts.cases import *  # noqa: F403

from core.stores.mongo.cases import MongoCases
from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.turns.archive import MongoArchive


@pytest.fixture
def open_stores(uri):
    @asynccontextmanager
    async def opened():
        async with MongoDatabase.open(uri) as database:
            yield MongoCases(database), MongoArchive(database)

    return opened
