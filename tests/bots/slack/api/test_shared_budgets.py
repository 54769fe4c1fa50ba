"""Slack counts the calls of a workspace and of a channel, whichever process makes them."""

import asyncio
import random
from itertools import cycle

import pytest
from fakes.leaping_loop import leap

from bots.bootstrap.processes.members import Members
from bots.slack.api.rate_limits import Budgets
from core.errors import RateLimitedError, StoreAwayError
from core.messaging.delivery.shared_calls import SharedCalls
from core.stores.call_counts import counted, told
from devtools.slack.api.limits import Limits

SEARCH = "conversations.replies"


class Store:
    """The account of the calls, by the loop's clock."""

    def __init__(self, *, is_away=False, takes_s=0.002):
        self.is_away = is_away
        self.takes_s = takes_s
        self.calls = {}

    async def count_call(self, budget, *, uncounted_s=()):
        await asyncio.sleep(self.takes_s)
        if self.is_away:
            raise StoreAwayError("away")
        now_ms = round(asyncio.get_running_loop().time() * 1000)
        made = self.calls.get(budget.name, [])
        calls, granted = counted(made, now_ms, budget, uncounted_s=uncounted_s)
        self.calls[budget.name] = calls
        return told(calls, now_ms, granted=granted)


def budgets_of(processes, store):
    return [
        Budgets(calls=SharedCalls(store, processes=lambda: processes)) for _ in range(processes)
    ]


async def called_at(pacers, calls, *, takes_s=0.0):
    """When each of so many calls was granted, by the pacers of processes in turn."""
    loop, times = asyncio.get_running_loop(), []

    async def call(pacer):
        async with pacer.slot():
            times.append(loop.time())
            await asyncio.sleep(takes_s)

    await asyncio.gather(*(call(pacer) for pacer, _ in zip(cycle(pacers), range(calls))))
    return sorted(times)


def most_within(times, seconds):
    return max(sum(start <= time < start + seconds for time in times) for start in times)


