"""The counts and records that are kept for the people who run the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Span(StrEnum):
    """The length of a period over which counts are summed."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts by name, such as `asked` and `answered`, of one period on one platform."""

    start: datetime
    platform: str
    counts: dict[str, float]


@dataclass(frozen=True, slots=True)
class EntryUse:
    """The counts of an entry: answers that used it, opinions on them, and searches in vain."""

    title: str
    used: int = 0
    helpful: int = 0
    unhelpful: int = 0
    in_vain: int = 0


@dataclass(frozen=True, slots=True)
class EntryReview:
    """The last review of an entry: by whom, when, and when it is due again.

    `asked_at` is when its owner was last asked for the next review; None if nobody was. `who` is ""
    if nobody has reviewed the entry yet, and its owner was only asked.
    """

    title: str
    who: str
    at: datetime
    due_at: datetime
    asked_at: datetime | None = None

    @property
    def is_given(self) -> bool:
        """Whether somebody has reviewed the entry; otherwise its owner was only asked to."""
        return bool(self.who)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A person's change of the bot's settings or data."""

    at: datetime
    who: str
    action: str
    detail: str = ""
