"""Slack counts the calls of a workspace and of a channel, whichever process makes them."""

import asyncio
from itertools import cycle

import pytest
from fakes.leaping_loop import leap

from bots.bootstrap.processes.members import Members
from bots.slack.api.rate_limits import Budgets
from core.errors import RateLimitedError, StoreAwayError


async def called_at(pacers, calls):
    """When each of so many calls was granted, by the pacers of processes in turn."""
    loop, times = asyncio.get_running_loop(), []

    async def call(pacer):
        async with pacer.slot():
            times.append(loop.time())

    await asyncio.gather(*(call(pacer) for pacer, _ in zip(cycle(pacers), range(calls))))
    return sorted(times)


def most_within(times, seconds):
    return max(sum(start <= time < start + seconds for time in times) for start in times)


@pytest.mark.parametrize("processes", [1, 3, 10])
@pytest.mark.parametrize(
    ("budget", "seconds", "most"),
    [
        (lambda budgets: budgets.edits("T1"), 60.0, 50),
        (lambda budgets: budgets.deletes("T1"), 60.0, 50),
        (lambda budgets: budgets.appends("T1"), 60.0, 100),
        (lambda budgets: budgets.messages("T1"), 60.0, 300),
    ],
    ids=["edits", "deletes", "appends", "new messages"],
)
def test_processes_together_stay_within_what_slack_grants_a_workspace(
    processes, budget, seconds, most
):
    pacers = [budget(Budgets(processes=lambda: processes)) for _ in range(processes)]
    times = leap(called_at(pacers, most * 2))
    assert most_within(times, seconds) <= most
    assert times[-1] < 3 * seconds, "what is granted is used"


@pytest.mark.parametrize("processes", [1, 3, 10])
def test_a_search_that_slack_would_refuse_is_not_made_and_says_when_it_may_be(processes):
    """Nobody waits in a queue: who knows some messages of an answer goes on with them."""

    async def searched_at():
        loop, times, waits_s = asyncio.get_running_loop(), [], []

        async def search(budgets):
            while True:
                try:
                    with budgets.searches("T1", "conversations.replies").call():
                        times.append(loop.time())
                        return
                except RateLimitedError as error:
                    waits_s.append(error.retry_after_s)
                    await asyncio.sleep(error.retry_after_s)

        of_each = [Budgets(processes=lambda: processes) for _ in range(processes)]
        await asyncio.gather(*(search(one) for one, _ in zip(cycle(of_each), range(100))))
        assert all(0 < wait_s <= 60.0 for wait_s in waits_s)
        return sorted(times)

    times = leap(searched_at())
    assert most_within(times, 60.0) <= 50
    assert times[-1] < 3 * 60.0, "what is granted is used"


async def test_a_search_that_slack_refuses_keeps_the_next_ones_back():
    searches = Budgets().searches("T1", "conversations.replies")
    with pytest.raises(RateLimitedError), searches.call():
        raise RateLimitedError("Slack limits the calls", retry_after_s=7.0)
    with pytest.raises(RateLimitedError) as refused, searches.call():
        pass
    assert 6.0 < refused.value.retry_after_s <= 7.0


@pytest.mark.parametrize("processes", [1, 3, 10])
def test_processes_together_write_once_a_second_in_a_channel(processes):
    pacers = [Budgets(processes=lambda: processes).posts("C1") for _ in range(processes)]
    times = leap(called_at(pacers, 120))
    assert most_within(times, 60.0) <= 60 + max(processes, 3)


async def test_while_the_store_is_away_a_process_keeps_its_share():
    class Away:
        def __init__(self):
            self.there = True

        async def hold(self, name, holder, *, lease_s):
            if not self.there:
                raise StoreAwayError("away")
            return holder

        async def held(self):
            return {f"process:{number}": str(number) for number in range(3)}

    cluster = Away()
    members = Members(cluster, "0")
    budgets = Budgets(processes=lambda: members.count)
    assert budgets.edits("T1").window.limit == 50
    await members.look()
    cluster.there = False
    await members.look()
    assert budgets.edits("T1").window.limit == 50 // 3
