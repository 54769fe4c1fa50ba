"""What every store behind the `Inbox` port must do.

A store's test file imports everything from here and defines the fixture `open_inbox`: a function
that opens the same store at each call, empty at first, with that clock, 3 questions a session and
6 in all; `holder` and `per_platform` are passed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import LeaseLostError, StorageError
from core.ports import Inbox
from core.types import Claim, InboxState, Mention, Question, Receipt, Received, SessionId

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


OpenInbox = Callable[..., AbstractAsyncContextManager[Inbox]]


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


async def claimed(inbox: Inbox, *prefixes: str) -> str | None:
    """The id of the question that is claimed next."""
    found = await inbox.claim(lease_s=LEASE_S, prefixes=prefixes or ("",))
    return found and found.question.id


async def state_of(inbox: Inbox, question_id: str) -> InboxState | None:
    """The state alone; None if the question is unknown."""
    found = await inbox.find(question_id)
    return found and found.state


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
    assert await state_of(inbox, "1") is None
    assert await inbox.receive(asked("1")) is Receipt.STORED
    assert await state_of(inbox, "1") is InboxState.RECEIVED
    taken = await claim(inbox)
    assert taken == Claim(asked("1"), fence=1, reply=None)
    assert await state_of(inbox, "1") is InboxState.ANSWERING
    await inbox.settle(taken, InboxState.ANSWERED)
    assert await state_of(inbox, "1") is InboxState.ANSWERED
    assert await claim(inbox) is None


async def test_the_questions_of_a_session_come_in_the_order_in_which_they_were_asked(inbox):
    """A platform may deliver the older of two questions again, behind the newer one."""
    first = asked("1")
    await inbox.receive(first)
    taken = await claim(inbox)
    for name, minutes in [("3", 3), ("2", 2)]:
        later = first.asked_at + timedelta(minutes=minutes)
        await inbox.receive(asked(name, asked_at=later))
    order = []
    while taken:
        order.append(taken.question.id)
        await inbox.settle(taken, InboxState.ANSWERED)
        taken = await claim(inbox)
    assert order == ["1", "2", "3"]


@pytest.mark.parametrize("state", FINAL)
async def test_every_end_is_final(inbox, state):
    """A settled question is not claimed, settled or received again."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    await inbox.settle(taken, state)
    await refused(inbox, taken)
    assert await inbox.receive(asked("1")) is Receipt.KNOWN
    assert await claim(inbox) is None
    assert await state_of(inbox, "1") is state


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


async def test_what_was_asked_at_one_time_comes_in_the_order_of_arrival(inbox, clock):
    """A clock that goes back does not change it."""
    for number in range(3):
        await inbox.receive(asked(str(number)))
        clock.advance(-60)
    for number in range(3):
        taken = await claim(inbox)
        assert taken.question.id == str(number)
        await inbox.settle(taken, InboxState.ANSWERED)


async def test_sessions_come_in_the_order_of_arrival(inbox, clock):
    """Nobody waits longer because others ask in a conversation that is older."""
    for number in range(3):
        asked_at = clock() - timedelta(hours=number)
        await inbox.receive(asked(str(number), f"s{number}", asked_at=asked_at))
        clock.advance(1)
    assert [await claimed(inbox) for _ in range(3)] == ["0", "1", "2"]


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
    assert await state_of(inbox, "1") is InboxState.RECEIVED
    await refused(inbox, dead)
    heir = await claim(inbox)
    assert heir == Claim(asked("1"), fence=2, reply="message 77", attempt=2)
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


async def test_what_is_given_back_was_not_tried(inbox):
    """A rollout may hand a question on from process to process; it is not given up for that."""
    await inbox.receive(asked("1"))
    for _ in range(6):
        taken = await claim(inbox)
        assert taken.attempt == 1
        await inbox.release(taken)
        assert await inbox.sweep() == 1
    assert (await claim(inbox)).fence == 7


