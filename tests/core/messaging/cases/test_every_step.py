"""A case goes on where it was if the store is away, or the process dies, in any of its steps.

It is opened, joined, reminded, taken, answered and held, approved, told, undone, opened again,
answered anew, and told again. A step that failed is repeated, as a press or a redelivery does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.cases import desk_of
from fakes.learning import learning_of
from fakes.slack_bot import With

from bots.bootstrap.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.errors import StoreAwayError
from core.lessons.gate import Examined
from core.lessons.remarks import Remark, Teacher
from core.messaging.cases import word
from core.messaging.cases.roster import Roster
from core.messaging.cases.rounds import CaseRounds
from core.profile import Owner
from core.types import Escalated, Lesson, Question, SessionId, Turn, TurnState

PROFILE = load_profile("ko")
NOW = datetime.now(UTC).replace(microsecond=0)
OWNERS = (Owner("총무팀", ("slack:S1",), reminder_h=2),)
KIM = Teacher("slack:U8", "김담당")
WRITES = {
    "inbox": ("receive",),
    "history": ("append",),
    "lessons": ("teach", "remove"),
    "cases": ("add", "save"),
    "reports": ("note",),
}


class DiedError(BaseException):
    """The process was killed: no code of it runs any more."""


@dataclass
class Writes:
    """Counts the writes of a play; one of them fails, or is the last of the process."""

    fails_at: int = 0
    dies_after: int = 0
    count: int = 0

    def around(self, port, names):
        return With(port, **{name: self._around(getattr(port, name)) for name in names})

    def _around(self, write):
        async def counted(*args, **named):
            self.count += 1
            if self.count == self.fails_at:
                raise StoreAwayError("away")
            done = await write(*args, **named)
            if self.count == self.dies_after:
                raise DiedError
            return done

        return counted


@dataclass
class Play:
    """A case from its first question to its second answer, in conversations of its own."""

    stores: object
    name: str
    writes: Writes
    now: datetime = NOW
    said: list[str] = field(default_factory=list)

    def __post_init__(self):
        ports = {port: getattr(self.stores, port) for port in WRITES}
        failing = {port: self.writes.around(ports[port], WRITES[port]) for port in ports}
        self.failing = replace(self.stores, **failing)
        self.begin()

    def begin(self):
        """Start a process."""
        self.learning = learning_of(self.failing, PROFILE, examine=self.examine)
        self.desk = desk_of(
            self.failing,
            PROFILE,
            Settings(_env_file=None),
            roster=Roster(OWNERS, Owner("", ())),
            now=lambda: self.now,
        )
        self.rounds = CaseRounds(
            self.desk,
            inbox=self.failing.inbox,
            history=self.failing.history,
            profile=PROFILE,
            wake=lambda: None,
            say=self.say,
            is_public=lambda _: True,
        )

    async def examine(self, lesson: Lesson) -> Examined:
        return Examined(("비밀번호로 보여요",) if "1234" in lesson.answer else ())

    async def say(self, _question, ending):
        self.said.append(ending.call)

    def asked(self, by):
        place = f"slack:T1:{self.name}:{by}"
        return Question(place, SessionId(place), f"{self.name} 주차는요", f"slack:U{by}", NOW, "1")

    async def ask(self, by):
        question = self.asked(by)
        await self.failing.inbox.receive(question)
        nothing = Escalated(PROFILE.not_found, ())
        await self.desk.escalated(question, nothing, public=True, calls=True)
        if not await self.failing.archive.find(question.id):
            turn = Turn(question, TurnState.ESCALATED, PROFILE.not_found, finished_at=NOW)
            await self.failing.history.append(turn)

    async def reminded(self):
        self.now = NOW + timedelta(hours=3)
        await self.rounds.go()

    async def taken(self):
        case = await self.failing.cases.of_question(self.asked(1).id)
        await word.taken(self.desk, case.id, KIM)

    async def taught(self, number, text):
        said_at = NOW + timedelta(seconds=number)
        name = f"{self.asked(1).id}:{number}"
        remark = Remark(name, self.asked(1).session, text, "U8", "김담당", True, None, said_at)
        await self.learning.teach(remark)

    async def whole(self):
        first = f"{self.asked(1).id}:1"
        for step in (
            lambda: self.ask(1),
            lambda: self.ask(2),
            self.reminded,
            self.taken,
            lambda: self.taught(1, "#학습 비밀번호는 1234예요"),
            lambda: self.learning.approve(first, KIM),
            self.rounds_go,
            lambda: self.learning.undo(first, KIM),
            self.rounds_go,
            lambda: self.taught(2, "#학습 지하 1층이에요"),
            self.rounds_go,
        ):
            await self.repeated(step)
        return await self.left()

    async def rounds_go(self):
        await self.rounds.go()

    async def repeated(self, step):
        while True:
            try:
                return await step()
            except StoreAwayError:
                continue
            except DiedError:
                self.begin()

    async def left(self):
        case = await self.stores.cases.of_question(self.asked(1).id)
        told = [
            [turn.answer for turn in await self.stores.history.recent(self.asked(by).session, 9)]
            for by in (1, 2)
        ]
        lessons = [
            one.answer for one in await self.stores.lessons.of_session(self.asked(1).session)
        ]
        waits = [one.told_of.removeprefix(f"lesson:{self.asked(1).id}") for one in case.waiters]
        return case.state, case.due_at, waits, told, lessons

    async def audit(self):
        events = await self.stores.reports.audit(99)
        return sorted(one.action for one in events if f"{self.name} " in one.detail)


@pytest.mark.parametrize(
    ("store", "trouble", "every"),
    [("sqlite", "fails_at", 1), ("sqlite", "dies_after", 1), ("mongo", "fails_at", 6)],
)
async def test_a_step_that_fails_or_is_the_last_of_a_process_changes_nothing_of_the_end(
    store, trouble, every, tmp_path, request
):
    """A process that dies between an act and its line in the audit log leaves out the line."""
    uri = f"{request.getfixturevalue('server').uri}/faqbot" if store == "mongo" else None
    async with open_stores(Settings(_env_file=None, data_dir=tmp_path, mongodb_uri=uri)) as stores:
        undisturbed = Play(stores, "C0", Writes())
        wanted = await undisturbed.whole()
        assert wanted[3][1] == [
            PROFILE.not_found,
            f"{PROFILE.case.answered}\n\n비밀번호는 1234예요",
            f"{PROFILE.case.answered}\n\n지하 1층이에요",
        ]
        acts = await undisturbed.audit()
        assert acts == sorted(
            ["case.take", "lesson.held", "lesson.approve", "lesson.undo", "lesson.learned"]
        )
        assert len(undisturbed.said) == 2
        for at in range(1, undisturbed.writes.count + 1, every):
            play = Play(stores, f"C{at}at", Writes(**{trouble: at}))
            assert await play.whole() == wanted, at
            assert len(play.said) <= 2, at
            noted = await play.audit()
            assert noted == acts or (trouble == "dies_after" and set(noted) <= set(acts)), at
