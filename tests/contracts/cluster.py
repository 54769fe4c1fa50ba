"""What every store behind the `Cluster` port must do.

A store's test file imports everything from here and defines the fixture `open_cluster`: a function
that opens the same store at each call, empty at first, with that clock.
"""

from __future__ import annotations

import asyncio

import pytest
from contracts.inbox import Clock


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