async def test_a_late_worker_that_nobody_replaced_may_still_finish(inbox, clock):
    """Its fence is still the latest."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    clock.advance(10 * LEASE_S)
    await inbox.settle(taken, InboxState.ANSWERED)
    assert await inbox.sweep() == 0


async def test_a_process_that_restarts_takes_its_own_claims_back_at_once(open_inbox, clock):
    async with open_inbox(clock, holder="a") as before, open_inbox(clock, holder="b") as other:
        await before.receive(asked("1"))
        await before.receive(asked("2", session="t"))
        mine = await claim(before)
        assert await claimed(other) == "2"
        assert await other.sweep() == 0
        async with open_inbox(clock, holder="a") as after:
            assert await after.take_back() == 1
            assert await claimed(after) == mine.question.id
            assert await claim(after) is None
        await refused(before, mine)
        assert await state_of(other, "2") is InboxState.ANSWERING


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
    assert await state_of(inbox, "1") is InboxState.WITHDRAWN
    assert await claimed(inbox) == "2"
    assert await inbox.withdraw("unknown") is False


async def test_a_question_that_was_withdrawn_before_it_came_is_not_asked(inbox, clock):
    """A platform may tell of a deletion first, and of both again; for a day it is remembered."""
    assert await inbox.withdraw("1") is False
    assert await inbox.withdraw("1") is False
    later = clock() + timedelta(hours=1)
    assert await inbox.receive(asked("1")) is Receipt.KNOWN
    assert await inbox.receive(asked("1", edited_at=later)) is Receipt.KNOWN
    assert await inbox.receive(asked("2")) is Receipt.STORED
    assert await claimed(inbox) == "2"
    assert await state_of(inbox, "1") is None
    clock.advance(86_401)
    await inbox.withdraw("3")
    assert await inbox.receive(asked("1")) is Receipt.STORED


async def test_an_edit_after_the_one_that_took_a_question_back_asks_again(inbox, clock):
    """By the platform's clock; the texts from before are not asked, whenever they come."""
    taken_back = clock()
    await inbox.withdraw("1", edited_at=taken_back)
    await inbox.withdraw("1", edited_at=taken_back - timedelta(seconds=5))
    for seconds in (None, -9, -1):
        edited_at = None if seconds is None else taken_back + timedelta(seconds=seconds)
        assert await inbox.receive(asked("1", edited_at=edited_at)) is Receipt.KNOWN
    later = taken_back + timedelta(seconds=1)
    assert await inbox.receive(asked("1", edited_at=later)) is Receipt.STORED


async def test_a_question_is_stored_and_withdrawn_at_the_same_moment(open_inbox, clock):
    """Whichever is first, by two processes: nothing is left to answer."""
    async with open_inbox(clock) as one, open_inbox(clock) as other:
        for number in range(20):
            name = str(number)
            await asyncio.gather(one.receive(asked(name, name)), other.withdraw(name))
        assert await claim(one) is None


@pytest.mark.parametrize("state", [state for state in FINAL if state is not InboxState.WITHDRAWN])
async def test_a_question_is_withdrawn_after_its_answer(inbox, state):
    """An edit that comes late does not bring it back."""
    await inbox.receive(asked("1"))
    await inbox.settle(await claim(inbox), state)
    assert await inbox.withdraw("1") is True
    assert await inbox.withdraw("1") is False
    assert await inbox.reopen(asked("1", text="반품?")) is False
    assert await state_of(inbox, "1") is InboxState.WITHDRAWN


async def test_a_full_session_is_said_so(inbox):
    """What is open counts, waiting or being answered; a redelivery is still known."""
    for number in range(PER_SESSION):
        assert await inbox.receive(asked(str(number))) is Receipt.STORED
    taken = await claim(inbox)
    assert await inbox.receive(asked("9")) is Receipt.FULL
    assert await state_of(inbox, "9") is None
    assert await inbox.receive(asked("0")) is Receipt.KNOWN
    assert await inbox.receive(asked("8", "other")) is Receipt.STORED
    assert await inbox.receive(asked("7"), is_notice=True) is Receipt.STORED
    assert await inbox.withdraw("7") is True
    await inbox.settle(taken, InboxState.FAILED)
    assert await inbox.receive(asked("9")) is Receipt.STORED


async def test_a_full_inbox_is_said_so(inbox):
    for number in range(TOTAL):
        assert await inbox.receive(asked(str(number), f"s{number}")) is Receipt.STORED
    assert await inbox.receive(asked("9", "s9")) is Receipt.FULL
    assert await inbox.withdraw("3") is True
    assert await inbox.receive(asked("9", "s9")) is Receipt.STORED


