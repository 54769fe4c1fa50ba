"""The suite of cases on SQLite."""

from contextlib import asynccontextmanager

import pytest
from contracts.cases import *  # noqa: F403

from core.stores.sqlite.cases import SqliteCases
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.turns.archive import SqliteArchive


@pytest.fixture
def open_stores(tmp_path):
    @asynccontextmanager
    async def opened():
        async with SqliteFile.open(tmp_path / "cases.sqlite3") as file:
            yield SqliteCases(file), SqliteArchive(file)

    return opened
