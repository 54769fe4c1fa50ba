"""The right to write what is shown of a question, also while no store confirms it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from fakes.leaping_loop import leap

from core.errors import LeaseLostError, StoreAwayError
from core.messaging.inbox.lease import Lease
from core.messaging.inbox.store_watch import StoreWatch
from core.types import Claim, Question, SessionId

CLAIM = Claim(Question(id="1", session=SessionId("s"), text="배송비는?", asker="U1"), fence=1)


class Inbox:
    """A store that is away for some seconds, and may have given the question to somebody else."""

    def __init__(self, *, away: tuple[float, float], lost: bool = False) -> None:
        self.away, self.lost, self.noted = away, lost, []

    async def _answer(self) -> None:
        now = asyncio.get_running_loop().time()
        if self.away[0] <= now < self.away[1]:
            raise StoreAwayError("the store is away")
        if self.lost and now >= self.away[1]:
            raise LeaseLostError("somebody else has it")

    async def renew(self, claim: Claim, *, lease_s: float) -> None:
        await self._answer()

    async def note_reply(self, claim: Claim, reply: str) -> None:
        await self._answer()
        self.noted.append(reply)


def kept(inbox: Inbox) -> Lease:
    """A lease of eight seconds."""
    watch = StoreWatch(lease_s=8.0)
    return Lease(inbox, CLAIM, lease_s=8.0, late=lambda: None, watch=watch)


async def written(inbox: Inbox, *, until_s: float) -> list[float]:
    """When writes were let through that are tried ten times a second."""
    lease, times = kept(inbox), []
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(lease.keep())
        while loop.time() < until_s:
            await lease.note_reply("m1")
            times.append(loop.time())
            await asyncio.sleep(0.1)
        keeping.cancel()
    return times


def test_a_short_outage_holds_nothing_back():
    times = leap(written(Inbox(away=(1.0, 4.0)), until_s=20.0))
    assert max(after - before for before, after in pairwise(times)) < 0.2


@pytest.mark.parametrize("away_s", [30.0, 300.0])
def test_in_a_long_outage_nothing_is_written_once_somebody_else_could_have_the_question(away_s):
    """And it goes on when the store is back and says that it is ours still."""
    times = leap(written(Inbox(away=(1.0, 1.0 + away_s)), until_s=away_s + 10.0))
    silent = [time for time in times if 8.0 <= time < 1.0 + away_s]
    assert silent == []
    assert [time for time in times if time >= 1.0 + away_s]


def test_what_was_lost_meanwhile_is_not_written():
    inbox = Inbox(away=(1.0, 30.0), lost=True)
    with pytest.raises(ExceptionGroup) as caught:
        leap(written(inbox, until_s=60.0))
    assert caught.group_contains(LeaseLostError)


def test_a_message_that_could_not_be_noted_is_noted_when_the_store_is_back():
    inbox = Inbox(away=(0.0, 5.0))

    async def story() -> None:
        lease = kept(inbox)
        await lease.note_reply("m1")
        keeping = asyncio.create_task(lease.keep())
        await asyncio.sleep(10.0)
        keeping.cancel()

    leap(story())
    assert inbox.noted == ["m1"]


def test_renewals_that_come_too_late_are_told():
    """The store takes a third of the lease for each: there is too much at work."""

    class Slow(Inbox):
        async def renew(self, claim: Claim, *, lease_s: float) -> None:
            await asyncio.sleep(lease_s / 3)

    async def told(inbox: Inbox) -> int:
        times: list[float] = []
        loop = asyncio.get_running_loop()
        watch = StoreWatch(lease_s=9.0)
        lease = Lease(
            inbox, CLAIM, lease_s=9.0, late=lambda: times.append(loop.time()), watch=watch
        )
        keeping = asyncio.create_task(lease.keep())
        await asyncio.sleep(30.0)
        keeping.cancel()
        return len(times)

    never = (0.0, 0.0)
    assert leap(told(Slow(away=never))) >= 4
    assert leap(told(Inbox(away=never))) == 0