async def test_a_platform_fills_its_own_share_alone(open_inbox, clock):
    """Whatever strangers do on one, people on the others are heard."""
    async with open_inbox(clock, per_platform=2) as inbox:
        for number in range(2):
            assert await inbox.receive(asked(f"w{number}", f"web:a:{number}")) is Receipt.STORED
        assert await inbox.receive(asked("w2", "web:b:2")) is Receipt.FULL
        # The names of these begin like the one that is full.
        for place in ("slack:T1:C1", "webhook:a:1", "we:a:1"):
            assert await inbox.receive(asked(place, place)) is Receipt.STORED
        await inbox.settle(await claim(inbox), InboxState.ANSWERED)
        assert await inbox.receive(asked("w2", "web:b:2")) is Receipt.STORED


@pytest.mark.parametrize("shown", [False, True])
async def test_what_was_taken_back_keeps_neither_text_nor_asker(inbox, shown):
    await inbox.receive(asked("1", text="제 계좌는 비밀", asker="U7"))
    if shown:
        taken = await claim(inbox)
        await inbox.note_reply(taken, "message 5")
    await inbox.withdraw("1")
    found = await inbox.find("1")
    assert (found.question.text, found.question.asker) == ("", "")
    if shown:  # what is left to be done is done without them
        await inbox.release(taken)
        assert (await claim(inbox)).reply == "message 5"


async def test_everything_outlives_the_handle(open_inbox, clock):
    async with open_inbox(clock) as inbox:
        await inbox.receive(asked("1"))
        await inbox.receive(asked("2", "other", reply_to=None, asker=""))
        await inbox.note_reply(await claim(inbox), "message 77")
    clock.advance(LEASE_S)
    async with open_inbox(clock) as inbox:
        assert await inbox.sweep() == 1
        assert (await claim(inbox)).reply == "message 77"
        assert (await claim(inbox)).question == asked("2", "other", reply_to=None, asker="")


