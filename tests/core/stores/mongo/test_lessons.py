"""Lessons in MongoDB: the contract, on the real driver over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from contracts.lessons import *  # noqa: F403  the suite: its tests are collected here
from contracts.lessons import OpenLessons
from fakes.mongo_fixtures import server, uri  # noqa: F401  pytest finds them here

from core.backends.mongo_archive import MongoArchive
from core.backends.mongo_database import MongoDatabase
from core.backends.mongo_lessons import MongoLessons


@pytest.fixture
def open_lessons(uri: str) -> OpenLessons:  # noqa: F811
    @asynccontextmanager
    async def opened() -> AsyncIterator[SimpleNamespace]:
        async with MongoDatabase.open(uri) as database:
            yield SimpleNamespace(lessons=MongoLessons(database), archive=MongoArchive(database))

    return opened
