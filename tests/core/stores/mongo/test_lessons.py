"""Lessons in MongoDB: the contract, on the real driver over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from contracts.lessons import *  # noqa: F403 - the suite
from contracts.lessons import OpenLessons

from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.lessons import MongoLessons
from core.stores.mongo.turns.archive import MongoArchive


@pytest.fixture
def open_lessons(uri: str) -> OpenLessons:
    @asynccontextmanager
    async def opened() -> AsyncIterator[SimpleNamespace]:
        async with MongoDatabase.open(uri) as database:
            yield SimpleNamespace(lessons=MongoLessons(database), archive=MongoArchive(database))

    return opened
