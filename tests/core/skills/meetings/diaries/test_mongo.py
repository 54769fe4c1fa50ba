"""The suite of diaries on MongoDB, and what a process leaves that dies while it books."""

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from contracts.diary import *  # noqa: F403 - the suite of diaries
from contracts.diary import meeting

from core.skills.meetings.diaries.mongo import MongoDiary
from core.stores.mongo.database import MongoDatabase
from core.stores.times import utc_now


@pytest.fixture
def open_diaries(uri):
    @asynccontextmanager
    async def opened(number):
        async with AsyncExitStack() as stack:
            bases = [MongoDatabase.open(uri) for _ in range(number)]
            yield [MongoDiary(await stack.enter_async_context(base)) for base in bases]

    return opened


async def test_a_time_that_a_dead_process_noted_is_free_again_after_a_while(uri):
    async with MongoDatabase.open(uri) as database:
        await MongoDiary(database).book(meeting("q1"))
        await database.diary_meetings.delete_one({"_id": "q1"})  # it died before it wrote this
        assert await MongoDiary(database).book(meeting("q2", by="U2")) is None
        later = MongoDiary(database, clock=lambda: utc_now() + timedelta(minutes=6))
        assert await later.book(meeting("q2", by="U2"))
