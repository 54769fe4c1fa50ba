"""The worker of the inbox: order, leases, what breaks off, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from contracts.inbox import Clock, asked, state_of

from core.errors import FaqbotError, StorageError, StoreAwayError
from core.messaging.inbox.worker import InboxWorker, NoteReply
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.database import SqliteFile
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.types import Claim, InboxState


class Script:
    """A handler that notes what it is asked and does what a test told it."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[Claim] = asyncio.Queue()
        self.ended: asyncio.Queue[str] = asyncio.Queue()
        self.tidied: asyncio.Queue[Claim] = asyncio.Queue()
        self.given_up: list[str] = []
        self.may_end: dict[str, asyncio.Event] = {}
        self.raising: dict[str, Exception] = {}

    def hold(self, name: str) -> asyncio.Event:
        """Let the answer to a question wait."""
        return self.may_end.setdefault(name, asyncio.Event())

    async def answer(self, claim: Claim, note_reply: NoteReply) -> InboxState:
        name = claim.question.id
        await note_reply(f"message of {name}")
        self.begun.put_nowait(claim)
        try:
            if name in self.may_end:
                await self.may_end[name].wait()
            if name in self.raising:
                raise self.raising[name]
        finally:
            self.ended.put_nowait(name)
        return InboxState.DECLINED

    async def tidy(self, claim: Claim, note_reply: NoteReply) -> None:
        self.tidied.put_nowait(claim)

    async def give_up(self, claim: Claim) -> None:
        self.given_up.append(claim.question.id)
        if claim.question.id in self.raising:
            raise self.raising[claim.question.id]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def inbox(tmp_path: Path, clock: Clock) -> AsyncIterator[SqliteInbox]:
    async with SqliteFile.open(tmp_path / "inbox.sqlite3") as file:
        yield SqliteInbox(file, InboxLimits(per_session=9, total=99), clock=clock)


@asynccontextmanager
async def working(
    inbox: SqliteInbox, script: Script, **options: object
) -> AsyncIterator[InboxWorker]:
    worker = InboxWorker(inbox, script, **{"poll_s": 0.01, **options})
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(30):
            yield worker
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask the store again until it says so; the test's own time limit ends it."""
    while not await condition():  # noqa: ASYNC110 - a store has no event to wait for
        await asyncio.sleep(0.005)


async def settle(inbox: SqliteInbox, name: str, state: InboxState) -> None:
    async def reached() -> bool:
        return await state_of(inbox, name) is state

    await until(reached)


async def test_after_a_restart_a_worker_goes_on_with_its_own_questions_at_once(
    tmp_path, script, clock
):
    """No lease has to lapse before: the clock stands still."""
    async with SqliteFile.open(tmp_path / "inbox.sqlite3") as file:
        limits = InboxLimits(per_session=9, total=99)
        inbox = SqliteInbox(file, limits, holder="a", clock=clock)
        await inbox.receive(asked("1"))
        await inbox.claim(lease_s=30.0)
        async with working(SqliteInbox(file, limits, holder="a", clock=clock), script):
            async with asyncio.timeout(30):
                assert (await script.begun.get()).question.id == "1"


async def test_sessions_run_beside_each_other_and_in_order(inbox, script):
    """The second question of a session begins when the first has ended."""
    for name, session in [("a1", "a"), ("a2", "a"), ("b1", "b")]:
        script.hold(name)
        await inbox.receive(asked(name, session))
    async with working(inbox, script, poll_s=60):
        assert [(await script.begun.get()).question.id for _ in range(2)] == ["a1", "b1"]
        script.hold("b1").set()
        await settle(inbox, "b1", InboxState.DECLINED)
        assert script.begun.empty()
        script.hold("a1").set()
        assert (await script.begun.get()).question.id == "a2"


async def test_no_more_sessions_at_once_than_allowed(inbox, script):
    for name in "abc":
        script.hold(name)
        await inbox.receive(asked(name, name))
    async with working(inbox, script, sessions_at_once=2, poll_s=60):
        assert [(await script.begun.get()).question.id for _ in range(2)] == ["a", "b"]
        assert await state_of(inbox, "c") is InboxState.RECEIVED
        script.hold("a").set()
        assert (await script.begun.get()).question.id == "c"


