"""The history in memory: the contract of every store, but for what only a disk can do."""

from contextlib import asynccontextmanager

import pytest

pytest.register_assert_rewrite("contracts.history")  # before it is imported

from contracts.history import *  # noqa: E402, F403  the suite: its tests are collected here

from core.stores.memory import MemoryHistory  # noqa: E402


@pytest.fixture
def open_history():
    """Handles of one process share the store: it lives as long as they are asked for."""
    store = MemoryHistory()

    @asynccontextmanager
    async def opened():
        yield store

    return opened


async def test_another_store_knows_nothing(history):
    """What is thrown away is gone: two stores share no turns."""
    from contracts.history import SESSION, turn  # noqa: PLC0415 - shadowed above by the star

    await history.append(turn("1"))
    assert await MemoryHistory().recent(SESSION, 10) == []
