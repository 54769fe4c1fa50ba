"""The suite of cases on MongoDB."""

from contextlib import asynccontextmanager

import pytest
from contracts.cases import *  # noqa: F403

from core.stores.mongo.archive import MongoArchive
from core.stores.mongo.cases import MongoCases
from core.stores.mongo.database import MongoDatabase


@pytest.fixture
def open_stores(uri):
    @asynccontextmanager
    async def opened():
        async with MongoDatabase.open(uri) as database:
            yield MongoCases(database), MongoArchive(database)

    return opened
