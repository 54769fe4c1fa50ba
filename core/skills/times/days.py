"""Days as people say them: "내일", "다음 주 화요일", "12월 5일", "next Friday", "Dec 5"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.skills.times.day_words import (
    AHEAD,
    ENGLISH_WEEK,
    KOREAN_WEEK,
    MONTHS,
    NAMED_COUNT,
    WEEKS_AHEAD,
)
from core.skills.times.feasts import FEAST, date_of
from core.skills.times.months import LAST, NTH, last_of, months_ahead, week_of, weekday_of
from core.skills.times.numbers import ENGLISH, NATIVE, number
from core.text.numerals import any_of


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """A day, or the days from `first` to `last`."""

    first: date
    last: date

    def each(self) -> Iterator[date]:
        """Yield the days in order."""
        for ahead in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=ahead)


@dataclass(frozen=True, slots=True)
class FoundDays:
    """The days that a text may mean, the nearest first; none if there is no such day.

    `start` and `end` are where they stand in it.
    """

    may_be: tuple[Days, ...]
    start: int
    end: int


_Read = Callable[[re.Match[str], date], tuple[Days, ...]]

_MOST_MONTHS: Final = 3  # no two in a row lack a day that a month may have
_WEEK: Final = r"(?:(?P<week>지난|저번|이번|다다음|다음|담)\s*주|(?P<short>금|차)주)"
_WEEKDAY: Final = rf"(?P<day>[{KOREAN_WEEK}])(?:요일|욜)"
_SHOWN_WEEKDAY: Final = rf"(?:\s*\(?[{KOREAN_WEEK}](?:요일\)?|욜\)?|\)))?"
_ENGLISH_DAY: Final = r"(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?(?:\s*,)?"
_MONTH: Final = rf"(?P<month>{'|'.join(MONTHS)})[a-z]*\.?"
_SHOWN_DAY: Final = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"


def find_days(text: str, today: date) -> FoundDays | None:
    """Return the days that a text names first; None if it names none."""
    for form, read in _FORMS:
        match = form.search(text)
        if match is None:
            continue
        try:
            may_be = tuple(sorted(set(read(match, today))))
        except (ValueError, OverflowError):  # such as the 30th of February
            may_be = ()
        return FoundDays(may_be, match.start(), match.end())
    return None


def _one(day: date) -> tuple[Days, ...]:
    return (Days(day, day),)


def _iso(match: re.Match[str], _: date) -> tuple[Days, ...]:
    return _one(date(int(match["year"]), int(match["month"]), int(match["number"])))


def _month_and_day(match: re.Match[str], today: date) -> tuple[Days, ...]:
    groups = match.groupdict()
    named = groups["month"].lower()
    month = int(named) if named.isdigit() else MONTHS.index(named[:3]) + 1
    year = groups.get("year")
    if groups.get("said") == "내년":
        year = str(today.year + 1)
    return _one(_coming(month, int(groups["number"]), today, int(year) if year else None))


def _feast(match: re.Match[str], today: date) -> tuple[Days, ...]:
    return _one(_coming(*date_of(match["feast"]), today, None))


def _slashed(match: re.Match[str], today: date) -> tuple[Days, ...]:
    """Read 12/5: month first; without Korean around it, it may be the day as well."""
    first, second = int(match["month"]), int(match["number"])
    pairs = [(first, second)]
    if not re.search("[가-힣]", match.string):
        pairs.append((second, first))
    found = [_coming(*pair, today, None) for pair in pairs if pair[0] <= 12 and pair[1] <= 31]
    return tuple(Days(day, day) for day in found)


def _coming(month: int, day: int, today: date, year: int | None) -> date:
    """Return the next such day, or that of a year."""
    if year is not None:
        return date(year, month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _day_of_month(match: re.Match[str], today: date) -> tuple[Days, ...]:
    """Read the day of a month that is named, or of the next one that has it and is not over."""
    day = int(match["number"])
    ahead = {"이번": 0, "다음": 1, "담": 1, "다다음": 2}.get(match.groupdict().get("month") or "")
    if ahead is not None:
        return _one(months_ahead(today.replace(day=1), ahead).replace(day=day))
    for month in range(_MOST_MONTHS):
        first = months_ahead(today.replace(day=1), month)
        with suppress(ValueError):
            if (found := first.replace(day=day)) >= today:
                return _one(found)
    return ()


def _of_month(match: re.Match[str], today: date) -> tuple[Days, ...]:
    """Read a week or a weekday of a month; the nth weekday may lie in another week than the nth."""
    groups, first = match.groupdict(), _month_named(match, today)
    nth, day = groups.get("nth"), groups.get("day")
    if not nth:
        return _one(last_of(first))
    if not day:
        return (Days(*week_of(first, nth)),)
    place = KOREAN_WEEK.find(day) if day in KOREAN_WEEK else ENGLISH_WEEK.index(day.lower())
    found = [weekday_of(first, nth, place)]
    if groups.get("weekly"):
        found.append(week_of(first, nth)[0] + timedelta(days=place))
    return tuple(Days(one, one) for one in found)


def _month_named(match: re.Match[str], today: date) -> date:
    """Return the first day of the month that is named; this month's if none is."""
    groups, this = match.groupdict(), today.replace(day=1)
    if named := (groups.get("month") or "").lower():
        month = int(named) if named.isdigit() else MONTHS.index(named[:3]) + 1
        return date(today.year + (month < today.month), month, 1)
    ahead = {"다음": 1, "담": 1, "next": 1, "다다음": 2}.get((groups.get("ahead") or "").lower(), 0)
    return months_ahead(this, ahead)


