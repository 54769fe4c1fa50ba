"""The values of the FAQ: entries, passages and lessons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.types.questions import SessionId


@dataclass(frozen=True, slots=True)
class Entry:
    """One FAQ entry, cleaned, as the index holds it.

    `title` equals the source's byte for byte and identifies the entry. `text` is the readable
    answer, in Markdown if `markdown` is true. `related` has titles of other entries, and
    `questions` the ways in which people ask for this one. `url` is the page of the entry, and
    `updated` its last change as `2026-11-28`.
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
    """The terms of an entry's fields, which are split once, at ingest."""

    title: tuple[str, ...]
    answer: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """The state of the index after one ingest; its name is its version."""

    name: str
    fingerprint: str
    entries: int
    created_at: str
    source: str
    digest: str = ""  # of all entries in order; an ingest with the same digest does nothing


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a passage: the official FAQ, or a person who taught it.

    It has `expired` if nobody has confirmed it since its review date.
    """

    kind: str = "official"
    author: str = ""
    learned_at: datetime | None = None
    expired: bool = False


OFFICIAL: Final = Source()


class LessonState(StrEnum):
    """The state of a lesson.

    A held lesson waits for an owner's approval. An offered one waits for its author's consent. An
    expired one is served with a mark or not at all, by the settings. A liked one is a question
    whose answer people liked: its answer is the title of the entry that the question finds.
    """

    SERVED = "served"
    LIKED = "liked"
    OFFERED = "offered"
    HELD = "held"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of a person: an answer, and the question that it answers.

    `id` is the platform's id of the message that taught it. `question` is clear without its
    conversation; `question_id` is its id in the history, "" without one. `author` is the platform's
    id of the person who taught, and `asked_by` that of the asker. `learned_at` is the time at which
    the message was sent or last edited. `findings` are the gate's, one line each. The next review
    is due at `review_at`. `category` is as in `Entry`, and decides who may see the lesson.
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
    state: LessonState = LessonState.SERVED
    findings: tuple[str, ...] = ()
    approved_by: str = ""
    review_at: datetime | None = None
    category: str = ""


class Teaching(StrEnum):
    """The result of handing a lesson to the store."""

    LEARNED = "learned"
    CORRECTED = "corrected"
    RENEWED = "renewed"  # nothing but the date of its review is another
    KNOWN = "known"  # the same or a later version is stored already


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
