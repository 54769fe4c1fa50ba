"""The suite of memories on SQLite."""

from contextlib import asynccontextmanager

import pytest
from contracts.memories import *  # noqa: F403

from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.memories import SqliteMemories
from core.stores.sqlite.turns.archive import SqliteArchive


@pytest.fixture
def open_stores(tmp_path):
    @asynccontextmanager
    async def opened():
        async with SqliteFile.open(tmp_path / "history.sqlite3") as file:
            yield SqliteMemories(file), SqliteArchive(file)

    return opened
