"""The values that travel through faqbot, and the events that an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NewType

SessionId = NewType("SessionId", str)
"""Opaque text that names one conversation; encoded and decoded in one place per platform."""


class Label(StrEnum):
    """The label that the guardrail gives a question."""

    ON_TOPIC = "on_topic"
    OFF_TOPIC = "off_topic"
    INJECTION = "injection"
    GREETING = "greeting"


class TurnState(StrEnum):
    """The state in which a question ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"


class Span(StrEnum):
    """How long the periods are that counts are added up for."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Entry:
    """One FAQ entry, cleaned, as the index holds it.

    `title` is byte for byte that of the source and identifies the entry; `text` is the readable
    answer, Markdown where `markdown` says so; `related` holds titles; `questions` the ways in which
    people ask for it. `url` is where it can be read, `updated` its last change as `2026-11-28`.
    """

    faq_id: str
    title: str
    text: str
    category: str = ""
    questions: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    url: str = ""
    updated: str = ""
    markdown: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """An entry's fields, split into terms once, at ingest."""

    title: tuple[str, ...]
    answer: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """One ingest's state of the index: its name is its version."""

    name: str
    fingerprint: str
    entries: int
    created_at: str
    source: str
    digest: str = ""  # of all entries, in order: an ingest that comes to the same has nothing to do


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a passage: the official FAQ, or a person who taught it."""

    kind: str = "official"
    author: str = ""
    learned_at: datetime | None = None


OFFICIAL: Final = Source()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of a person: an answer, and the question that it was given to.

    `id` is the platform's id of the message that taught it. `question` stands alone; `question_id`
    names the question in the history, "" where there is none. `author` is the platform's id of who
    taught, `asked_by` of who had asked. `learned_at` is when it was said, or last edited.
    """

    id: str
    session: SessionId
    question: str
    answer: str
    author: str = ""
    author_name: str = ""
    learned_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    question_id: str = ""
    asked_by: str = ""


class Teaching(StrEnum):
    """The result of handing a lesson to the store."""

    LEARNED = "learned"
    CORRECTED = "corrected"
    KNOWN = "known"  # it says nothing new, or something later is stored


@dataclass(frozen=True, slots=True)
class Passage:
    """An entry that retrieval found for a question; `score` is in 0..1, higher is nearer.

    `markdown`, `url` and `updated` are as in `Entry`.
    """

    faq_id: str
    title: str
    text: str
    score: float
    source: Source = OFFICIAL
    markdown: bool = False
    url: str = ""
    updated: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier question and the answer to it, as context for the next question.

    `sources` holds the titles that the answer stood on, where that is known.
    """

    user: str
    bot: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question as an adapter hands it over; `id` is the platform's own message id.

    `edited_at` is when its asker edited it into this text, by the platform's clock.
    """

    id: str
    session: SessionId
    text: str
    asker: str = ""
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    reply_to: str | None = None
    edited_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The guardrail's answer: the label, and a probability for every label (they sum to 1)."""

    label: Label
    scores: dict[Label, float]


@dataclass(frozen=True, slots=True)
class Classification:
    """A model's reading of a question; `query` is "" where the question stands alone."""

    label: Label
    query: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Usage:
    """The usage of paid models by some calls; `cached_tokens` are part of `prompt_tokens`."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd,
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal of a model to ask next: a sentence that offers it, and the plain question."""

    sentence: str
    question: str


