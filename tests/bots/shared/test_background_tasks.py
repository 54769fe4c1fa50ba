"""Work that events begin: nothing of it outlives the client, however late the event comes."""

import asyncio

from bots.shared.background_tasks import BackgroundTasks


async def test_what_an_event_begins_after_the_end_does_not_run():
    tasks, done = BackgroundTasks(), []

    async def work(name):
        done.append(name)

    tasks.begin(work("in time"))
    await tasks.close()
    tasks.begin(work("too late"))
    await asyncio.sleep(0)
    assert done == ["in time"]


async def test_work_that_is_cancelled_before_it_began_is_closed():
    """Python would warn of it else, and the suite takes a warning for an error."""
    tasks = BackgroundTasks()

    async def work():
        raise AssertionError

    before = asyncio.all_tasks()
    tasks.begin(work())
    (begun,) = asyncio.all_tasks() - before
    begun.cancel()
    await tasks.close()
    assert begun.cancelled()
