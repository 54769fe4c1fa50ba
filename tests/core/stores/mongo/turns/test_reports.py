"""Reports in Mongo: the contract."""

from __future__ import annotations

from contextlib import asynccontextmanager
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from contracts.reports import *  # noqa: F403 - the suite

from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.turns.archive import MongoArchive
from core.stores.mongo.turns.history import MongoHistory
from core.stores.mongo.turns.reports import MongoReports


@pytest.fixture
def open_stores(uri):
    """The stores of one database."""

    @asynccontextmanager
    async def opened():
        async with MongoDatabase.open(uri, zone=ZoneInfo("Asia/Seoul")) as database:
            yield SimpleNamespace(
                history=MongoHistory(database),
                archive=MongoArchive(database),
                reports=MongoReports(database),
            )

    return opened