def _week_of(today: date, ahead: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)


def _weekday_in_week(match: re.Match[str], today: date) -> tuple[Days, ...]:
    ahead = WEEKS_AHEAD[match["week"] or match["short"]]
    return _one(_week_of(today, ahead) + timedelta(days=KOREAN_WEEK.index(match["day"])))


def _weekday(number_of_day: int, today: date) -> tuple[Days, ...]:
    """Return the next such weekday; on that day itself it may be today or in a week."""
    ahead = (number_of_day - today.weekday()) % 7
    days = [today + timedelta(days=ahead)] + ([today + timedelta(weeks=1)] if not ahead else [])
    return tuple(Days(day, day) for day in days)


def _english_weekday(match: re.Match[str], today: date) -> tuple[Days, ...]:
    """Read a weekday; whether "next Friday" skips the one of this week is not agreed upon."""
    day = ENGLISH_WEEK.index(match["day"].lower())
    coming = _weekday(day, today)
    if (match["which"] or "").lower() == "next":
        following = _week_of(today, 1) + timedelta(days=day)
        return (*(one for one in coming if one.first > today), Days(following, following))
    if (match["which"] or "").lower() == "this":
        return coming[:1]
    return coming


def _weeks_from(match: re.Match[str], today: date) -> tuple[Days, ...]:
    later = timedelta(weeks=number(match["count"]))
    return tuple(
        Days(day.first + later, day.last + later) for day in _english_weekday(match, today)
    )


def _english_in_week(match: re.Match[str], today: date) -> tuple[Days, ...]:
    monday = _week_of(today, WEEKS_AHEAD[match["week"].lower()])
    return _one(monday + timedelta(days=ENGLISH_WEEK.index(match["day"].lower())))


def _whole_week(match: re.Match[str], today: date) -> tuple[Days, ...]:
    groups = match.groupdict()
    ahead = WEEKS_AHEAD[(groups.get("week") or groups.get("short") or "이번").lower()]
    monday = _week_of(today, ahead)
    if groups.get("early"):
        return (Days(max(monday, today), monday + timedelta(days=2)),)
    if groups.get("weekend"):
        return (Days(monday + timedelta(days=5), monday + timedelta(days=6)),)
    sunday = monday + timedelta(days=6)
    return (Days(max(monday, today) if sunday >= today else monday, sunday),)


def _ahead(match: re.Match[str], today: date) -> tuple[Days, ...]:
    return _one(today + timedelta(days=AHEAD[" ".join(match["word"].lower().split())]))


def _counted(match: re.Match[str], today: date) -> tuple[Days, ...]:
    groups = match.groupdict()
    if named := groups.get("named"):
        return _one(today + timedelta(days=NAMED_COUNT[named]))
    if groups["unit"][0] in "달개m":
        return _one(months_ahead(today, number(groups["count"])))
    days = 7 if groups["unit"][0] in "주w" else 1
    return _one(today + timedelta(days=days * number(groups["count"])))


def _form(pattern: str, read: _Read) -> tuple[re.Pattern[str], _Read]:
    # It begins a word.
    return re.compile(rf"(?<![^\W_])(?:{pattern})", re.IGNORECASE), read


_KOREAN_MONTH: Final = r"(?:(?P<month>\d{1,2})\s*월|(?P<ahead>이번|다다음|다음|담)\s*달|이달)"
_ENGLISH_MONTH: Final = rf"(?:{_MONTH}|(?:(?P<ahead>this|next)|the)\s+month)"
_NTH: Final = rf"(?P<nth>[1-6]|{any_of(*NTH, *LAST)})"

