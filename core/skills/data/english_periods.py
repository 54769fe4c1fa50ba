"""Spans of days as people say them in English: "last month", "Q3 2025", "the past 7 days"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Final

from core.skills.data.spans import Period, PeriodForm, around, first_of, latest, same_day
from core.text.numerals import ENGLISH, any_of, ordinal
from core.text.numerals import count as numeral

_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_HALVES: Final = ("first", "1st", "second", "2nd")
_QUARTERS: Final = (*_HALVES, "third", "3rd", "fourth", "4th")
_QUARTER: Final = any_of(*_QUARTERS, "last")
_SPOKEN_YEARS: Final = {"this year": 0, "last year": 1, "the year before last": 2}
_BEFORE: Final = r"(?:\b(?:in|during|for|over|from|on|of|within|throughout)\s+)?(?:\bthe\s+)?"
_YEAR: Final = rf"(?:\s*,?\s*(?:of\s+|in\s+)?(?P<year>(?:19|20)\d\d|{any_of(*_SPOKEN_YEARS)})\b)?"
# "may" alone is no month.
_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    "|(?:(?<=in )|(?<=of )|(?<=to )|(?<=and )|(?<=last )|(?<=since )|(?<=from )|(?<=during ))may"
)
_MONTH: Final = rf"(?:this\s+|last\s+)?\b(?P<month>{_MONTHS})\b"
_DAY: Final = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_COUNT: Final = rf"(?P<count>\d+|{any_of(*ENGLISH)})"
_LAST: Final = r"(?:last|previous|past)"


def _number(month: str) -> int:
    return next(n for n, name in enumerate(_NAMES, 1) if name.startswith(month[:3].lower()))


def _year_of(match: re.Match[str], today: date) -> int | None:
    said = match["year"]
    if not said:
        return None
    ago = _SPOKEN_YEARS.get(" ".join(said.lower().split()))
    return int(said) if ago is None else today.year - ago


def _months(year: int, month: int, count: int, label: str = "") -> Period:
    start = first_of(year, month)
    return Period(
        start, first_of(year, month + count), label or english_label("month", start, start)
    )


def _days(start: date, end: date) -> Period:
    return Period(start, end, english_label("day", start, end - timedelta(days=1)))


def english_label(unit: str, start: date, last: date) -> str:
    """Return the name of a span by its unit, its first day and its last."""
    match unit:
        case "quarter":
            return f"Q{(start.month + 2) // 3} {start.year}"
        case "month":
            return f"{_NAMES[start.month - 1].capitalize()} {start.year}"
        case "year":
            return f"{start.year}"
    return f"{start}" if start == last else f"{start} to {last}"


def _named_day(match: re.Match[str], today: date) -> Period | None:
    day = latest(_year_of(match, today), _number(match["month"]), int(match["day"]), today)
    return _days(day, day + timedelta(days=1)) if day else None


def _named_month(match: re.Match[str], today: date) -> Period:
    month = _number(match["month"])
    return _months(_year_of(match, today) or today.year - (month > today.month), month, 1)


def _month_span(match: re.Match[str], today: date) -> Period | None:
    first, last = _number(match["month"]), _number(match["to"])
    if first > last:
        return None
    year = _year_of(match, today) or today.year - (first > today.month)
    label = f"{_NAMES[first - 1].capitalize()} to {_NAMES[last - 1].capitalize()} {year}"
    return _months(year, first, last - first + 1, label)


def _since_month(match: re.Match[str], today: date) -> Period:
    start = _named_month(match, today).start
    return _days(start, today + timedelta(days=1))


def _quarter(match: re.Match[str], today: date) -> Period:
    said = match["ordinal"]
    number = int(match["quarter"]) if not said else 4 if said.lower() == "last" else ordinal(said)
    year = _year_of(match, today) or today.year - (number > (today.month + 2) // 3)
    return _months(year, 3 * number - 2, 3, f"Q{number} {year}")


def _half(match: re.Match[str], today: date) -> Period:
    second = ordinal(match["ordinal"]) == 2
    year = _year_of(match, today) or today.year - (second and today.month <= 6)
    return _months(year, 7 if second else 1, 6, f"H{1 + second} {year}")


def _last(match: re.Match[str], today: date) -> Period:
    count, end = numeral(match["count"]), today + timedelta(days=1)
    match match["unit"][0].lower():
        case "d":
            return _days(end - timedelta(days=count), end)
        case "w":
            return _days(end - timedelta(weeks=count), end)
        case "m":
            return _days(same_day(today, count), end)
        case _:
            return _days(same_day(today, 12 * count), end)


def _year(match: re.Match[str], today: date) -> Period:
    year = _year_of(match, today) or today.year
    return _months(year, 1, 12, f"{year}")


_around: Final = partial(around, label=english_label)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(_BEFORE + pattern, re.IGNORECASE)


# Those that are named by one that was talked about.
ENGLISH_BESIDE: Final[tuple[PeriodForm, ...]] = tuple(
    (_form(rf"\b{unit}\s+{side}(?:\s+(?:that|it))?\s*(?=[?.,!]|$)"), _around(unit, ago))
    for unit in ("day", "week", "month", "quarter", "year")
    for side, ago in (("before", 1), ("after", -1))
) + tuple(
    (_form(rf"\bsame\s+{unit}\s+(?:of\s+)?last\s+year\b"), _around(unit, ago))
    for unit, ago in (("week", 52), ("month", 12), ("quarter", 4))
)
ENGLISH_PERIODS: Final[tuple[PeriodForm, ...]] = (
    (
        _form(
            rf"(?:between\s+)?{_MONTH}\s*(?:to|through|until|and|-|–)\s*(?P<to>{_MONTHS})\b{_YEAR}"
        ),
        _month_span,
    ),
    (_form(rf"{_MONTH}\s+{_DAY}\b(?!\d){_YEAR}"), _named_day),
    (_form(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}"), _named_day),
    (
        _form(rf"\b(?:q(?P<quarter>[1-4])|(?P<ordinal>{_QUARTER})\s+quarter(?=\s+of)){_YEAR}"),
        _quarter,
    ),
    (_form(r"\bq(?P<quarter>[1-4])\b(?P<ordinal>)(?P<year>)"), _quarter),
    (
        _form(rf"\b(?P<ordinal>{any_of(*_QUARTERS)})\s+quarter\b(?P<quarter>)(?P<year>)"),
        _quarter,
    ),
    (_form(rf"\b(?P<ordinal>{any_of(*_HALVES)})\s+half(?:\s+of)?{_YEAR}"), _half),
    (_form(rf"\b{_LAST}\s+{_COUNT}\s+(?P<unit>days?|weeks?|months?|years?)\b"), _last),
    (_form(rf"\bsince\s+{_MONTH}{_YEAR}"), _since_month),
    (_form(rf"{_MONTH}{_YEAR}"), _named_month),
    (_form(r"\bmonth before last\b"), _around("month", 2)),
    (_form(r"\bday before yesterday\b"), _around("day", 2)),
    (_form(r"\byesterday\b"), _around("day", 1)),
    (_form(r"\btoday\b"), _around("day", 0)),
    (_form(rf"\b{_LAST}\s+week\b"), _around("week", 1)),
    (_form(r"\b(?:this|current)\s+week\b"), _around("week", 0)),
    (_form(rf"\b{_LAST}\s+quarter\b"), _around("quarter", 1)),
    (_form(r"\b(?:this|current)\s+quarter\b"), _around("quarter", 0)),
    (_form(rf"\b{_LAST}\s+month\b"), _around("month", 1)),
    (_form(r"\b(?:this|current)\s+month\b"), _around("month", 0)),
    (_form(rf"\b(?P<year>(?:19|20)\d\d|{any_of(*_SPOKEN_YEARS)})\b"), _year),
)
