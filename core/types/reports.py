"""The counts and records that are kept for the people who run the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """The last review of an entry: by whom, when, and when it is due again."""

    title: str
    who: str
    at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """The last request to an entry's owner for a review.

    `after` is the time after which an entry without a review is due again if it is right.
    """

    title: str
    at: datetime
    after: timedelta


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """A person's change of the bot's settings or data."""

    at: datetime
    who: str
    action: str
    detail: str = ""