@dataclass(frozen=True, slots=True)
class Written:
    """The end of a model's answer: the passages that it stands on; none if they held no answer.

    `[n]` in the answer is the n-th of `used`. `model` and `prompt` name what wrote it, where that
    is not the model's own name alone. `more` tells that an entry has more than was shown, and
    `withheld` how many sentences were not shown since their passage does not say what they claim.
    """

    used: tuple[Passage, ...]
    offers: tuple[Offer, ...] = ()
    model: str = ""
    prompt: str = ""
    more: bool = False
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The assistant is at work on `text`, a short phrase for the person who waits."""

    text: str


@dataclass(frozen=True, slots=True)
class Delta:
    """A further piece of the answer's Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Off topic or an injection: the profile's exact words, and questions that lead back."""

    text: str
    suggestions: tuple[str, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class Escalated:
    """The FAQ has no answer: what to say, the nearest titles, and whether owners are called."""

    text: str
    nearest: tuple[str, ...]
    calls: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer in Markdown, what it stands on, and what to ask next.

    `skill` names what answered in place of the FAQ; its follow-ups are choices.

    `offers` has a sentence for each follow-up that offers it, "" where there is only the question.
    """

    text: str
    sources: tuple[Passage, ...]
    followups: tuple[str, ...]
    offers: tuple[str, ...] = ()
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something broke; `text` is for the person who asked."""

    text: str


Ending = Declined | Escalated | Answered | Failed

AnswerEvent = Status | Delta | Ending
"""A stream of `Status` and `Delta` that ends with exactly one of the other four."""


@dataclass(frozen=True, slots=True)
class View:
    """The state of an answer that people should see at one moment; `text` is Markdown.

    Until `done` there is a `status` to show, and `text` may end in the middle of anything.
    `ending` brings sources and follow-ups; `note` is a line of the bot's own below the text, such
    as that the answer was stopped.
    """

    question: Question
    status: str = ""
    text: str = ""
    ending: Ending | None = None
    note: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing will be added."""
        return bool(self.ending or self.note)

    @property
    def followups(self) -> tuple[str, ...]:
        """The questions of the buttons, by index, as the turn keeps them."""
        match self.ending:
            case Answered(followups=offered):
                return offered
            case Declined(suggestions=offered):
                return offered
            case Escalated(nearest=offered):
                return offered
            case _:
                return ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The state of a skill's dialogue after a turn.

    `data` is the skill's own, as text; None if nothing is left to ask or to confirm. `only` are the
    people who may press the turn's buttons; everybody may if it is empty. From `until` on the
    dialogue has lapsed.
    """

    skill: str
    data: str | None = None
    only: tuple[str, ...] = ()
    until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the next message may be meant for the skill."""
        return self.data is not None and (self.until is None or now < self.until)

    def admits(self, person: str) -> bool:
        """Whether this person may press the turn's buttons."""
        return not self.only or person in self.only


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with what became of it: everything needed to replay it.

    `passages` are those that `sources` names, as they were used. `withheld` is the number of
    sentences of a model that were not shown: see `core.assistant.claims`.
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


class InboxState(StrEnum):
    """The state of a received question. The last six are final, until it is edited."""

    RECEIVED = "received"
    ANSWERING = "answering"
    ANSWERED = "answered"
    DECLINED = "declined"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


class Receipt(StrEnum):
    """The result of handing a question in."""

    STORED = "stored"
    KNOWN = "known"
    FULL = "full"
    LIMITED = "limited"  # this person has asked too much of late
    NOT_THEIRS = "not_theirs"  # the button is for somebody else
    LAPSED = "lapsed"  # the button came too late
    SPOOLED = "spooled"  # the store is away: kept on this machine, and answered once it is back


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to change what is shown of a question until the lease ends; nobody else has it.

    `state` says what is to be done: answer (`answering`), or, of a question that ended while its
    answer was shown, say that it was stopped (`stopped`) or take the answer away (`withdrawn`).

    `fence` grows with each claim and whatever takes one away: a write with an older one is
    refused. `attempt` counts the claims since it was received or last edited, or ended. `reply` is
    the reference of the message that an earlier claim began, to be finished and not sent anew.
    `token` is the store's own name of the claim, if it needs one.
    """

    question: Question
    fence: int
    reply: str | None = None
    attempt: int = 1
    state: InboxState = InboxState.ANSWERING
    token: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """The inbox's knowledge of a question; `reply` as in `Claim`."""

    question: Question
    state: InboxState
    reply: str | None = None


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
class Traffic:
    """Counts by name, such as `asked` and `answered`, of one period on one platform."""

    start: datetime
    platform: str
    counts: dict[str, float]


@dataclass(frozen=True, slots=True)
class EntryUse:
    """How often an entry was used in an answer, liked, disliked, and asked for in vain."""

    title: str
    used: int = 0
    helpful: int = 0
    unhelpful: int = 0
    in_vain: int = 0


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A change that somebody made to how the bot runs, or to what it keeps."""

    at: datetime
    who: str
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """The amount that was deleted, and how many lessons name a person no more."""

    turns: int
    questions: int
    feedback: int
    lessons: int = 0
