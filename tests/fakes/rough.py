"""A world for several processes that can be killed: a platform and a store on one leaping clock.

Everything that is random comes from one generator and everything that takes time from the loop's
clock, so that a seed tells the same story each time.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from fakes.leaping_loop import LeapingLoop

from core.errors import (
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.window import Window
from core.stores.sqlite.database import prepare
from core.types import Question, View

T = TypeVar("T")

TIMEOUT_S = 10.0
_FATES = ["there", "back", "mute"]
_BEGAN = datetime(2026, 7, 31, tzinfo=UTC)


class _Numbered(asyncio.Task):
    """A task whose place in a set is the same in each run."""

    made = 0

    def __init__(self, *args, **options):
        _Numbered.made += 1
        self.number = _Numbered.made  # first: what the loop keeps of it is a set
        super().__init__(*args, **options)

    def __hash__(self):
        return self.number

    def __eq__(self, other):
        return self is other


def leap_alike(coroutine):
    """Run a coroutine in no time, as in every other run; what the loop was told of errors."""
    told = []
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        loop = runner.get_loop()
        loop.set_task_factory(lambda loop, coro, **more: _Numbered(coro, loop=loop, **more))
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        runner.run(coroutine)
    return told


def now() -> float:
    return asyncio.get_running_loop().time()


def moment() -> datetime:
    """The loop's clock as a time of day."""
    return _BEGAN + timedelta(seconds=now())


class Life:
    """Of a process: what was not sent when it ended may, or may not, arrive."""

    def __init__(self) -> None:
        self.ended_at = float("inf")

    @property
    def over(self) -> bool:
        return self.ended_at < float("inf")

    def check(self) -> None:
        """Nothing is begun by the dead; their tasks end here."""
        if self.over:
            raise asyncio.CancelledError


class Store:
    """A file for all processes; each works in the order in which it was asked to."""

    def __init__(self, dice: random.Random) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        prepare(self.db, Path("memory"))
        self.dice = dice

    def of(self, life: Life) -> StoreOf:
        return StoreOf(self, life)


class StoreOf:
    """`SqliteFile` of one process, without threads."""

    def __init__(self, store: Store, life: Life) -> None:
        self.store, self.life = store, life
        self.zone = UTC
        self.busy_until = {"read": 0.0, "write": 0.0}

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._in_turn("read", work)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def in_transaction(db: sqlite3.Connection) -> T:
            db.execute("BEGIN IMMEDIATE")
            with db:
                return work(db)

        return await self._in_turn("write", in_transaction)

    async def _in_turn(self, lane: str, work: Callable[[sqlite3.Connection], T]) -> T:
        self.life.check()
        loop, dice = asyncio.get_running_loop(), self.store.dice
        done = loop.create_future()
        begins = max(self.busy_until[lane], loop.time())
        self.busy_until[lane] = begins + dice.choice([0.0005, 0.001, 0.003, 0.02])

        def do() -> None:
            if self.life.over:
                return
            try:
                result = work(self.store.db)
            except Exception as error:  # noqa: BLE001 - raised where each waits for it
                if not done.cancelled():
                    done.set_exception(error)
            else:
                if not done.cancelled():
                    done.set_result(result)

        handle = loop.call_at(self.busy_until[lane], do)
        try:
            return await done
        except asyncio.CancelledError:
            if dice.random() < 0.5:  # else the thread has begun, and ends
                handle.cancel()
            raise


@dataclass
class Shown:
    """One message: whose answer's which page, and all that it showed."""

    question_id: str
    place: int
    states: list[tuple[float, object]] = field(default_factory=list)

    @property
    def page(self):
        return self.states[-1][1]


