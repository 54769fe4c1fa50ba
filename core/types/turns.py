"""The values of the history: turns, and the opinions of people on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.types.answers import File, TurnState, Usage
from core.types.faq import Passage
from core.types.questions import Label, Question, SessionId
from core.types.trace import Trace


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The state of a skill's dialogue after a turn.

    `data` is the skill's own text; None if nothing is left to ask or to confirm. `only` are the
    people who may press the turn's buttons; if it is empty, everybody may. The dialogue lapses at
    `until`. `files` are those that the turn attached. Its buttons are superseded only by a later
    turn on the same `topic`. If the turn `asks`, its question is asked again after a message that
    nobody understands.
    """

    skill: str
    data: str | None = None
    only: tuple[str, ...] = ()
    until: datetime | None = None
    files: tuple[File, ...] = ()
    topic: str = ""
    asks: bool = field(default=False, compare=False)

    def is_open(self, now: datetime) -> bool:
        """Return whether the skill still expects a message in this conversation."""
        return self.data is not None and (self.until is None or now < self.until)

    def admits(self, person: str) -> bool:
        """Return whether this person may press the turn's buttons."""
        return not self.only or person in self.only


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer and everything needed to replay it.

    `sources` are the titles of the `passages`, which have the text that was used. `withheld` is the
    number of a model's sentences that were not shown: see `core.text.safety.claims`. `trace` has
    the reasons for the answer.
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
    """A session in a listing, with the time at which its last turn ended."""

    session: SessionId
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """The opinion of one person on one answer; a later opinion replaces an earlier one.

    `reason` says why the answer did not help, and `expected` what would have been right, both in
    the person's words.
    """

    question_id: str
    user: str
    helpful: bool
    given_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    reason: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """The numbers of deleted items, and of lessons from which a person's name was removed.

    `memories` are the facts that the person had told the bot to remember.
    """

    turns: int
    questions: int
    feedback: int
    lessons: int = 0
    memories: int = 0
