"""The turns that are kept of answered questions, and the opinions of people on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from core.types.answers import File, Usage
from core.types.faq import Passage
from core.types.questions import Label, Question, SessionId
from core.types.trace import Trace


class TurnState(StrEnum):
    """The state in which a question ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The state of a skill's dialogue after a turn.

    `data` is the skill's own, as text; None if nothing is left to ask or to confirm. `only` are the
    people who may press the turn's buttons; everybody may if it is empty. From `until` on the
    dialogue has lapsed. `files` are what the turn attached. Only a later turn on the same `topic`
    overtakes its buttons.
    """

    skill: str
    data: str | None = None
    only: tuple[str, ...] = ()
    until: datetime | None = None
    files: tuple[File, ...] = ()
    topic: str = ""

    def is_open(self, now: datetime) -> bool:
        """Return whether the skill still expects a message of this conversation at that time."""
        return self.data is not None and (self.until is None or now < self.until)

    def admits(self, person: str) -> bool:
        """Return whether this person may press the turn's buttons."""
        return not self.only or person in self.only


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with what became of it: everything needed to replay it.

    `passages` are those that `sources` names, as they were used. `withheld` is the number of
    sentences of a model that were not shown: see `core.text.safety.claims`. `trace` says why it was
    answered so.
    """

    question: Question
    state: TurnState
    answer: str
    sources: tuple[str, ...] = ()
    followups: tuple[str, ...] = ()
    label: Label = Label.ON_TOPIC
    model: str = ""
    finished_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    timings_ms: dict[str, float] = field(default_factory=dict)
    prompt: str = ""
    usage: Usage = field(default_factory=Usage)
    passages: tuple[Passage, ...] = ()
    dialogue: Dialogue | None = None
    withheld: int = 0
    trace: Trace = field(default_factory=Trace)


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in the listing: when its last turn ended."""

    session: SessionId
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """The opinion of one person on one answer; a later opinion takes the place of an earlier.

    `reason` says why the answer did not help, `expected` what would have been right, in their own
    words.
    """

    question_id: str
    user: str
    helpful: bool
    given_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    reason: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """The amount that was deleted, and how many lessons name a person no more.

    `memories` is what the person told the bot to remember.
    """

    turns: int
    questions: int
    feedback: int
    lessons: int = 0
    memories: int = 0
