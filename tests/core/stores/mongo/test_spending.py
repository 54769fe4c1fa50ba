"""The suite of spending on MongoDB, and what becomes of it while that is away."""

from contextlib import asynccontextmanager

import pytest
from contracts.spending import *  # noqa: F403
from contracts.spending import until_spent

from core.stores.mongo.database import MongoDatabase
from core.stores.mongo.spending import MongoSpendingStore


@pytest.fixture
def open_spending(uri):
    @asynccontextmanager
    async def opened(today):
        async with (
            MongoDatabase.open(uri) as database,
            MongoSpendingStore.open(database, today) as spending,
        ):
            yield spending

    return opened


async def test_what_is_spent_while_the_server_is_away_counts_and_is_written_later(server):
    uri = f"{server.uri}/faqbot?serverSelectionTimeoutMS=300&timeoutMS=500"
    async with (
        MongoDatabase.open(uri) as database,
        MongoSpendingStore.open(database) as spending,
        MongoSpendingStore.open(database) as other,
    ):
        spending.charge("a", 0.5)
        await until_spent(other, "a", (0.5, 0.5))
        await until_spent(spending, "a", (0.5, 0.5))
        with server.trouble("away"):
            spending.charge("a", 0.25)
            assert await spending.spent("a") == (0.75, 0.75)
        await until_spent(other, "a", (0.75, 0.75))
