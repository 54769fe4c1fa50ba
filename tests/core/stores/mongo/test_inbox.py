"""The inbox and the archive in MongoDB: the contracts, on the real driver over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from contracts.archive import *  # noqa: F403  the suites: their tests are collected here
from contracts.archive import OpenStores
from contracts.inbox import *  # noqa: F403
from contracts.inbox import PER_SESSION, TOTAL, Clock, OpenInbox
from fakes.mongo_fixtures import server, uri  # noqa: F401  pytest finds them here

from core.backends.mongo_archive import MongoArchive
from core.backends.mongo_database import MongoDatabase
from core.backends.mongo_history import MongoHistory
from core.backends.mongo_inbox import MongoInbox


@pytest.fixture
def open_inbox(uri: str) -> OpenInbox:  # noqa: F811
    @asynccontextmanager
    async def opened(clock: Clock) -> AsyncIterator[MongoInbox]:
        async with MongoDatabase.open(uri) as database:
            yield MongoInbox(database, per_session=PER_SESSION, total=TOTAL, clock=clock)

    return opened


@pytest.fixture
def open_stores(uri: str) -> OpenStores:  # noqa: F811
    @asynccontextmanager
    async def opened() -> AsyncIterator[SimpleNamespace]:
        async with MongoDatabase.open(uri) as database:
            yield SimpleNamespace(
                history=MongoHistory(database),
                archive=MongoArchive(database),
                inbox=MongoInbox(database, per_session=PER_SESSION, total=TOTAL),
            )

    return opened
