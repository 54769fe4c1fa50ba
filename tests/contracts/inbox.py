"""What every store behind the `Inbox` port must do.

A store's test file imports everything from here and defines the fixture `open_inbox`: a function
that opens the same store at each call, empty at first, with that clock and 3 questions a session
and 6 in all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import LeaseLostError, StorageError
from core.ports import Inbox
from core.types import Claim, InboxState, Question, Receipt, SessionId

LEASE_S = 30.0
PER_SESSION, TOTAL = 3, 6
FINAL = [state for state in InboxState if state not in (InboxState.RECEIVED, InboxState.ANSWERING)]


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 31, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


OpenInbox = Callable[[Clock], AbstractAsyncContextManager[Inbox]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def inbox(open_inbox: OpenInbox, clock: Clock) -> AsyncIterator[Inbox]:
    async with open_inbox(clock) as opened:
        yield opened


def asked(question_id: str, session: str = "s", **changes: object) -> Question:
    moment = datetime(2026, 7, 31, 11, 59, 59, 123_000, tzinfo=UTC)
    fields = {"text": "배송비는?", "asker": "U1", "asked_at": moment, "reply_to": "1.5", **changes}
    return Question(id=question_id, session=SessionId(session), **fields)


async def claim(inbox: Inbox) -> Claim | None:
    return await inbox.claim(lease_s=LEASE_S)


async def claimed(inbox: Inbox) -> str | None:
    """The id of the question that is claimed next."""
    found = await claim(inbox)
    return found and found.question.id


async def refused(inbox: Inbox, late: Claim) -> None:
    """Every write of the claim is refused."""
    for write in (
        inbox.renew(late, lease_s=LEASE_S),
        inbox.note_reply(late, "late"),
        inbox.settle(late, InboxState.ANSWERED),
    ):
        with pytest.raises(LeaseLostError):
            await write


async def test_a_question_goes_from_received_to_its_end(inbox):
    assert await inbox.state("1") is None
    assert await inbox.receive(asked("1")) is Receipt.STORED
    assert await inbox.state("1") is InboxState.RECEIVED
    taken = await claim(inbox)
    assert taken == Claim(asked("1"), fence=1, reply=None)
    assert await inbox.state("1") is InboxState.ANSWERING
    await inbox.settle(taken, InboxState.ANSWERED)
    assert await inbox.state("1") is InboxState.ANSWERED
    assert await claim(inbox) is None


@pytest.mark.parametrize("state", FINAL)
async def test_every_end_is_final(inbox, state):
    """A settled question is not claimed, settled, withdrawn or received again."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    await inbox.settle(taken, state)
    await refused(inbox, taken)
    assert await inbox.withdraw("1") is False
    assert await inbox.receive(asked("1")) is Receipt.KNOWN
    assert await claim(inbox) is None
    assert await inbox.state("1") is state


@pytest.mark.parametrize("state", [InboxState.RECEIVED, InboxState.ANSWERING])
async def test_a_question_cannot_end_in_the_middle(inbox, state):
    await inbox.receive(asked("1"))
    with pytest.raises(ValueError, match="not the end"):
        await inbox.settle(await claim(inbox), state)


async def test_a_redelivery_is_known_in_every_state(inbox):
    """Whatever the second delivery says, also while the first is being answered."""
    assert await inbox.receive(asked("1")) is Receipt.STORED
    assert await inbox.receive(asked("1", text="다른 글")) is Receipt.KNOWN
    taken = await claim(inbox)
    assert taken.question.text == "배송비는?"
    assert await inbox.receive(asked("1", session="other")) is Receipt.KNOWN
    assert await claim(inbox) is None


async def test_one_delivery_of_twenty_at_once_is_stored(open_inbox, clock):
    async with open_inbox(clock) as one, open_inbox(clock) as other:
        attempts = [(one, other)[number % 2].receive(asked("1")) for number in range(20)]
        receipts = await asyncio.gather(*attempts)
    assert sorted(receipts) == [Receipt.KNOWN] * 19 + [Receipt.STORED]


async def test_a_session_is_answered_in_order_and_sessions_beside_each_other(inbox):
    for question in (asked("a1", "a"), asked("a2", "a"), asked("b1", "b"), asked("a3", "a")):
        await inbox.receive(question)
    first, second = await claim(inbox), await claim(inbox)
    assert [first.question.id, second.question.id] == ["a1", "b1"]
    assert await claim(inbox) is None
    await inbox.settle(first, InboxState.DECLINED)
    assert await claimed(inbox) == "a2"
    assert await claim(inbox) is None


async def test_the_order_is_that_of_arrival(inbox, clock):
    """Neither the platform's times nor a clock that goes back change it."""
    for number in range(3):
        await inbox.receive(asked(str(number), asked_at=clock() - timedelta(hours=number)))
        clock.advance(-60)
    for number in range(3):
        taken = await claim(inbox)
        assert taken.question.id == str(number)
        await inbox.settle(taken, InboxState.ANSWERED)


async def test_one_claim_of_twenty_at_once_gets_the_question(open_inbox, clock):
    """Also when two are waiting in its session, and through two handles."""
    async with open_inbox(clock) as one, open_inbox(clock) as other:
        await one.receive(asked("1"))
        await one.receive(asked("2"))
        claims = await asyncio.gather(*(claim((one, other)[n % 2]) for n in range(20)))
        assert [taken.question.id for taken in claims if taken] == ["1"]