_FORMS: Final = (
    _form(FEAST, _feast),
    _form(
        rf"{_KOREAN_MONTH}\s*{_NTH}\s*+(?:번?째)?\s*(?P<weekly>주)\s*(?:의\s*)?{_WEEKDAY}",
        _of_month,
    ),
    _form(rf"{_KOREAN_MONTH}\s*{_NTH}\s*+(?:번?째)?\s*주(?!말|간)", _of_month),
    _form(rf"{_KOREAN_MONTH}\s*{_NTH}\s*+(?:번?째)?\s*{_WEEKDAY}", _of_month),
    _form(rf"{_KOREAN_MONTH}\s*말일", _of_month),
    _form(rf"(?:the\s+)?{_NTH}\s+{_ENGLISH_DAY}\s+(?:of|in)\s+{_ENGLISH_MONTH}", _of_month),
    _form(rf"(?:the\s+)?{_NTH}\s+week\s+(?:of|in)\s+{_ENGLISH_MONTH}", _of_month),
    _form(rf"(?:the\s+)?last\s+day\s+of\s+{_ENGLISH_MONTH}", _of_month),
    _form(
        r"(?P<year>\d{4})\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<number>\d{1,2})(?:\s*일)?"
        + _SHOWN_WEEKDAY,
        _iso,
    ),
    _form(
        r"(?:(?P<said>올해|내년)\s*)?(?P<month>\d{1,2})\s*월\s*(?P<number>\d{1,2})\s*일"
        + _SHOWN_WEEKDAY,
        _month_and_day,
    ),
    _form(
        rf"{_SHOWN_DAY}{_MONTH}\s+(?P<number>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s+(?P<year>\d{{4}})\b)?",
        _month_and_day,
    ),
    _form(
        rf"{_SHOWN_DAY}(?:the\s+)?(?P<number>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:\s+(?P<year>\d{{4}})\b)?",
        _month_and_day,
    ),
    _form(r"(?:on\s+)?the\s+(?P<number>\d{1,2})(?:st|nd|rd|th)\b", _day_of_month),
    _form(
        r"(?P<month>\d{1,2})\.\s?(?P<number>\d{1,2})\.?(?!\d)(?!\s*(?:시간|h|만|원|%|배|점))"
        + _SHOWN_WEEKDAY,
        _slashed,
    ),
    _form(rf"(?P<month>\d{{1,2}})/(?P<number>\d{{1,2}})(?!\d){_SHOWN_WEEKDAY}", _slashed),
    _form(
        rf"(?:(?P<month>이번|다다음|다음|담)\s*달\s*)?(?P<number>\d{{1,2}})\s*일(?!\s*(?:뒤|후|간|동안|전|정도)){_SHOWN_WEEKDAY}",
        _day_of_month,
    ),
    _form(rf"{_WEEK}\s*{_WEEKDAY}", _weekday_in_week),
    _form(rf"{_WEEK}\s*(?:(?P<weekend>말)|(?P<early>초))?", _whole_week),
    _form(r"(?P<week>)(?P<weekend>주말)", _whole_week),
    _form(rf"(?P<week>this|next|last)\s+week,?\s+(?:on\s+)?{_ENGLISH_DAY}\b", _english_in_week),
    _form(
        rf"(?:on\s+)?{_ENGLISH_DAY}\s+(?:of\s+)?(?P<week>this|next|last)\s+week", _english_in_week
    ),
    _form(r"(?P<week>this|next|last)\s+week(?P<weekend>end)?", _whole_week),
    _form(
        r"(?P<named>하루|이틀|사흘|나흘|닷새|엿새|일주일|열흘|보름)\s*(?:뒤|후|있다가)(?!로)",
        _counted,
    ),
    _form(
        rf"(?P<count>\d{{1,3}}|{NATIVE}|일|이|삼)\s*(?P<unit>일|주|달|개월)\s*(?:일\s*)?(?:뒤|후)(?!로)",
        _counted,
    ),
    _form(rf"in\s+(?P<count>\d{{1,3}}|an?|{ENGLISH})\s+(?P<unit>day|week|month)s?", _counted),
    _form(
        rf"(?P<count>\d{{1,3}}|an?|{ENGLISH})\s+(?P<unit>day|week|month)s?\s+from\s+(?:today|now)",
        _counted,
    ),
    _form(
        rf"(?P<count>\d|an?|{ENGLISH})\s+weeks?\s+from\s+(?:(?P<which>this|next)\s+)?{_ENGLISH_DAY}\b",
        _weeks_from,
    ),
    _form(r"(?:the\s+)?(?P<word>day\s+after\s+tomorrow)", _ahead),
    _form(
        r"(?P<word>내일모레|낼모레|오늘|금일|내일|낼|명일|모레|글피|어제|그저께|그제"
        r"|today|tonight|tomorrow|tmrw|yesterday)",
        _ahead,
    ),
    _form(_WEEKDAY, lambda match, today: _weekday(KOREAN_WEEK.index(match["day"]), today)),
    _form(rf"(?:(?P<which>this|next|coming|on)\s+)?{_ENGLISH_DAY}\b", _english_weekday),
)
