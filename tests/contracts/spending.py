"""What every store behind the `SpendingStore` port must do.

A store's test file imports everything from here and defines the fixture `open_spending`: a function
that opens the same store at each call, empty at first; it is given what says which day it is.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest

DAY = "2026-07-31"


@pytest.fixture
def day():
    return [DAY]


async def until_spent(spending, person, sums):
    """Until so much is known to be spent by all, and by a person."""
    async with asyncio.timeout(30):
        while await spending.spent(person) != sums:  # noqa: ASYNC110 - another process spends
            await asyncio.sleep(0.01)


async def test_a_day_is_kept_by_person_and_ends_at_midnight(open_spending, day):
    """Sums of today count, for all and for one; yesterday's do not; nothing is lost on closing."""
    async with open_spending(lambda: day[0]) as spending:
        spending.charge("a", 0.5)
        spending.charge("b", 0.25)
        spending.charge("", 0.125)
        assert await spending.spent("a") == (0.875, 0.5)
    async with open_spending(lambda: day[0]) as spending:
        assert await spending.spent("b") == (0.875, 0.25)
        day[0] = "2026-08-01"
        assert await spending.spent("b") == (0.0, 0.0)


async def test_processes_share_a_cap(open_spending, day):
    """What others have spent is known before the next question, whoever charges last."""
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(open_spending(lambda: day[0])) for _ in range(2)
        ]
        assert await one.spent("a") == (0.0, 0.0)
        other.charge("a", 1.0)
        await until_spent(one, "a", (1.0, 1.0))
        one.charge("a", 0.5)
        other.charge("b", 0.25)
        for spending in (one, other):
            await until_spent(spending, "a", (1.75, 1.5))


async def test_threads_charge_too_and_nothing_is_counted_twice(open_spending, day):
    def charge(spending):
        for _ in range(50):
            spending.charge("a", 0.25)

    async with open_spending(lambda: day[0]) as spending:
        threads = [threading.Thread(target=charge, args=(spending,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join)
        await until_spent(spending, "a", (50.0, 50.0))
    async with open_spending(lambda: day[0]) as spending:
        assert await spending.spent("a") == (50.0, 50.0)


async def test_a_person_is_told_of_and_forgotten_by_day_and_the_sum_of_all_stays(
    open_spending, day
):
    async with open_spending(lambda: day[0]) as spending:
        spending.charge("a", 0.5)
        spending.charge("b", 0.25)
        day[0] = "2026-08-01"
        spending.charge("a", 1.0)
    async with open_spending(lambda: day[0]) as spending:
        assert await spending.of_person("a") == {DAY: 0.5, "2026-08-01": 1.0}
        assert await spending.of_person("") == {}
        assert await spending.forget("") == 0
        assert await spending.forget("a") == 2
        assert await spending.of_person("a") == {}
        assert await spending.spent("b") == (1.0, 0.0)


async def test_what_is_older_than_is_needed_goes(open_spending, day):
    async with open_spending(lambda: day[0]) as spending:
        spending.charge("a", 0.5)
    day[0] = "2028-01-01"
    async with open_spending(lambda: day[0]) as spending:
        assert await spending.of_person("a") == {}