async def test_a_platform_that_is_slow_does_not_keep_another_waiting(inbox, script):
    script.hold("1")
    for name, session in [("1", "slow:1"), ("2", "slow:2"), ("3", "fast:1")]:
        await inbox.receive(asked(name, session))
    async with working(inbox, script, sessions_at_once=1, prefixes=("slow:", "fast:")):
        await settle(inbox, "3", InboxState.DECLINED)
        assert await state_of(inbox, "2") is InboxState.RECEIVED


async def test_a_process_whose_leases_are_nearly_lost_takes_nothing_more(inbox, script):
    """It would lose them, and begin the same answers again; once they have ended it goes on."""
    script.hold("1")

    class Slow(SqliteInbox):
        async def renew(self, claim: Claim, *, lease_s: float) -> None:
            await asyncio.sleep(lease_s / 2)
            await super().renew(claim, lease_s=lease_s)

    slow = Slow(inbox._file, InboxLimits(per_session=9, total=99))
    await slow.receive(asked("1", "a"))
    async with working(slow, script, lease_s=1.0) as worker:
        await script.begun.get()
        await until(lambda: asyncio.sleep(0, worker._rests_until > 0))
        await slow.receive(asked("2", "b"))
        worker.wake()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await script.begun.get()
        script.hold("1").set()
        assert (await script.begun.get()).question.id == "2"


async def test_waking_finds_a_question_at_once(inbox, script):
    async with working(inbox, script, poll_s=60) as worker:
        await inbox.receive(asked("1"))
        worker.wake()
        await settle(inbox, "1", InboxState.DECLINED)


async def test_a_lapsed_question_comes_with_its_message(inbox, script, clock):
    await inbox.receive(asked("1"))
    await inbox.note_reply(await inbox.claim(lease_s=30), "message of the dead")
    clock.advance(31)
    async with working(inbox, script):
        claim = await script.begun.get()
        assert (claim.fence, claim.reply) == (2, "message of the dead")
        await settle(inbox, "1", InboxState.DECLINED)


async def test_what_was_left_behind_waits_for_no_place(inbox, script, clock):
    """This process has all its conversations at work; a new question waits until one ends."""
    await inbox.receive(asked("left", "a"))
    await inbox.claim(lease_s=1.0)
    script.hold("long")
    await inbox.receive(asked("long", "b"))
    async with working(inbox, script, sessions_at_once=1):
        assert (await script.begun.get()).question.id == "long"
        await inbox.receive(asked("new", "c"))
        clock.advance(2.0)
        await settle(inbox, "left", InboxState.DECLINED)
        assert await state_of(inbox, "new") is InboxState.RECEIVED
        script.hold("long").set()
        await settle(inbox, "new", InboxState.DECLINED)


async def test_what_several_processes_left_behind_waits_for_no_place(inbox, script, clock):
    """One dies after the other, and what the first one left is at work still."""
    left = [f"left {number}" for number in range(4)]
    for number, name in enumerate(left):
        script.hold(name)
        await inbox.receive(asked(name, session=name))
        await inbox.claim(lease_s=0.1 + 0.2 * number)
    async with working(inbox, script, sessions_at_once=1):
        for name in left:
            clock.advance(0.2)
            assert (await script.begun.get()).question.id == name


async def test_the_lease_is_kept_while_the_answer_takes_long(inbox, script, clock):
    """Another worker that looks later than the first lease finds nothing lapsed."""
    script.hold("1")
    await inbox.receive(asked("1"))
    # The worker itself must not sweep between the clock's leap and the next beat.
    async with working(inbox, script, lease_s=1.5, poll_s=60):
        await script.begun.get()
        for _ in range(3):
            clock.advance(1.0)
            lease_end = clock()

            async def renewed(lease_end=lease_end) -> bool:
                held = "SELECT lease_until_ms FROM inbox"
                rows = await inbox._file.read(lambda db: db.execute(held).fetchall())
                return rows[0][0] > lease_end.timestamp() * 1000

            await until(renewed)
            assert await inbox.sweep() == 0


