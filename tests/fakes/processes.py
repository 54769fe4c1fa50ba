"""Processes in a rough world: each is a chat service that may be killed, or asked to leave."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Coroutine
from types import SimpleNamespace

from fakes.learning import learning_of
from fakes.rough import Life, Rough, RoughReply, Store, moment, now, pacers_of

from config.profiles import load_profile
from core.messaging.inbox.offline import Offline
from core.messaging.pending_turns import PendingTurns
from core.messaging.service import ChatService
from core.messaging.user_limits import UserLimits
from core.ports import History
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.cases import SqliteCases
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.lessons import SqliteLessons
from core.stores.sqlite.turns.archive import SqliteArchive
from core.stores.sqlite.turns.history import SqliteHistory
from core.stores.sqlite.turns.reports import SqliteReports
from core.types import Answered, AnswerEvent, Delta, Question, Status, Turn, TurnState

PROFILE = load_profile("smartstore")


def answer_to(text: str) -> str:
    """What every desk answers; some answers are a few words, some go over several messages."""
    words = 2 + sum(map(ord, text)) * 7 % 60
    return " ".join([f"[{text}]", *(f"말{number}" for number in range(words))])


def followups_of(text: str) -> tuple[str, ...]:
    return (f"{text} 그리고?", f"{text} 아니면?")


class Rambling:
    """An assistant that takes its time, differently each time."""

    def __init__(self, history: History, dice: random.Random) -> None:
        self.history, self.dice = history, dice

    def hurry(self, session):
        """Keep its own pace."""

    async def for_everybody(self, turn: Turn) -> Turn | None:
        return turn

    async def answer(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        text, dice = answer_to(question.text), self.dice
        yield Status("찾고 있어요")
        await asyncio.sleep(dice.choice([0.0, 0.1, 0.4, 2.0]))
        gap_s = dice.choice([0.0, 0.02, 0.1, 0.3])
        for at in range(0, len(text), 12):
            yield Delta(text[at : at + 12])
            await asyncio.sleep(gap_s)
        offered = followups_of(question.text)
        turn = Turn(question, TurnState.ANSWERED, text, followups=offered, finished_at=moment())
        await self.history.append(turn)
        yield Answered(text, (), offered)


class Process:
    """One desk of its own, on the common store and platform."""

    def __init__(self, store: Store, rough: Rough, dice: random.Random) -> None:
        self.life = Life()
        file = store.of(self.life)
        pacers = pacers_of(rough)
        stores = SimpleNamespace(
            history=SqliteHistory(file),
            inbox=SqliteInbox(file, InboxLimits(per_session=99, total=999), clock=moment),
            archive=SqliteArchive(file),
            lessons=SqliteLessons(file),
            cases=SqliteCases(file),
            reports=SqliteReports(file),
        )
        self.service = ChatService(
            assistant=Rambling(stores.history, dice),
            inbox=stores.inbox,
            history=PendingTurns(stores.history),
            archive=stores.archive,
            offline=Offline(),
            learning=learning_of(stores, PROFILE),
            profile=PROFILE,
            limits=UserLimits(per_minute=0, per_day=0),
            lease_s=30.0,
        )
        self.service.serve(
            "rough:", lambda question: RoughReply(rough, self.life, pacers, question)
        )
        self.tasks: set[asyncio.Task[object]] = set()
        self.running = self.begin(self.service.run())

    def begin(self, work: Coroutine[object, object, object]) -> asyncio.Task[object]:
        """Something that ends with the process."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def kill(self) -> None:
        """Nothing that it would do from now on reaches anybody."""
        self.life.ended_at = now()
        await self.leave()

    async def leave(self) -> None:
        """As at a deployment: the worker gives back what it has."""
        while self.tasks:
            tasks = sorted(self.tasks, key=hash)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=5.0)
        self.life.ended_at = now()
