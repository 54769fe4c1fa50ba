"""What every store behind the `Cluster` port must do.

A store's test file imports everything from here and defines the fixture `open_cluster`: a function
that opens the same store at each call, empty at first, with that clock.
"""

from __future__ import annotations

import asyncio

import pytest
from contracts.inbox import Clock

from core.types import CallBudget


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def cluster(open_cluster, clock):
    async with open_cluster(clock) as opened:
        yield opened


async def test_one_holds_a_lease_and_the_others_hear_who(cluster):
    assert await cluster.hold("job:resync", "a", lease_s=10) == "a"
    assert await cluster.hold("job:resync", "b", lease_s=10) == "a"
    assert await cluster.hold("job:sweep", "b", lease_s=10) == "b"
    assert await cluster.held() == {"job:resync": "a", "job:sweep": "b"}


async def test_a_lease_lapses_unless_it_is_kept(cluster, clock):
    await cluster.hold("job:resync", "a", lease_s=10)
    clock.advance(9)
    assert await cluster.hold("job:resync", "a", lease_s=10) == "a"
    clock.advance(9)
    assert await cluster.hold("job:resync", "b", lease_s=10) == "a"
    clock.advance(1)
    assert await cluster.held() == {}
    assert await cluster.hold("job:resync", "b", lease_s=10) == "b"


async def test_who_lets_go_is_not_waited_for(cluster):
    await cluster.hold("job:resync", "a", lease_s=10)
    await cluster.let_go("job:resync", "b")
    assert await cluster.held() == {"job:resync": "a"}
    await cluster.let_go("job:resync", "a")
    assert await cluster.hold("job:resync", "b", lease_s=10) == "b"


async def test_one_of_twenty_at_once_gets_it(open_cluster, clock):
    async with open_cluster(clock) as one, open_cluster(clock) as other:
        tries = [(one, other)[n % 2].hold("job", str(n), lease_s=10) for n in range(20)]
        assert len(set(await asyncio.gather(*tries))) == 1


EDITS = CallBudget("edits", 3, 60.0)
POSTS = CallBudget("posts", 3, 3.0, drips=True)


async def granted(cluster, budget, calls):
    return [(await cluster.count_call(budget)).granted for _ in range(calls)]


async def test_processes_make_the_calls_of_a_budget_together(open_cluster, clock):
    async with open_cluster(clock) as one, open_cluster(clock) as other:
        assert await granted(one, EDITS, 2) == [True, True]
        assert await granted(other, EDITS, 2) == [True, False]
        assert await granted(one, CallBudget("edits of others", 1, 60.0), 1) == [True]


async def test_a_call_comes_back_when_it_has_left_the_window(cluster, clock):
    await granted(cluster, EDITS, 1)
    clock.advance(30)
    await granted(cluster, EDITS, 2)
    counted = await cluster.count_call(EDITS)
    assert not counted.granted
    assert counted.ages_s == pytest.approx([30, 0, 0], abs=1), "who waits knows for how long"
    clock.advance(31)
    assert await granted(cluster, EDITS, 2) == [True, False]


async def test_calls_of_a_burst_come_back_one_by_one(cluster, clock):
    assert await granted(cluster, POSTS, 4) == [True, True, True, False]
    for _ in range(3):
        clock.advance(1)
        await cluster.held()
        if not (first := await granted(cluster, POSTS, 2))[0]:
            clock.advance(0.5)
            first = await granted(cluster, POSTS, 2)
        assert first == [True, False]


async def test_calls_that_were_made_without_asking_count_from_their_own_time(cluster, clock):
    counted = await cluster.count_call(EDITS, uncounted_s=[70.0, 50.0, 10.0])
    assert counted.granted
    assert not (await cluster.count_call(EDITS)).granted
    clock.advance(11)
    assert await granted(cluster, EDITS, 2) == [True, False]
    assert not (await cluster.count_call(EDITS, uncounted_s=[5.0])).granted
    clock.advance(40)
    assert await granted(cluster, EDITS, 1) == [False], "the one that was told in vain counts too"


async def test_of_twenty_calls_at_once_no_more_than_the_budget_are_granted(open_cluster, clock):
    async with open_cluster(clock) as one, open_cluster(clock) as other:
        tries = [(one, other)[n % 2].count_call(EDITS) for n in range(20)]
        assert sum(counted.granted for counted in await asyncio.gather(*tries)) == 3