async def test_a_withdrawn_question_stops_being_answered(inbox, script):
    script.hold("1")
    await inbox.receive(asked("1"))
    async with working(inbox, script, lease_s=0.3):
        await script.begun.get()
        await inbox.withdraw("1")
        assert await script.ended.get() == "1"
        assert await state_of(inbox, "1") is InboxState.WITHDRAWN


async def test_a_dropped_question_stops_at_once(inbox, script):
    """Withdrawn in this process: its place is free, and the store's answer is not waited for."""
    script.hold("1")
    await inbox.receive(asked("1"))
    await inbox.receive(asked("2"))
    async with working(inbox, script, sessions_at_once=1, lease_s=60, poll_s=60) as worker:
        await script.begun.get()
        await inbox.withdraw("1")
        await worker.drop("1")
        assert await script.ended.get() == "1"
        assert (await script.begun.get()).question.id == "2"
        await settle(inbox, "2", InboxState.DECLINED)
        assert await state_of(inbox, "1") is InboxState.WITHDRAWN


async def test_an_edited_question_is_dropped_and_begun_anew(inbox, script):
    """In the message of the old text, and as a first attempt."""
    script.hold("1")
    await inbox.receive(asked("1"))
    async with working(inbox, script, lease_s=60, poll_s=60) as worker:
        await script.begun.get()
        await inbox.reopen(asked("1", text="반품?"))
        await worker.drop("1")
        script.hold("1").set()
        again = await script.begun.get()
        assert (again.question.text, again.reply, again.attempt) == ("반품?", "message of 1", 1)
        await settle(inbox, "1", InboxState.DECLINED)


async def test_a_drop_that_comes_too_late_loses_no_question(inbox, script):
    """It hits the new claim: this one is given back, and taken up again."""
    script.hold("1")
    await inbox.receive(asked("1"))
    async with working(inbox, script, lease_s=60) as worker:
        await script.begun.get()
        await worker.drop("1")
        assert await script.ended.get() == "1"
        script.hold("1").set()
        assert (await script.begun.get()).fence == 2
        await settle(inbox, "1", InboxState.DECLINED)


async def test_dropping_what_is_not_in_work_does_nothing(inbox, script):
    script.hold("1")
    await inbox.receive(asked("1"))
    async with working(inbox, script) as worker:
        await script.begun.get()
        await worker.drop("2")
        script.hold("1").set()
        await settle(inbox, "1", InboxState.DECLINED)
        await worker.drop("1")


async def test_edits_do_not_use_up_the_attempts(inbox, script):
    await inbox.receive(asked("1"))
    async with working(inbox, script, attempts=1) as worker:
        for number in range(3):
            await script.begun.get()
            await settle(inbox, "1", InboxState.DECLINED)
            await inbox.reopen(asked("1", text=f"반품 {number}?"))
            worker.wake()
        await script.begun.get()
    assert script.given_up == []


async def test_a_worker_takes_only_its_own_sessions(inbox, script):
    """Another process, on another platform, answers the rest."""
    await inbox.receive(asked("1", "slack:T1:a"))
    await inbox.receive(asked("2", "discord:G1:a"))
    async with working(inbox, script, prefixes=("discord:",)):
        await settle(inbox, "2", InboxState.DECLINED)
        assert await state_of(inbox, "1") is InboxState.RECEIVED
    async with working(inbox, script, prefixes=("web:", "slack:T1:")):
        await settle(inbox, "1", InboxState.DECLINED)


async def test_leaving_gives_unfinished_questions_back(inbox, script):
    """The next process need not wait for the lease, and has the message."""
    script.hold("1")
    await inbox.receive(asked("1"))
    async with working(inbox, script):
        await script.begun.get()
    assert await inbox.sweep() == 1
    claim = await inbox.claim(lease_s=30)
    assert (claim.fence, claim.attempt, claim.reply) == (2, 1, "message of 1")


