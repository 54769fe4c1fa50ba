"""Reports in Sqlite: the contract."""

from __future__ import annotations

from contextlib import asynccontextmanager
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from contracts.reports import *  # noqa: F403 - the suite

from core.stores.sqlite.archive import SqliteArchive
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.history import SqliteHistory
from core.stores.sqlite.reports import SqliteReports


@pytest.fixture
def open_stores(tmp_path):
    """The stores of one file."""

    @asynccontextmanager
    async def opened():
        async with SqliteFile.open(tmp_path / "h.sqlite3", zone=ZoneInfo("Asia/Seoul")) as file:
            yield SimpleNamespace(
                history=SqliteHistory(file),
                archive=SqliteArchive(file),
                reports=SqliteReports(file),
            )

    return opened
