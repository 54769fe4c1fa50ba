"""The FAQ's values: entries, what retrieval finds of them, and lessons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.types.questions import SessionId


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
    digest: str = ""  # the digest of all entries in order: an ingest with the same one does nothing


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a passage: the official FAQ, or a person who taught it.

    It has `expired` if nobody has said since its review date that it is still right.
    """

    kind: str = "official"
    author: str = ""
    learned_at: datetime | None = None
    expired: bool = False


OFFICIAL: Final = Source()


class LessonState(StrEnum):
    """The state of a lesson: it is served, it is held until an owner decides, or it has ended.

    It is offered while its author has only been asked whether the bot should learn it. An expired
    one is served with a mark, or not at all, as the settings say. One that is liked answers nothing
    itself: its answer is the title of an entry, which its question finds.
    """

    SERVED = "served"
    LIKED = "liked"
    OFFERED = "offered"
    HELD = "held"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of a person: an answer, and the question that it was given to.

    `id` is the platform's id of the message that taught it. `question` stands alone; `question_id`
    names the question in the history, "" where there is none. `author` is the platform's id of who
    taught, `asked_by` of who had asked. `learned_at` is when it was said, or last edited.
    `findings` are what the gate said of it, a line each; from `review_at` on somebody has to look
    at it again. `category` is as in `Entry`: it says who may see the lesson.
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