@pytest.mark.parametrize("error", [RuntimeError("a bug"), FaqbotError("no power")])
async def test_what_breaks_off_is_tried_again_and_given_up(inbox, script, clock, error, caplog):
    """As often as allowed; the person is told once, and other questions go on."""
    script.raising["1"] = error
    await inbox.receive(asked("1"))
    await inbox.receive(asked("2", "other"))
    async with working(inbox, script, attempts=3):
        await settle(inbox, "2", InboxState.DECLINED)
        for _ in range(3):
            while (await script.begun.get()).question.id != "1":
                pass
            while await script.ended.get() != "1":
                pass
            clock.advance(31)
        await until(lambda: _is(script.given_up, ["1"]))
        clock.advance(31)
        await settle(inbox, "1", InboxState.FAILED)
    assert script.given_up == ["1"]
    assert str(error) in caplog.text


async def _is(found: list[str], wanted: list[str]) -> bool:
    return found == wanted


async def test_a_store_that_loses_a_cancellation_keeps_no_worker_from_leaving(
    inbox, script, monkeypatch
):
    """As `asyncio.wait_for` of Python 3.11 does, under the driver of MongoDB."""
    asked_for, lost = asyncio.Event(), []

    async def losing(**_: object) -> Claim | None:
        asked_for.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if lost:
                raise
            lost.append("a cancellation")

    monkeypatch.setattr(inbox, "claim", losing)
    async with working(inbox, script):
        await asked_for.wait()
    assert lost == ["a cancellation"]


async def test_a_handler_that_loses_a_cancellation_is_stopped_all_the_same(
    inbox, script, monkeypatch
):
    lost = []

    async def losing(claim: Claim, _: NoteReply) -> InboxState:
        script.begun.put_nowait(claim)
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if lost:
                    raise
                lost.append("a cancellation")

    monkeypatch.setattr(script, "answer", losing)
    monkeypatch.setattr("core.messaging.inbox.worker._CANCEL_AGAIN_S", 0.01)
    await inbox.receive(asked("1"))
    async with working(inbox, script, lease_s=60, poll_s=60) as worker:
        await script.begun.get()
        await inbox.withdraw("1")
        await worker.drop("1")
        while worker._at_work:  # noqa: ASYNC110 - what ends is inside
            await asyncio.sleep(0.005)
    assert lost == ["a cancellation"]


@pytest.mark.parametrize("slow", [False, True], ids=["it refuses", "it does not answer"])
async def test_a_store_that_is_back_first_hears_of_the_leases_that_are_kept(
    inbox, script, clock, monkeypatch, slow
):
    """Then what a dead process has left is taken up, long before another lease would lapse."""
    claim, away, times = inbox.claim, [StoreAwayError("away")] * 3, []
    gone = asyncio.Event()

    async def failing(**options: object) -> Claim | None:
        gone.set()
        if slow and away:
            await asyncio.sleep(1.1)
        elif away:
            raise away.pop()
        away.clear()
        times.append(asyncio.get_running_loop().time())
        return await claim(**options)

    async def sweep_of_then() -> int:
        await asyncio.sleep(1.1)
        return 0

    sweep = inbox.sweep
    monkeypatch.setattr(inbox, "claim", failing)
    monkeypatch.setattr(inbox, "sweep", lambda: sweep_of_then() if slow and away else sweep())
    await inbox.receive(asked("1"))
    assert await claim(lease_s=1.0)
    async with working(inbox, script, lease_s=2.0):
        await gone.wait()
        clock.advance(1.5)
        await script.begun.get()
    assert 0.9 < asyncio.get_running_loop().time() - times[0] < 1.9


async def test_a_store_that_is_away_is_said_and_waited_for(inbox, script, monkeypatch, caplog):
    """The loop goes on, and the question is answered once the store is back."""
    claim, failures = inbox.claim, iter([StorageError("the disk is full")] * 3)

    async def failing(**options: object) -> Claim | None:
        for error in failures:
            raise error
        return await claim(**options)

    monkeypatch.setattr(inbox, "claim", failing)
    await inbox.receive(asked("1"))
    async with working(inbox, script):
        await settle(inbox, "1", InboxState.DECLINED)
    assert caplog.text.count("the disk is full") == 3