async def test_claims_at_once_get_different_sessions(open_inbox, clock):
    async with open_inbox(clock) as one, open_inbox(clock) as other:
        for number in range(TOTAL):
            await one.receive(asked(str(number), f"s{number}"))
        taken: list[str] = []
        while len(taken) < TOTAL:
            found = await asyncio.gather(*(claimed((one, other)[n % 2]) for n in range(4)))
            taken += filter(None, found)
        assert sorted(taken) == [str(number) for number in range(TOTAL)]


async def test_a_lapsed_lease_is_taken_over_with_the_reply(inbox, clock):
    """The next claim finishes in the message that the dead one began; the old claim is void."""
    await inbox.receive(asked("1"))
    dead = await claim(inbox)
    await inbox.note_reply(dead, "message 77")
    clock.advance(LEASE_S - 0.001)
    assert await inbox.sweep() == 0
    clock.advance(0.001)
    assert await inbox.sweep() == 1
    assert await inbox.state("1") is InboxState.RECEIVED
    await refused(inbox, dead)
    heir = await claim(inbox)
    assert heir == Claim(asked("1"), fence=2, reply="message 77")
    await refused(inbox, dead)
    await inbox.settle(heir, InboxState.ESCALATED)


async def test_a_heartbeat_keeps_the_lease(inbox, clock):
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    for _ in range(3):
        clock.advance(LEASE_S - 1)
        await inbox.renew(taken, lease_s=LEASE_S)
        assert await inbox.sweep() == 0
    await inbox.settle(taken, InboxState.ANSWERED)


async def test_a_lease_may_be_given_back(inbox):
    """Who shuts down lets its lease end now, and the next one need not wait."""
    await inbox.receive(asked("1"))
    await inbox.renew(await claim(inbox), lease_s=0)
    assert await inbox.sweep() == 1
    assert (await claim(inbox)).fence == 2


async def test_a_late_worker_that_nobody_replaced_may_still_finish(inbox, clock):
    """Its fence is still the latest."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    clock.advance(10 * LEASE_S)
    await inbox.settle(taken, InboxState.ANSWERED)
    assert await inbox.sweep() == 0


async def test_a_lapsed_question_keeps_its_place(inbox, clock):
    await inbox.receive(asked("1"))
    await inbox.receive(asked("2"))
    await claim(inbox)
    clock.advance(LEASE_S)
    assert await inbox.sweep() == 1
    assert await claimed(inbox) == "1"
    assert await claim(inbox) is None


async def test_a_question_is_withdrawn_before_or_during_its_answer(inbox):
    """The next of the session can go on at once, and a worker's writes are refused."""
    for number in range(3):
        await inbox.receive(asked(str(number)))
    assert await inbox.withdraw("0") is True
    assert await inbox.withdraw("0") is False
    taken = await claim(inbox)
    assert taken.question.id == "1"
    assert await inbox.withdraw("1") is True
    await refused(inbox, taken)
    assert await inbox.state("1") is InboxState.WITHDRAWN
    assert await claimed(inbox) == "2"
    assert await inbox.withdraw("unknown") is False


async def test_a_full_session_is_said_so(inbox):
    """What is open counts, waiting or being answered; a redelivery is still known."""
    for number in range(PER_SESSION):
        assert await inbox.receive(asked(str(number))) is Receipt.STORED
    taken = await claim(inbox)
    assert await inbox.receive(asked("9")) is Receipt.FULL
    assert await inbox.state("9") is None
    assert await inbox.receive(asked("0")) is Receipt.KNOWN
    assert await inbox.receive(asked("8", "other")) is Receipt.STORED
    await inbox.settle(taken, InboxState.FAILED)
    assert await inbox.receive(asked("9")) is Receipt.STORED


async def test_a_full_inbox_is_said_so(inbox):
    for number in range(TOTAL):
        assert await inbox.receive(asked(str(number), f"s{number}")) is Receipt.STORED
    assert await inbox.receive(asked("9", "s9")) is Receipt.FULL
    assert await inbox.withdraw("3") is True
    assert await inbox.receive(asked("9", "s9")) is Receipt.STORED


async def test_everything_outlives_the_handle(open_inbox, clock):
    async with open_inbox(clock) as inbox:
        await inbox.receive(asked("1"))
        await inbox.receive(asked("2", "other", reply_to=None, asker=""))
        await inbox.note_reply(await claim(inbox), "message 77")
    clock.advance(LEASE_S)
    async with open_inbox(clock) as inbox:
        assert await inbox.sweep() == 1
        assert await claim(inbox) == Claim(asked("1"), fence=2, reply="message 77")
        assert (await claim(inbox)).question == asked("2", "other", reply_to=None, asker="")


@pytest.mark.parametrize("text", ["앞\0뒤", "앞\ud83d"])
async def test_text_that_no_store_keeps_is_refused(inbox, text):
    refusals = [
        inbox.receive(asked(text)),
        inbox.receive(asked("1", text=text)),
        inbox.state(text),
        inbox.withdraw(text),
    ]
    await inbox.receive(asked("2"))
    refusals.append(inbox.note_reply(await claim(inbox), text))
    for refusal in refusals:
        with pytest.raises(StorageError, match="refused"):
            await refusal


async def test_a_question_over_sixteen_megabytes_is_refused(inbox):
    assert await inbox.receive(asked("1", text="가" * 5_000_000)) is Receipt.STORED
    with pytest.raises(StorageError, match="exceed 16 MB"):
        await inbox.receive(asked("2", text="가" * 5_400_000))
