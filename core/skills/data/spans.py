"""A span of days, and how months are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, and without, `end`; `label` names them."""

    start: date
    end: date
    label: str


def first_of(year: int, month: int) -> date:
    """Return the first day of a month; months go on before 1 and after 12."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def same_day(today: date, months_ago: int) -> date:
    """Return the same day of an earlier month, or the last one that it has."""
    month = first_of(today.year, today.month - months_ago)
    following = first_of(month.year, month.month + 1)
    return min(month + timedelta(days=today.day - 1), following - timedelta(days=1))
