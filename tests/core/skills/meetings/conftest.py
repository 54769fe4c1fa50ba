"""A meeting arranger on a diary of its own, and a conversation with it."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from core.errors import PlatformRefusedError
from core.press_ids import press_id
from core.skills.assistant import SkilledAssistant
from core.skills.holidays import holidays_of
from core.skills.meetings.diaries.sqlite import SqliteDiary
from core.skills.meetings.message import MeetingTools
from core.skills.meetings.skill import MeetingSkill
from core.skills.meetings.slots import WorkingHours
from core.skills.meetings.words import load_words
from core.skills.messenger import Messenger
from core.stores.memory import MemoryHistory
from core.types import Question, SessionId

THURSDAY = datetime(2026, 11, 26, 10, 2, tzinfo=ZoneInfo("Asia/Seoul"))


@pytest.fixture
def diary(tmp_path):
    return SqliteDiary(tmp_path / "state" / "diary.sqlite3")


@dataclass
class Town:
    """A platform where people can be written to alone, but for those who `let_nobody`."""

    let_nobody: set[str] = field(default_factory=set)
    waiting: list[Question] = field(default_factory=list)

    async def direct(self, person, near):
        if person in self.let_nobody:
            raise PlatformRefusedError(person)
        return Question(f"slack:T1:D{person}:1", SessionId(f"slack:T1:D{person}:"), "", person)

    async def name_of(self, person, near):
        return {"U1": "수진"}.get(person, "")

    async def receive(self, question, *, is_notice=False):
        self.waiting.append(question)


@pytest.fixture
def town():
    return Town()


@pytest.fixture
def history():
    return MemoryHistory()


@pytest.fixture
def messenger(history, town):
    made = Messenger(history, town)
    made.connect("slack:", town, lambda session: ":C" in session)
    return made


@dataclass
class Conversation:
    """A thread in which people write and press; each answer comes from a process started anew."""

    start: object
    history: MemoryHistory
    session: SessionId
    ids: count = field(default_factory=count)
    last: str = ""

    async def say(self, text, *, by="U1", name="", mentions=()):
        """Return how the answer to a message ends."""
        self.last = name or f"{self.session}/{next(self.ids)}"
        return await self._ending(Question(self.last, self.session, text, by, mentions=mentions))

    async def press(self, text, *, of="", by="U1"):
        """Return how the answer to a press ends: of the latest answer, or of one by its id."""
        self.last = press_id(of or self.last, text)
        return await self._ending(Question(self.last, self.session, text, by))

    async def _ending(self, question):
        events = [event async for event in self.start().answer(question)]
        return events[-1]


@pytest.fixture
def converse(make_assistant, diary, profile, learn_router, analyzer, history, messenger):
    """Begin a conversation in a language; all share the diary and the history."""

    def begin(language="ko", *, session="slack:T1:C1:1", now=THURSDAY):
        hours = WorkingHours.parse("09:00-18:00", holidays_of("KR", language))
        desk = MeetingTools(diary, load_words(language), hours, analyzer, messenger)
        skill = MeetingSkill(desk, lambda: now)

        def start():
            return SkilledAssistant(
                make_assistant(history=history),
                skills=[skill],
                router=learn_router([skill]),
                history=history,
                profile=profile,
                now=lambda: now,
            )

        return Conversation(start, history, SessionId(session))

    return begin


@pytest.fixture
def now():
    """A Thursday."""
    return THURSDAY
