"""Remarks of people that may teach, and the outcomes of teaching."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from core.types import Lesson, SessionId


@dataclass(frozen=True, slots=True)
class Remark:
    """A person's reply, as an adapter hands it over.

    `id` is the platform's own message id. `reply_to` is what it answers, where the platform says
    so: a question's id, or the reference of a message of its answer (as `Reply.post` gave it).
    `said_at` is when it was sent, or last edited, by the platform's clock: of two versions, the
    later one stays, in whatever order they come. `may_teach` is the adapter's to say: it knows
    whom the settings name.
    """

    id: str
    session: SessionId
    text: str
    author: str
    author_name: str
    may_teach: bool
    reply_to: str | None = None
    said_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Outcome(StrEnum):
    """The outcome of a remark with the tag, or of the lesson that it was."""

    LEARNED = "learned"
    CORRECTED = "corrected"
    KNOWN = "known"  # it came before: whoever died before saying so has to say so still
    UNLEARNED = "unlearned"
    NOTHING_ASKED = "nothing_asked"
    WHICH = "which"  # several questions wait, and the remark does not say which one it answers
    NOT_ALLOWED = "not_allowed"
    HELD = "held"  # it waits for an owner's word; see `core.messaging.lessons.gate`
    REFUSED = "refused"  # it speaks to the bot, and not to people
    APPROVED = "approved"
    NOTHING_HELD = "nothing_held"
    EMPTY = "empty"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Taught:
    """The outcome, and the lesson as it is now, or was until it was unlearnt.

    `waiting` are the questions among which a person has to choose, oldest first.
    """

    outcome: Outcome
    lesson: Lesson | None = None
    waiting: tuple[str, ...] = ()
