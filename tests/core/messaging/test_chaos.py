"""Whatever people do and whatever breaks: each question has its one answer in the end, or nothing.

Each seed is a story of its own, and the same one each time. `FAQBOT_SEEDS=5000` tells that many
(`FAQBOT_SEEDS=100-200` those), `FAQBOT_STORY=1` prints what happens in each.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from fakes.processes import PROFILE, Process, answer_to
from fakes.rough import Life, Rough, Shown, Store, leap_alike, moment, now

from core.errors import FaqbotError
from core.press_ids import press_id
from core.stores.inbox_limits import InboxLimits
from core.stores.sqlite.inbox.inbox import SqliteInbox
from core.stores.sqlite.turns.archive import SqliteArchive
from core.types import InboxState, Question, Receipt, SessionId, TurnState

_SEEDS = os.environ.get("FAQBOT_SEEDS", "20")
_TOLD = bool(os.environ.get("FAQBOT_STORY"))
_QUIET_S = 300.0
_STOPS_WITHIN_S = 15.0
_OPEN = (InboxState.RECEIVED, InboxState.ANSWERING)


def seeds() -> Iterator[int]:
    first, _, last = _SEEDS.rpartition("-")
    yield from range(int(first or 0), int(last))


@dataclass
class Asked:
    """A question as people know it: what they did last, and what they were told."""

    question: Question
    deleted: bool = False
    stopped: bool | None = False  # None: nobody was told
    stopped_by: Life | None = None
    stopped_at: float = 0.0

    @property
    def may_be_stopped(self) -> bool:
        """Whoever is told to stop ends the answer a moment later, if they live as long."""
        ended = self.stopped_by and self.stopped_by.ended_at < self.stopped_at + _STOPS_WITHIN_S
        return self.stopped is None or bool(self.stopped and ended)


@dataclass
class Story:
    """What happens with one seed."""

    seed: int
    questions: int = 4
    asked: dict[str, Asked] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - not for secrets
        self.rough = Rough(
            self.dice,
            trouble=self.dice.choice([0.0, 0.1, 0.1, 0.3]),
            edit_limit=self.dice.choice([50, 50, 5]),
            page_chars=self.dice.choice([60, 120, 1000]),
        )
        self.store = Store(self.dice)

    def tell(self, *what: object) -> None:
        if _TOLD:
            print(f"{now():8.3f}", *what)  # noqa: T201 - what was asked for

    async def happen(self) -> None:
        """Everything, and then a long quiet time with one chat service alive."""
        self.processes = [Process(self.store, self.rough, self.dice) for _ in "ab"]
        breaking = asyncio.create_task(self._break())
        await asyncio.gather(*(self._ask(number) for number in range(self.questions)))
        breaking.cancel()
        await asyncio.gather(breaking, return_exceptions=True)
        self.rough.trouble = 0.0
        if not self._alive:
            self.processes.append(Process(self.store, self.rough, self.dice))
        self.tell("quiet")
        await asyncio.sleep(_QUIET_S)
        for process in self.processes:
            await process.leave()
        await asyncio.sleep(60.0)
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            self.problems.append(f"tasks are left: {left}")
        await self._judge()
        self.store.db.close()

    @property
    def _alive(self) -> list[Process]:
        return [process for process in self.processes if not process.life.over]

    async def _break(self) -> None:
        """End a process now and then, and begin another some time later."""
        while True:
            await asyncio.sleep(self.dice.choice([0.5, 3.0, 10.0]) * self.dice.random() * 2)
            if self._alive and self.dice.random() < 0.7:
                process = self.dice.choice(self._alive)
                kind = self.dice.choice(["kill", "kill", "leave"])
                self.tell(kind, self.processes.index(process))
                await getattr(process, kind)()
            if len(self._alive) < 2:
                await asyncio.sleep(self.dice.choice([0.0, 1.0, 5.0]))
                self.processes.append(Process(self.store, self.rough, self.dice))

    async def _delivered(self, what: str, *arguments: object, once: bool = False) -> object:
        """What a chat service says to it; the platform repeats what is not acknowledged."""
        while True:
            if not self._alive:
                await asyncio.sleep(0.2)
                continue
            process = self.dice.choice(self._alive)
            number = self.processes.index(process)
            if what == "stop":
                self.last = process
            self.tell(what, *arguments, "at", number)
            work = process.begin(getattr(process.service, what)(*arguments))
            await asyncio.wait({work})
            if work.cancelled():
                said: object = None
                self.tell(what, "died at", number)
            elif error := work.exception():
                if not isinstance(error, FaqbotError):
                    raise error
                self.tell(what, "failed at", number, error)
                said = None
            else:
                self.tell(what, "->", work.result())
                if not once and self.dice.random() < 0.1:
                    once = True
                    continue
                return work.result()
            if once:
                return said
            await asyncio.sleep(self.dice.choice([0.1, 1.0, 3.0]))

    async def _ask(self, number: int) -> None:
        """One person's question, and all that they do to it."""
        dice = self.dice
        await asyncio.sleep(dice.random() * 10)
        session = SessionId(f"rough:{number % 3}")
        question = Question(f"q{number}", session, f"질문 {number}", "U1", moment())
        mine = self.asked[question.id] = Asked(question)
        await self._delivered("receive", question)
        doing: list[asyncio.Task[None]] = []
        acts = [self._revise, self._revise, self._press, self._stop]
        for act in dice.choices(acts, k=dice.choice([0, 1, 1, 2, 3])):
            await asyncio.sleep(dice.choice([0.0, 0.3, 2.0, 8.0]) * dice.random())
            last = act(mine)
            if dice.random() < 0.2:  # the next comes before it is through
                doing.append(asyncio.create_task(last))
                break
            await last
        if dice.random() < 0.4:
            await asyncio.sleep(dice.choice([0.0, 0.3, 2.0, 8.0]) * dice.random())
            mine.deleted = True
            await self._delivered("withdraw", question.id)
        await asyncio.gather(*doing)

    async def _revise(self, mine: Asked) -> None:
        mine.question = replace(mine.question, text=f"{mine.question.text}!")
        mine.stopped = False
        await self._delivered("revise", mine.question)

    async def _stop(self, mine: Asked) -> None:
        said = await self._delivered("stop", mine.question.id, once=True)
        if said is not False:
            mine.stopped = said and True
            mine.stopped_by, mine.stopped_at = self.last.life, now()

    async def _press(self, mine: Asked) -> None:
        turn = await self._archive.find(mine.question.id)
        if turn is None:
            return
        text = turn.followups[0]
        session = mine.question.session
        pressed = Question("", session, "", "U2", moment())
        receipt = await self._delivered("press", mine.question.id, 0, pressed, once=True)
        if receipt is Receipt.STORED:
            asked = replace(pressed, id=press_id(mine.question.id, text), text=text)
            self.asked[asked.id] = Asked(asked)

    # What must be so in the end.

    @property
    def _archive(self) -> SqliteArchive:
        return SqliteArchive(self.store.of(_immortal))

    async def _judge(self) -> None:
        inbox = SqliteInbox(self.store.of(_immortal), InboxLimits(per_session=99, total=999))
        for question_id, mine in self.asked.items():
            stored = await inbox.find(question_id)
            turn = await self._archive.find(question_id)
            if stored is None or stored.state in _OPEN:
                self.problems.append(f"{question_id} is {stored and stored.state}")
                continue
            for problem in self._wrong_with(mine, stored.state, turn):
                self.problems.append(f"{question_id} ({stored.state}): {problem}")
        for reference, shown in {**self.rough.messages, **self.rough.deleted}.items():
            if problem := went_back(shown):
                self.problems.append(f"{reference} of {shown.question_id}: {problem}")

    def _wrong_with(self, mine: Asked, state: InboxState, turn) -> Iterator[str]:
        shown = self._shown(mine.question.id)
        text = "".join(page[0] for page in shown)
        noted = bool(shown) and shown[-1][1] == PROFILE.stopped
        if mine.deleted:
            if shown or turn:
                yield f"deleted, and left {shown} {turn}"
        elif (mine.stopped, mine.may_be_stopped) == (True, False) or (
            mine.may_be_stopped and (turn is None or turn.state is TurnState.STOPPED)
        ):
            kept = turn is None or (turn.state is TurnState.STOPPED and turn.answer == text)
            if not kept or (shown and not noted):
                yield f"stopped, and left {shown} {turn}"
        elif turn is None or turn.question.text != mine.question.text:
            yield f"has the turn {turn}"
        elif text != turn.answer or text != answer_to(mine.question.text):
            yield f"shows {shown}"
        if [page[2] for page in shown] != [False] * (len(shown) - 1) + [True] * bool(shown):
            yield f"ends not once: {shown}"

    def _shown(self, question_id: str) -> list:
        mine = [one for one in self.rough.messages.values() if one.question_id == question_id]
        return [one.page for one in sorted(mine, key=lambda one: one.place)]


def went_back(shown: Shown) -> str:
    """What is wrong with the order of a message's states; "" if nothing is."""
    newest, ended = "", False
    for at, (text, note, ends, question) in shown.states:
        edits = len(question.text)
        if edits < len(newest):
            return f"{question.text} came back at {at:.3f}"
        if question.text == newest and ended and not ends:
            return f"{text} came after the end, at {at:.3f}"
        newest, ended = question.text, ends
        del note
    return ""


class _Immortal:
    over = False

    def check(self) -> None:
        pass


_immortal = _Immortal()


def told(seed: int, **changes: object) -> list[str]:
    story = Story(seed, **changes)
    errors = leap_alike(story.happen())
    return story.problems + [f"the loop was told: {error}" for error in errors]


def test_whatever_breaks_each_question_has_its_one_answer_or_nothing(caplog):
    caplog.set_level(logging.CRITICAL, logger="core")
    bad = {}
    for seed in seeds():
        if problems := told(seed):
            bad[seed] = problems
            print(seed, *problems, sep="\n    ")  # noqa: T201
    if bad:
        pytest.fail(f"{len(bad)} seeds: {[*bad]}")
