"""The history in MongoDB: the contract of every store, on the real driver over a real socket."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from contracts.history import *  # noqa: F403 - the suite
from contracts.history import OpenHistory
from fakes.mongo_fixtures import NOT_RUN, REAL

from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.turns.history import MongoHistory


@pytest.fixture
def open_history(uri: str) -> OpenHistory:
    @asynccontextmanager
    async def opened() -> AsyncIterator[MongoHistory]:
        async with MongoDatabase.open(uri) as database:
            yield MongoHistory(database)

    return opened


def test_the_suites_run_on_a_real_server_too():
    """They do where MONGO_TEST_URL names one; elsewhere the summary says that they did not."""
    if REAL not in os.environ:
        pytest.skip(NOT_RUN)
