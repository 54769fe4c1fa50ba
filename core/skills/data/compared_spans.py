"""The spans of days that a question names: one, or two that it compares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.skills.data.calculations import COMPARED
from core.skills.data.english_periods import english_label
from core.skills.data.groupings import without
from core.skills.data.periods import day_beside, find_beside, find_named, korean_label
from core.skills.data.spans import Period, first_of, same_day

_BLANKS: Final = re.compile(chr(0) + "+")
_SEPARATE: Final = re.compile(r"\s+and\s+", re.IGNORECASE)
_LINK: Final = re.compile(
    r"\s*(?:이?랑|하고|과|와|및|또는|대|,|/|(?:and|or|vs\.?|versus|to|with)\b)\s*(?:the|in)?\s*",
    re.IGNORECASE,
)
_SAME_LAST_YEAR: Final = re.compile(
    r"(?:작년|전년|지난\s*해)의?\s*(?:같은\s*기간|동기간?|이맘때)"
    r"|\b(?:the\s+)?same (?:period|time) last year\b",
    re.IGNORECASE,
)
_THAN_BEHIND: Final = re.compile(
    r"\s*(?:에\s*)?(?:대비|보다|비해|비하|(?:이?랑|하고|과|와)\s*비교)"
)
_THAN_BEFORE: Final = re.compile(
    r"\b(?:than|compared (?:to|with)|versus|vs\.?|against|since)\s+(?:(?:in|the|that of)\s+)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spans:
    """The spans of days that a text names, and the text without them.

    `against` is what `period` is compared with. `more` tells that there are others still, or that
    it is not said that the two are compared.
    """

    rest: str
    period: Period | None = None
    against: Period | None = None
    more: bool = False


def find_spans(text: str, today: date) -> Spans:
    """Read the spans of days of a text: one, or two that are compared."""
    compares = bool(COMPARED.search(text))
    left = _SEPARATE.sub(" vs ", text) if compares else text
    beside, last_year = find_beside(left, today), _SAME_LAST_YEAR.search(left)
    bare = left
    for place in (beside and beside[1:], last_year and last_year.span()):
        if place:
            bare = _blanked(bare, *place)
    if last_year and find_named(bare, today) is None:
        last_year, bare = None, left  # "작년 이맘때" by itself is read as the year
    left, found = _named(bare, today)
    rest = _BLANKS.sub(" ", _without_particles(left))
    if not found:
        return Spans(rest, beside[0] if beside else None)
    period, more = found[0][0], len(found) > 1
    if beside:
        said = text[slice(*beside[1:])]
        again = find_beside(said, day_beside(said, period) or today)
        return Spans(rest, period, again[0] if again else None, more)
    if last_year:
        return Spans(rest, period, _a_year_before(period), more)
    if more:
        return _compared(rest, left, found, compares=compares)
    _, start, end = found[0]
    now = None
    if is_than := bool(_THAN_BEHIND.match(left, end) or _THAN_BEFORE.search(left[:start])):
        now = _current(period, today)
    return Spans(rest, now or period, period if now else None, more=is_than and now is None)


def _named(text: str, today: date) -> tuple[str, list[tuple[Period, int, int]]]:
    """Return a text with its spans blank, and up to three of them."""
    found: list[tuple[Period, int, int]] = []
    while len(found) <= 2 and (one := find_named(text, today)):
        found.append(one)
        text = _blanked(text, *one[1:])
    return text, found


def _compared(
    rest: str, text: str, found: Sequence[tuple[Period, int, int]], *, compares: bool
) -> Spans:
    """Return the first two spans of a text, if it is plain that they are compared."""
    (first, _, end), (second, start, _) = sorted(found[:2], key=lambda one: one[1])
    linked = compares or bool(_LINK.fullmatch(text[end:start]))
    more = len(found) > 2 or not linked or first == second or _unit(first) != _unit(second)
    return Spans(rest, first, second, more)


def _blanked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{chr(0) * (end - start)}{text[end:]}"


def _without_particles(text: str) -> str:
    """Return a text without the particles of what is blank in it."""
    while match := _BLANKS.search(text):
        text = without(text, match.start(), match.end())
    return text


def _unit(period: Period) -> tuple[str, int]:
    """Return how long a span is, in months where it is whole ones, else in days."""
    if period.start.day == period.end.day == 1:
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        return "month", months
    return "day", (period.end - period.start).days


def _current(period: Period, today: date) -> Period | None:
    """Return the span of the same length that today is in, if the given one is before it."""
    unit, count = _unit(period)
    start, end = period.start, period.end
    while end <= today and count:
        start = end
        if unit == "month":
            end = first_of(start.year, start.month + count)
        else:
            end = start + timedelta(days=count)
    if start == period.start:
        return None
    return Period(start, end, _like(period.label, unit, count, start, end))


def _like(label: str, unit: str, count: int, start: date, end: date) -> str:
    """Return the label of a span in the language of another's."""
    named = {1: "month", 3: "quarter", 12: "year"}.get(count, "day") if unit == "month" else "day"
    name = korean_label if re.search("[가-힣]", label) else english_label
    return name(named, start, end - timedelta(days=1))


def _a_year_before(period: Period) -> Period:
    start, end = same_day(period.start, 12), same_day(period.end, 12)
    return Period(start, end, _like(period.label, *_unit(period), start, end))
