"""A span of days, and how months are counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, and without, `end`; `label` names them."""

    start: date
    end: date
    label: str


# What finds a span in a text, and what reads it as of a day.
PeriodForm = tuple[re.Pattern[str], Callable[[re.Match[str], date], Period | None]]


def around(
    unit: str, ago: int, label: Callable[[str, date, date], str]
) -> Callable[[object, date], Period]:
    """Return what reads "last week": the day, week, month, quarter or year that was so many `ago`.

    `label` names a span by its unit, its first day and its last.
    """

    def read(_: object, today: date) -> Period:
        start, end = _bounds(unit, ago, today)
        return Period(start, end, label(unit, start, end - timedelta(days=1)))

    return read


def _bounds(unit: str, ago: int, today: date) -> tuple[date, date]:
    """Return the first day of a unit, of which a week begins on Monday, and the day after it."""
    match unit:
        case "day":
            start = today - timedelta(days=ago)
            return start, start + timedelta(days=1)
        case "week":
            start = today - timedelta(days=today.weekday() + 7 * ago)
            return start, start + timedelta(days=7)
        case "quarter":
            month = (today.month - 1) // 3 * 3 + 1 - 3 * ago
            return first_of(today.year, month), first_of(today.year, month + 3)
        case "year":
            return first_of(today.year - ago, 1), first_of(today.year - ago + 1, 1)
        case _:
            month = today.month - ago
            return first_of(today.year, month), first_of(today.year, month + 1)


def latest(year: int | None, month: int, day: int, today: date) -> date | None:
    """Return a day; without a year the last one that there was, and None if there is none."""
    try:
        found = date(year or today.year, month, day)
        if year is None and found > today:
            found = date(today.year - 1, month, day)
    except ValueError:
        return None
    return found


def first_of(year: int, month: int) -> date:
    """Return the first day of a month; months go on before 1 and after 12."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def same_day(today: date, months_ago: int) -> date:
    """Return the same day of an earlier month, or the last one that it has."""
    month = first_of(today.year, today.month - months_ago)
    following = first_of(month.year, month.month + 1)
    return min(month + timedelta(days=today.day - 1), following - timedelta(days=1))
