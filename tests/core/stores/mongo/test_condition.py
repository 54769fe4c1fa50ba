"""A call that is cancelled while it waits for a server leaves the lock to who holds it."""

import asyncio

import pytest
from pymongo.asynchronous import topology
from pymongo.lock import Condition, Lock

from core.stores.mongo.condition import mend, wait


@pytest.fixture(autouse=True)
def _mended():
    mend()


async def test_a_call_that_is_cancelled_as_its_time_is_up_gives_nobodys_lock_back():
    """It ends when it has its own lock again, and not while another call holds it."""
    condition = Condition(Lock())

    async def call():
        async with condition:
            await topology._async_cond_wait(condition, 0.01)

    waiting = asyncio.create_task(call())
    while not condition._waiters:  # noqa: ASYNC110 - the driver tells nobody
        await asyncio.sleep(0)
    async with condition:
        while not condition._lock._waiters:  # noqa: ASYNC110 - until its time is up
            await asyncio.sleep(0)
        waiting.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
        assert condition.locked()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not condition.locked()


async def test_it_tells_whether_it_was_notified():
    condition = Condition(Lock())

    async def notify():
        async with condition:
            condition.notify_all()

    async with condition:
        assert not await wait(condition, 0.01)
        notifying = asyncio.create_task(notify())
        assert await wait(condition, None)
    await notifying
