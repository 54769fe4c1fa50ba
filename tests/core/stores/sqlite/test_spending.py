"""The suite of spending on SQLite."""

from contextlib import asynccontextmanager

import pytest
from contracts.spending import *  # noqa: F403

from core.stores.sqlite.spending import SqliteSpendingStore


@pytest.fixture
def open_spending(tmp_path):
    @asynccontextmanager
    async def opened(today):
        with SqliteSpendingStore.open(tmp_path / "spent.sqlite3", today) as spending:
            yield spending

    return opened