@pytest.mark.parametrize("is_away", [False, True], ids=["store", "store away"])
@pytest.mark.parametrize("processes", [1, 3, 10])
@pytest.mark.parametrize(
    ("budget", "seconds", "most"),
    [
        (lambda budgets: budgets.edits("T1"), 60.0, 50),
        (lambda budgets: budgets.deletes("T1"), 60.0, 50),
        (lambda budgets: budgets.messages("T1"), 60.0, 300),
    ],
    ids=["edits", "deletes", "new messages"],
)
def test_processes_together_stay_within_what_slack_grants_a_workspace(
    processes, budget, seconds, most, is_away
):
    pacers = [budget(one) for one in budgets_of(processes, Store(is_away=is_away))]
    times = leap(called_at(pacers, most * 6 // 5, takes_s=0.3))
    assert most_within(times, seconds) <= most
    assert times[-1] < 3 * seconds, "what is granted is used"


@pytest.mark.parametrize("is_away", [False, True], ids=["store", "store away"])
@pytest.mark.parametrize("processes", [1, 3, 10])
def test_a_search_that_slack_would_refuse_is_not_made_and_says_when_it_may_be(processes, is_away):
    """Nobody waits in a queue: who knows some messages of an answer goes on with them."""

    async def searched_at():
        loop, times, waits_s = asyncio.get_running_loop(), [], []

        async def search(budgets):
            while True:
                try:
                    async with budgets.searches("T1", SEARCH).call():
                        times.append(loop.time())
                        return
                except RateLimitedError as error:
                    waits_s.append(error.retry_after_s)
                    await asyncio.sleep(error.retry_after_s)

        of_each = budgets_of(processes, Store(is_away=is_away))
        await asyncio.gather(*(search(one) for one, _ in zip(cycle(of_each), range(100))))
        assert all(0 < wait_s <= 60.0 for wait_s in waits_s)
        return sorted(times)

    times = leap(searched_at())
    assert most_within(times, 60.0) <= 50
    assert times[-1] < 3 * 60.0, "what is granted is used"


async def test_a_search_that_slack_refuses_keeps_the_next_ones_back():
    searches = Budgets().searches("T1", SEARCH)
    with pytest.raises(RateLimitedError):
        async with searches.call():
            raise RateLimitedError("Slack limits the calls", retry_after_s=7.0)
    with pytest.raises(RateLimitedError) as refused:
        async with searches.call():
            pass
    assert 6.0 < refused.value.retry_after_s <= 7.0


@pytest.mark.parametrize("is_away", [False, True], ids=["store", "store away"])
@pytest.mark.parametrize("processes", [1, 3, 10])
def test_processes_together_write_once_a_second_in_a_channel(processes, is_away):
    store = Store(is_away=is_away)
    pacers = [one.posts("C1") for one in budgets_of(processes, store)]
    times = leap(called_at(pacers, 120))
    assert most_within(times, 60.0) <= 60 + max(processes, 3)
    assert times[-1] < 140, "what is granted is used"


@pytest.mark.parametrize(("budget", "calls"), [("posts", 9), ("edits", 80)])
def test_one_busy_process_of_three_has_what_it_would_have_alone(budget, calls):
    async def times_of(processes):
        busy = budgets_of(processes, Store())[0]
        return await called_at([getattr(busy, budget)("C1")], calls)

    assert leap(times_of(3)) == pytest.approx(leap(times_of(1)), abs=1.0)


async def posted(processes, posts):
    """How long each of so many messages of a minute took, and how many of them Slack refused.

    They come to channels and to processes by chance.
    """
    dice, loop = random.Random(7), asyncio.get_running_loop()  # noqa: S311 - no secret
    of_each, slack = budgets_of(processes, Store()), Limits(now=loop.time)
    waits_s, refused = [], []

    async def post(at, budgets, channel):
        await asyncio.sleep(at)
        async with budgets.posts(channel).slot(), budgets.messages("T1").slot():
            await asyncio.sleep(dice.uniform(0.05, 0.3))
            if slack.refused_s("T1", "chat.postMessage", channel):
                refused.append(channel)
        waits_s.append(loop.time() - at)

    places = [(dice.choice(of_each), f"C{dice.randrange(24)}") for _ in range(posts)]
    await asyncio.gather(*(post(n * 60.0 / posts, *place) for n, place in enumerate(places)))
    return sorted(waits_s), len(refused)


@pytest.mark.parametrize("posts", [60, 240])
def test_three_or_ten_processes_write_as_soon_as_one(posts):
    """Nobody waits for a share: by a third each, the slowest of twenty took two seconds."""
    one, _ = leap(posted(1, posts))
    for processes in (3, 10):
        waits_s, refused = leap(posted(processes, posts))
        assert waits_s[posts * 95 // 100] <= one[posts * 95 // 100] + 0.1
        assert refused == 0


def test_what_grows_in_one_process_delays_no_ending_in_another():
    """Interim edits go by a third of what is left; endings may use all of it."""

    async def waited_s():
        loop = asyncio.get_running_loop()
        busy, other, _ = (budgets.edits("T1") for budgets in budgets_of(3, Store()))
        edits, waits = [], []

        async def grow():
            with busy.lane() as lane:
                while True:
                    busy.update(lane, hidden=100, ends=False)
                    async with busy.turn(lane):
                        edits.append(loop.time())

        async def end():
            asked_at = loop.time()
            async with other.slot():
                waits.append(loop.time() - asked_at)

        growing = [asyncio.create_task(grow()) for _ in range(6)]
        await asyncio.sleep(40.0)
        await asyncio.gather(*(end() for _ in range(8)))
        for task in growing:
            task.cancel()
        await asyncio.gather(*growing, return_exceptions=True)
        return len(edits), max(waits)

    edits, longest_s = leap(waited_s())
    assert edits >= 10
    assert longest_s < 0.1


def test_what_was_called_while_the_store_was_away_is_counted_when_it_is_back():
    async def granted():
        store = Store(is_away=True)
        one, two, _ = (budgets.edits("T1") for budgets in budgets_of(3, store))
        await called_at([one], 16)
        store.is_away = False
        await asyncio.sleep(10.0)
        await called_at([one], 1)
        return await called_at([two], 40)

    times = leap(granted())
    assert sum(time < 59.0 for time in times) == 50 - 17


def test_a_store_that_does_not_answer_delays_nothing_for_long():
    async def written_at():
        pacer = budgets_of(3, Store(takes_s=300.0))[0].edits("T1")
        return await called_at([pacer], 10)

    assert leap(written_at())[-1] <= 1.1


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
    window = Budgets(calls=SharedCalls(processes=lambda: members.count)).edits("T1").window
    now = asyncio.get_running_loop().time()
    assert window.free(now) == 50
    await members.look()
    cluster.there = False
    await members.look()
    assert window.free(now) == 50 // 3
