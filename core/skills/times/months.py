"""Weeks and weekdays of a month: "12월 셋째 주 화요일", "the last Friday of next month"."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from core.text.numerals import ORDINALS, ordinal

NTH: Final = (*ORDINALS, "두", "세", "네", "다섯")
LAST: Final = ("마지막", "last")


def last_of(first: date) -> date:
    """Return the last day of the month that begins on a day."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def months_ahead(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def weekday_of(first: date, nth: str, weekday: int) -> date:
    """Return the nth such weekday of a month, or its last.

    Raises:
        ValueError: the month has no such day.
    """
    last = last_of(first)
    if nth.lower() in LAST:
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    begins = first + timedelta(days=(weekday - first.weekday()) % 7)
    return first.replace(day=begins.day + 7 * (ordinal(nth) - 1))


def week_of(first: date, nth: str) -> tuple[date, date]:
    """Return the nth week of a month, or its last; a week belongs to the month of its Thursday.

    Raises:
        ValueError: the month has no such week.
    """
    last = last_of(first)
    if nth.lower() in LAST:
        within = last - timedelta(days=3)
    else:
        within = first + timedelta(days=3, weeks=ordinal(nth) - 1)
    monday = within - timedelta(days=within.weekday())
    if monday + timedelta(days=3) > last:
        raise ValueError(f"no such week: {nth}")
    return monday, monday + timedelta(days=6)