@dataclass
class Rough:
    """A platform that fails on cue: `trouble` is the share of calls; none is silent for ever."""

    dice: random.Random
    trouble: float = 0.1
    late: float = 0.0  # of the calls in trouble: they take effect after their caller has given up
    latest_s: float = 0.0
    edit_limit: int = 50
    edit_window_s: float = 60.0
    page_chars: int = 120
    messages: dict[str, Shown] = field(default_factory=dict)
    deleted: dict[str, Shown] = field(default_factory=dict)
    edited_at: list[float] = field(default_factory=list)
    number: int = 0

    def take_edit(self) -> None:
        self.edited_at = [at for at in self.edited_at if at > now() - self.edit_window_s]
        if len(self.edited_at) >= self.edit_limit:
            raise RateLimitedError("slow down", retry_after_s=1.0)
        self.edited_at.append(now())

    async def call(self, life: Life, effect: Callable[[], T]) -> T:
        """One call over a network: its effect, somewhere between the asking and the telling."""
        life.check()
        loop, dice = asyncio.get_running_loop(), self.dice
        there_s, back_s = (dice.choice([0.01, 0.05, 0.1, 0.6]) * dice.random() for _ in "ab")
        told: asyncio.Future[T] = loop.create_future()
        fate = self._fate()
        if fate == "late":
            there_s = TIMEOUT_S + self.latest_s * dice.random()

        def land() -> None:
            if life.over and dice.random() < 0.5:
                return
            try:
                outcome, tell = effect(), told.set_result
            except PlatformError as error:
                outcome, tell = error, told.set_exception
            if fate == "well":
                loop.call_later(back_s, _unless_done, told, tell, outcome)

        lands = fate != "there" and not (fate == "mute" and dice.random() < 0.5)
        handle = loop.call_later(there_s, land) if lands else None
        if fate != "well":
            fails_s = TIMEOUT_S if fate in ("mute", "late") else there_s + back_s
            error = PlatformError(f"lost: {fate}")
            loop.call_later(fails_s, _unless_done, told, told.set_exception, error)
        try:
            return await told
        except asyncio.CancelledError:
            if handle and dice.random() < 0.5:  # else it is on its way
                handle.cancel()
            raise

    def _fate(self) -> str:
        """How a call goes: lost on the way there or back, answered by nobody, or too late."""
        if self.dice.random() >= self.trouble:
            return "well"
        return "late" if self.dice.random() < self.late else self.dice.choice(_FATES)


def _unless_done(told: asyncio.Future[T], tell: Callable[[object], None], what: object) -> None:
    if not told.done():
        tell(what)


class RoughReply:
    """Implements `Reply` of one process; a page is (text, note, whether it ends here, question)."""

    def __init__(
        self, rough: Rough, life: Life, pacers: tuple[Pacer, Pacer], question: Question
    ) -> None:
        self.rough, self.life, self.question = rough, life, question
        self.posts, self.edits = pacers

    async def hint(self, view: View) -> None:
        pass

    def render(self, view: View):
        text, size = view.text or view.status, self.rough.page_chars
        pieces = [text[at : at + size] for at in range(0, max(len(text), 1), size)]
        last = len(pieces) - 1
        return [
            (piece, view.note if place == last else "", view.done and place == last, view.question)
            for place, piece in enumerate(pieces)
        ]

    async def post(self, page, place: int) -> str:
        def effect() -> str:
            self.rough.number += 1
            reference = f"m{self.rough.number}"
            self.rough.messages[reference] = Shown(self.question.id, place, [(now(), page)])
            return reference

        return await self.rough.call(self.life, effect)

    async def edit(self, reference: str, page) -> None:
        def effect() -> None:
            self.rough.take_edit()
            if reference not in self.rough.messages:
                raise MessageGoneError("it was deleted")
            self.rough.messages[reference].states.append((now(), page))

        await self.rough.call(self.life, effect)

    async def delete(self, reference: str) -> None:
        def effect() -> None:
            if reference in self.rough.messages:
                self.rough.deleted[reference] = self.rough.messages.pop(reference)

        await self.rough.call(self.life, effect)

    async def attach(self, file) -> None:
        raise PlatformRefusedError("it takes no files")

    async def show_privately(self, view: View) -> None:
        raise PlatformRefusedError("there is one place")

    async def abandon(self) -> None:
        pass

    async def find(self):
        def effect():
            mine = [
                (shown.place, int(reference[1:]))
                for reference, shown in self.rough.messages.items()
                if shown.question_id == self.question.id
            ]
            return [f"m{number}" for _, number in sorted(mine)]

        return await self.rough.call(self.life, effect)


def pacers_of(rough: Rough) -> tuple[Pacer, Pacer]:
    """Those of one process, for new messages and for edits."""
    return Pacer(Window(20, 5.0)), Pacer(Window(rough.edit_limit, rough.edit_window_s))