@pytest.mark.parametrize("text", ["앞\0뒤", "앞\ud83d"])
async def test_text_that_no_store_keeps_is_refused(inbox, text):
    refusals = [
        inbox.receive(asked(text)),
        inbox.receive(asked("1", text=text)),
        inbox.find(text),
        inbox.claim(lease_s=LEASE_S, prefixes=("web:", text)),
        inbox.last_seen(f"{text}:"),
        inbox.reopen(asked("1", text=text)),
        inbox.withdraw(text),
        inbox.stop(text),
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


async def test_a_question_is_found_with_its_state_and_its_reply(inbox):
    question = asked("1", reply_to=None)
    await inbox.receive(question)
    assert await inbox.find("1") == Received(question, InboxState.RECEIVED, None)
    taken = await claim(inbox)
    await inbox.note_reply(taken, "message 77")
    assert await inbox.find("1") == Received(question, InboxState.ANSWERING, "message 77")
    await inbox.settle(taken, InboxState.ANSWERED)
    assert await inbox.find("1") == Received(question, InboxState.ANSWERED, "message 77")


async def test_only_sessions_with_the_prefixes_are_claimed(inbox, clock):
    """Prefixes are compared as they are; what nobody here can answer waits, and is swept."""
    for name, session in [("1", "slack:T1:a"), ("2", "slack:T10:a"), ("3", "SLACK:T1:a")]:
        await inbox.receive(asked(name, session))
    await inbox.receive(asked("4", "discord:%_*:a"))
    assert await inbox.claim(lease_s=LEASE_S, prefixes=()) is None
    assert await claimed(inbox, "web:", "lack:", "s%", "slack?T1") is None
    assert await claimed(inbox, "slack:T1:") == "1"
    assert await claimed(inbox, "slack:T1:") is None
    assert await claimed(inbox, "discord:%_*:", "slack:") == "2"
    assert await claimed(inbox, "web:", "discord:%_*:") == "4"
    clock.advance(LEASE_S)
    assert await inbox.sweep() == 3
    assert [await claimed(inbox) for _ in range(5)] == ["1", "2", "3", "4", None]


async def test_a_prefix_may_be_a_whole_session_in_any_script(inbox):
    await inbox.receive(asked("1", "web:한글\U0001f44d:1"))
    assert await claimed(inbox, "web:한글\U0001f44d:11") is None
    assert await claimed(inbox, "web:한글\U0001f44d:1") == "1"


@pytest.mark.parametrize("state", [s for s in FINAL if s is not InboxState.WITHDRAWN])
async def test_an_edited_question_is_answered_anew(inbox, state):
    """After every end but a withdrawal; in the same message, and as if never tried."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    await inbox.note_reply(taken, "message 77")
    await inbox.settle(taken, state)
    edited = asked("1", text="반품 배송비는?")
    assert await inbox.reopen(edited) is True
    assert await inbox.find("1") == Received(edited, InboxState.RECEIVED, "message 77")
    await refused(inbox, taken)
    again = await claim(inbox)
    assert again == Claim(edited, fence=3, reply="message 77", attempt=1)
    await inbox.settle(again, InboxState.ANSWERED)
    assert await claim(inbox) is None


async def test_a_question_that_waits_takes_its_new_text(inbox):
    await inbox.receive(asked("1"))
    assert await inbox.reopen(asked("1", text="반품 배송비는?"))
    assert (await claim(inbox)).question == asked("1", text="반품 배송비는?")


async def test_an_edit_takes_the_question_from_who_answers_it(inbox, clock):
    """Also with the lease lapsed, and with the new text already in work."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    assert await inbox.reopen(asked("1", text="반품 배송비는?"))
    await refused(inbox, taken)
    clock.advance(LEASE_S)
    assert await inbox.sweep() == 0
    again = await claim(inbox)
    await refused(inbox, taken)
    clock.advance(LEASE_S)
    assert await inbox.sweep() == 1
    heir = await claim(inbox)
    assert (again.attempt, heir.attempt) == (1, 2)
    await inbox.settle(heir, InboxState.ANSWERED)


async def test_an_edit_changes_the_text_alone(inbox):
    await inbox.receive(asked("1"))
    other = asked("1", "other", text="반품?", asker="U2", reply_to=None)
    assert await inbox.reopen(other)
    assert (await claim(inbox)).question == asked("1", text="반품?")


async def test_an_edit_that_changes_nothing_is_none(inbox):
    """The redelivery of an edit, whatever became of the question since; an unknown question."""
    assert await inbox.reopen(asked("1")) is False
    assert await inbox.find("1") is None
    await inbox.receive(asked("1"))
    assert await inbox.reopen(asked("1")) is False
    taken = await claim(inbox)
    assert await inbox.reopen(asked("1")) is False
    await inbox.settle(taken, InboxState.ANSWERED)
    assert await inbox.reopen(asked("1")) is False
    assert await state_of(inbox, "1") is InboxState.ANSWERED


@pytest.mark.parametrize("begun", [False, True])
async def test_a_withdrawn_question_stays_withdrawn(inbox, begun):
    await inbox.receive(asked("1"))
    if begun:
        await claim(inbox)
    await inbox.withdraw("1")
    assert await inbox.reopen(asked("1", text="반품 배송비는?")) is False
    blank = asked("1", text="", asker="")
    assert await inbox.find("1") == Received(blank, InboxState.WITHDRAWN)


async def test_one_edit_of_twenty_at_once_counts(open_inbox, clock):
    async with open_inbox(clock) as one, open_inbox(clock) as other:
        await one.receive(asked("1"))
        edits = [(one, other)[n % 2].reopen(asked("1", text="반품?")) for n in range(20)]
        assert sorted(await asyncio.gather(*edits)) == [False] * 19 + [True]


async def test_an_edit_is_taken_where_the_inbox_is_full(inbox):
    """It counts against the limits as any open question does."""
    await inbox.receive(asked("0"))
    await inbox.settle(await claim(inbox), InboxState.ANSWERED)
    for number in range(1, PER_SESSION + 1):
        await inbox.receive(asked(str(number)))
    assert await inbox.receive(asked("9")) is Receipt.FULL
    assert await inbox.reopen(asked("0", text="반품?")) is True
    for number in range(2):
        await inbox.withdraw(str(number + 1))
    assert await inbox.receive(asked("9")) is Receipt.STORED


async def test_an_edited_question_waits_for_the_one_in_work_and_comes_next(inbox):
    """It has its old place, and its session still has one question in work."""
    for number in range(3):
        await inbox.receive(asked(str(number)))
    await inbox.settle(await claim(inbox), InboxState.ANSWERED)
    taken = await claim(inbox)
    assert await inbox.reopen(asked("0", text="반품?"))
    assert await claim(inbox) is None
    await inbox.settle(taken, InboxState.ANSWERED)
    again = await claim(inbox)
    assert again.question.id == "0"
    assert await claim(inbox) is None
    await inbox.settle(again, InboxState.ANSWERED)
    assert await claimed(inbox) == "2"


async def test_an_edit_over_sixteen_megabytes_is_refused(inbox):
    await inbox.receive(asked("1"))
    with pytest.raises(StorageError, match="exceed 16 MB"):
        await inbox.reopen(asked("1", text="가" * 5_400_000))
    assert (await inbox.find("1")).question == asked("1")


async def test_a_session_is_open_until_its_last_question_has_ended(inbox):
    await inbox.receive(asked("1", "a"))
    await inbox.receive(asked("2", "a"))
    await inbox.receive(asked("3", "b"))
    claim = await inbox.claim(lease_s=30)
    assert await inbox.is_open(SessionId("a"))
    await inbox.settle(claim, InboxState.ANSWERED)
    assert await inbox.is_open(SessionId("a"))
    await inbox.withdraw("2")
    assert not await inbox.is_open(SessionId("a"))
    assert await inbox.is_open(SessionId("b"))
    assert not await inbox.is_open(SessionId("c"))


async def test_when_a_workspace_was_last_heard_of(inbox):
    """By arrival and not by clock, whatever became of the question; not of what was turned away."""
    hours = [datetime(2026, 7, 31, hour, tzinfo=UTC) for hour in range(6)]
    for name, session, hour in [
        ("1", "slack:T1:C1:1.5", 3),
        ("2", "slack:T1:C2:1.6", 2),
        ("3", "discord:G1:C1:7", 4),
        ("4", "slack:T10:C1:1.5", 1),
        ("5", "web", 5),
    ]:
        await inbox.receive(asked(name, session, asked_at=hours[hour]))
    await inbox.receive(asked("1", "slack:T1:C1:1.5", asked_at=hours[5]))
    await inbox.withdraw("2")
    assert await inbox.last_seen("slack:T1:") == hours[2]
    assert await inbox.last_seen("slack:") == hours[1]
    assert await inbox.last_seen("discord:G1:") == hours[4]
    assert await inbox.last_seen("web:") is None
    assert await inbox.last_seen("slack:T2:") is None
    for number in range(TOTAL):
        await inbox.receive(asked(f"x{number}", f"web:a:{number}", asked_at=hours[0]))
    assert await inbox.receive(asked("9", "discord:G1:1", asked_at=hours[5])) is Receipt.FULL
    assert await inbox.last_seen("discord:") == hours[4]


async def test_workspaces_are_heard_of_twenty_at_once(open_inbox, clock):
    async with open_inbox(clock) as one, open_inbox(clock) as other:
        questions = [asked(str(n), f"slack:T1:{n}") for n in range(TOTAL)]
        await asyncio.gather(*((one, other)[n % 2].receive(q) for n, q in enumerate(questions)))
        assert await other.last_seen("slack:") == questions[0].asked_at


@pytest.mark.parametrize("prefix", ["", "slack", "slack:T1", "slack:T1:C1:", "slack:T1:C1:1.5"])
async def test_only_platforms_and_workspaces_are_heard_of(inbox, prefix):
    with pytest.raises(ValueError, match="neither `platform:` nor `platform:workspace:`"):
        await inbox.last_seen(prefix)


TAKEN_AWAY = ["withdrawn", "stopped", "edited"]


async def take_away(inbox: Inbox, how: str) -> None:
    """Question `1` from whoever has it."""
    if how == "edited":
        assert await inbox.reopen(asked("1", text="반품?"))
    else:
        assert await (inbox.withdraw("1") if how == "withdrawn" else inbox.stop("1"))


@pytest.mark.parametrize("how", TAKEN_AWAY)
async def test_nobody_gets_a_question_before_who_has_lost_it_lets_go(inbox, clock, how):
    """Or their lease lapses: they may have a call on its way."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    await inbox.note_reply(taken, "message 77")
    await take_away(inbox, how)
    await refused(inbox, taken)
    clock.advance(LEASE_S - 1)
    assert await claim(inbox) is None
    await inbox.release(taken)
    again = await claim(inbox)
    assert (again.fence, again.attempt, again.reply) == (3, 1, "message 77")
    assert again.state == (InboxState.ANSWERING if how == "edited" else InboxState(how))
    await inbox.release(taken)
    clock.advance(1)
    assert await claim(inbox) is None, "the first has nothing to let go of by now"
    await inbox.settle(again, InboxState.ANSWERED if how == "edited" else again.state)
    clock.advance(2 * LEASE_S)
    assert await claim(inbox) is None


@pytest.mark.parametrize("how", TAKEN_AWAY)
async def test_who_has_lost_a_question_and_died_is_not_waited_for_longer_than_its_lease(
    inbox, clock, how
):
    await inbox.receive(asked("1"))
    await claim(inbox)
    await take_away(inbox, how)
    clock.advance(LEASE_S - 0.001)
    assert await claim(inbox) is None
    clock.advance(0.001)
    assert (await claim(inbox)).question.id == "1"


@pytest.mark.parametrize("state", [s for s in FINAL if s is not InboxState.WITHDRAWN])
async def test_an_answer_is_taken_away_as_often_as_it_takes(inbox, clock, state):
    """Whatever became of the question; by one at a time, and before others' questions."""
    await inbox.receive(asked("1"))
    await inbox.settle(await claim(inbox), state)
    await inbox.receive(asked("2", "other"))
    await inbox.withdraw("1")
    first = await claim(inbox)
    assert (first.question.id, first.state, first.attempt) == ("1", InboxState.WITHDRAWN, 1)
    assert (await claim(inbox)).question.id == "2"
    clock.advance(LEASE_S)
    second = await claim(inbox)
    assert (second.question.id, second.attempt) == ("1", 2)
    await refused(inbox, first)
    await inbox.settle(second, InboxState.WITHDRAWN)
    assert await state_of(inbox, "1") is InboxState.WITHDRAWN


@pytest.mark.parametrize("how", ["withdrawn", "stopped"])
async def test_of_what_nobody_has_ever_claimed_nothing_has_to_go(inbox, how):
    await inbox.receive(asked("1"))
    await take_away(inbox, how)
    assert await claim(inbox) is None
    assert await state_of(inbox, "1") is InboxState(how)


async def test_what_is_to_go_is_that_of_ones_own_platforms(inbox):
    await inbox.receive(asked("1", "slack:T1:a"))
    await inbox.settle(await claim(inbox), InboxState.ANSWERED)
    await inbox.withdraw("1")
    assert await claimed(inbox, "discord:") is None
    assert await claimed(inbox, "discord:", "slack:T1:") == "1"


@pytest.mark.parametrize("state", [*FINAL, None])
async def test_only_open_questions_are_stopped(inbox, state):
    if state:
        await inbox.receive(asked("1"))
        await inbox.settle(await claim(inbox), state)
    assert await inbox.stop("1") is False
    assert await claim(inbox) is None
    assert await state_of(inbox, "1") is state


async def test_a_stopped_question_is_out_of_the_way_and_asked_again_by_an_edit(inbox):
    for number in range(2):
        await inbox.receive(asked(str(number)))
    assert await inbox.stop("0") is True
    assert await inbox.stop("0") is False
    taken = await claim(inbox)
    assert taken.question.id == "1"
    assert await inbox.reopen(asked("0", text="반품?"))
    await inbox.settle(taken, InboxState.ANSWERED)
    assert (await claim(inbox)).question.text == "반품?"


async def test_who_stops_its_own_question_ends_it_itself(inbox, clock):
    """It goes on in its message; should it die, whoever is next says that it was stopped."""
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    assert await inbox.stop("1", by=taken) is True
    assert await state_of(inbox, "1") is InboxState.STOPPED
    assert not await inbox.is_open(SessionId("s"))
    await inbox.note_reply(taken, "message 77")
    await inbox.renew(taken, lease_s=LEASE_S)
    assert await inbox.stop("1", by=taken) is False
    assert await claim(inbox) is None
    clock.advance(LEASE_S)
    assert await inbox.sweep() == 0
    heir = await claim(inbox)
    assert (heir.state, heir.reply, heir.attempt) == (InboxState.STOPPED, "message 77", 1)
    await refused(inbox, taken)
    await inbox.settle(heir, InboxState.STOPPED)


@pytest.mark.parametrize("how", TAKEN_AWAY)
async def test_who_has_lost_a_question_cannot_stop_it_as_its_own(inbox, how):
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    await take_away(inbox, how)
    assert await inbox.stop("1", by=taken) is False
    assert await inbox.stop("1") is (how == "edited")


async def test_what_is_given_back_is_swept(inbox):
    await inbox.receive(asked("1"))
    taken = await claim(inbox)
    await inbox.release(taken)
    await refused(inbox, taken)
    assert await inbox.sweep() == 1
    assert (await claim(inbox)).fence == 2


async def test_open_questions_are_listed_of_a_session_of_a_person_or_all(inbox):
    """In the order of their arrival; what has ended is none of them."""
    for name, session, asker in (("1", "a", "mina"), ("2", "b", "jun"), ("3", "a", "jun")):
        await inbox.receive(Question(name, SessionId(session), "질문", asker))
    claim = await inbox.claim(lease_s=60)
    listed = await inbox.waiting(9)
    assert [(one.question.id, one.state) for one in listed] == [
        ("1", InboxState.ANSWERING),
        ("2", InboxState.RECEIVED),
        ("3", InboxState.RECEIVED),
    ]
    assert [one.question.id for one in await inbox.waiting(9, session=SessionId("a"))] == ["1", "3"]
    assert [one.question.id for one in await inbox.waiting(9, asker="jun")] == ["2", "3"]
    assert [one.question.id for one in await inbox.waiting(1)] == ["1"]
    assert [await inbox.count_open(limit) for limit in (9, 2, 0)] == [3, 2, 0]
    await inbox.settle(claim, InboxState.ANSWERED)
    assert [one.question.id for one in await inbox.waiting(9, session=SessionId("a"))] == ["3"]
    assert await inbox.count_open(9) == 2


async def test_an_older_edit_that_comes_late_does_not_win(inbox):
    """By the platform's clock, whichever process hears of it."""
    await inbox.receive(asked("1"))
    at = [datetime(2026, 7, 31, 12, minute, tzinfo=UTC) for minute in range(3)]
    assert await inbox.reopen(asked("1", text="둘째", edited_at=at[1]))
    assert not await inbox.reopen(asked("1", text="첫째", edited_at=at[0]))
    assert (await inbox.find("1")).question.text == "둘째"
    assert (await inbox.find("1")).question.edited_at == at[1]
    assert await inbox.reopen(asked("1", text="셋째", edited_at=at[2]))


async def test_a_question_that_an_edit_made_is_not_changed_by_an_older_edit(inbox):
    at = [datetime(2026, 7, 31, 12, minute, tzinfo=UTC) for minute in range(2)]
    await inbox.receive(asked("1", text="둘째", edited_at=at[1]))
    assert not await inbox.reopen(asked("1", text="첫째", edited_at=at[0]))
    assert (await inbox.find("1")).question.text == "둘째"


async def test_whom_a_question_mentions_is_kept_and_an_edit_names_others(
    inbox,
):
    minsu, jiyeong = Mention("U2", "민수", "@민수"), Mention("U3", "김 지영", "@김 지영")
    await inbox.receive(asked("1", mentions=(minsu, jiyeong)))
    assert (await inbox.find("1")).question.mentions == (minsu, jiyeong)
    assert await inbox.reopen(asked("1", text="둘째", mentions=(jiyeong,)))
    assert (await claim(inbox)).question.mentions == (jiyeong,)
    await inbox.withdraw("1")
    assert (await inbox.find("1")).question.mentions == ()


async def test_a_persons_questions_are_counted_whoever_took_them_in(inbox):
    moment = datetime(2026, 7, 31, 12, 0, tzinfo=UTC)
    for number, seconds in enumerate((0, 30, 90)):
        earlier = moment - timedelta(seconds=seconds)
        await inbox.receive(asked(str(number), f"s{number}", asked_at=earlier))
    await inbox.receive(asked("9", "s9", asker="U2", asked_at=moment))
    assert await inbox.asked_since("U1", moment - timedelta(seconds=60), 9) == 2
    assert await inbox.asked_since("U1", moment - timedelta(seconds=600), 2) == 2
    assert await inbox.asked_since("U3", moment, 9) == 0
