"""Spans of days as people say them: "지난달", "작년 3분기", "최근 7일", "last month"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from core.skills.data.english_periods import ENGLISH_BESIDE, ENGLISH_PERIODS
from core.skills.data.spans import Period, PeriodForm, around, first_of, latest, same_day
from core.text.numerals import KOREAN, any_of
from core.text.numerals import count as numeral

_YEAR: Final = (
    r"(?:(?P<year>(?:19|20)?\d{2})\s*년(?:도)?\s*"
    r"|(?P<said>올해|금년|작년|지난\s*해|재작년|내년)\s*)"
)
_COUNT: Final = rf"(?P<count>\d+|{any_of(*KOREAN)})"

# Words that repeat that a whole span is meant: "10월 한 달 동안".
_WHOLE: Final = re.compile(
    r"\s*(?:(?:에?\s*들어(?:와?서)?|부터)?\s*(?:오늘|지금|현재|이제|여태)까지|에?\s*들어(?:와?서)?(?![가-힣])"
    r"|(?:한\s*달|한\s*해|일\s*년|하루|한\s*주|전체|내내)\s*(?:간|동안|내내)?(?=[\s?]|$|에|의|은))"
)
_RECENT: Final = "(?:최근|지난|요새|요즘|요)"
_SPOKEN_DAYS: Final = {
    "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "일주일": 7, "여드레": 8,
    "아흐레": 9, "열흘": 10, "보름": 15,
}  # fmt: skip
_SEASONS: Final = {"봄": 3, "여름": 6, "가을": 9, "겨울": 12}
_SEASON: Final = rf"(?P<season>{any_of(*_SEASONS)})(?:철|\s*시즌)?"
_YEARS_AGO: Final = {"올해": 0, "금년": 0, "작년": 1, "지난해": 1, "재작년": 2, "내년": -1}


def find_period(text: str, today: date) -> tuple[Period, int, int] | None:
    """Return the span of days that a text names, and where in it; None if it names none."""
    return _found((*_BESIDE, *ENGLISH_BESIDE, *_FORMS, *ENGLISH_PERIODS), text, today)


def find_named(text: str, today: date) -> tuple[Period, int, int] | None:
    """Return the span that a text names by itself, as `find_period` does."""
    return _found((*_FORMS, *ENGLISH_PERIODS), text, today)


def find_beside(text: str, today: date) -> tuple[Period, int, int] | None:
    """Return the span that a text names by one that was talked about, counted from a day."""
    return _found((*_BESIDE, *ENGLISH_BESIDE), text, today)


def day_beside(text: str, talked_of: Period) -> date | None:
    """Return the day from which a text counts, if it names a span by one that was talked about.

    "The week before" is the one before its first day, "the week after" the one after its last.
    """
    any_day = date(2000, 1, 1)
    found = find_beside(text, any_day)
    if found is None:
        return None
    return talked_of.end - timedelta(days=1) if found[0].start > any_day else talked_of.start


def _found(forms: Sequence[PeriodForm], text: str, today: date) -> tuple[Period, int, int] | None:
    for form, read in forms:
        match = next((m for m in form.finditer(text) if _begins_a_word(text, m.start())), None)
        if match is None:
            continue
        try:
            period = read(match, today)
        except (ValueError, OverflowError):  # a thousand years ago and more
            return None
        if period is None:  # such as the 30th of February
            return None
        spoken = _WHOLE.match(text, match.end())
        return period, match.start(), spoken.end() if spoken else match.end()
    return None


def _begins_a_word(text: str, place: int) -> bool:
    return place == 0 or not ("가" <= (before := text[place - 1]) <= "힣" or before.isdigit())


def _days(start: date, end: date) -> Period:
    return Period(start, end, korean_label("day", start, end - timedelta(days=1)))


def _months(year: int, month: int, count: int, label: str = "") -> Period:
    start = first_of(year, month)
    return Period(
        start, first_of(year, month + count), label or korean_label("month", start, start)
    )


def korean_label(unit: str, start: date, last: date) -> str:
    """Return the name of a span by its unit, its first day and its last."""
    match unit:
        case "quarter":
            return f"{start.year}년 {(start.month + 2) // 3}분기"
        case "month":
            return f"{start.year}년 {start.month}월"
        case "year":
            return f"{start.year}년"
    first = f"{start.year}년 {start.month}월 {start.day}일"
    return first if start == last else f"{first}~{last.year}년 {last.month}월 {last.day}일"


def _year_of(match: re.Match[str], today: date) -> int | None:
    groups = match.groupdict()
    if year := groups.get("year"):
        return int(year) if len(year) == 4 else 2000 + int(year)
    if said := groups.get("said"):
        return today.year - _YEARS_AGO["".join(said.split())]
    return None


def _day(match: re.Match[str], today: date) -> Period | None:
    day = latest(_year_of(match, today), int(match["month"]), int(match["day"]), today)
    return _days(day, day + timedelta(days=1)) if day else None


def _named_month(match: re.Match[str], today: date) -> Period | None:
    month = int(match["month"])
    if not 1 <= month <= 12:
        return None
    year = _year_of(match, today) or today.year - (month > today.month)
    return _months(year, month, 1)


def _month_span(match: re.Match[str], today: date) -> Period | None:
    first, last = int(match["month"]), int(match["to"])
    if not 1 <= first <= last <= 12:
        return None
    year = _year_of(match, today) or today.year - (first > today.month)
    return _months(year, first, last - first + 1, f"{year}년 {first}월~{last}월")


def _quarter(match: re.Match[str], today: date) -> Period | None:
    number = int(match["quarter"])
    if not 1 <= number <= 4:
        return None
    year = _year_of(match, today) or today.year - (number > (today.month + 2) // 3)
    return _months(year, 3 * number - 2, 3, f"{year}년 {number}분기")


def _half(match: re.Match[str], today: date) -> Period:
    second = match["half"] == "하"
    year = _year_of(match, today) or today.year - (second and today.month <= 6)
    return _months(year, 7 if second else 1, 6, f"{year}년 {match['half']}반기")


def _whole_year(match: re.Match[str], today: date) -> Period:
    year = _year_of(match, today) or today.year
    return _months(year, 1, 12, f"{year}년")


def _spoken_days(match: re.Match[str], today: date) -> Period:
    end = today + timedelta(days=1)
    return _days(end - timedelta(days=_SPOKEN_DAYS["".join(match["days"].split())]), end)


def _season(match: re.Match[str], today: date) -> Period:
    """Return three months; a winter is named by the year in which it begins."""
    month = _SEASONS[match["season"]]
    year = _year_of(match, today) or today.year - (month > today.month)
    return _months(year, month, 3, f"{year}년 {match['season']}({month}월부터 석 달)")


def _last(match: re.Match[str], today: date) -> Period:
    count = numeral(match["count"])
    end = today + timedelta(days=1)
    match match["unit"][0]:
        case "일":
            return _days(end - timedelta(days=count), end)
        case "주":
            return _days(end - timedelta(weeks=count), end)
        case "년" | "해":
            return _days(same_day(today, 12 * count), end)
        case _:
            return _days(same_day(today, count), end)


_around: Final = partial(around, label=korean_label)

_UNITS: Final = {"날": "day", "주": "week", "달": "month", "분기": "quarter", "해": "year"}
_BESIDE: Final[tuple[PeriodForm, ...]] = tuple(
    (
        re.compile(rf"그\s*{side}\s*{said}(?=$|[\s?.,!]|[은는엔에도의과와]|보다|대비|이?랑|하고)"),
        _around(unit, ago),
    )
    for said, unit in _UNITS.items()
    for side, ago in ((r"(?:바로\s*)?(?:이?전|앞)", 1), ("(?:다음|뒤)", -1))
) + tuple(
    (re.compile(rf"(?:작년|전년|지난\s*해)(?:의)?\s*(?:같은|동)\s*{said}"), _around(unit, ago))
    for said, unit, ago in (("주", "week", 52), ("[달월]", "month", 12), ("분기", "quarter", 4))
)
_FORMS: Final[tuple[PeriodForm, ...]] = (
    (
        re.compile(
            rf"{_YEAR}?(?P<month>\d{{1,2}})\s*월?\s*(?:부터|에서|~|-)\s*(?P<to>\d{{1,2}})\s*월(?:\s*까지)?"
        ),
        _month_span,
    ),
    (re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})"), _day),
    (re.compile(rf"{_YEAR}?(?P<month>\d{{1,2}})\s*월\s*(?P<day>\d{{1,2}})\s*일"), _day),
    (re.compile(rf"{_YEAR}?(?P<quarter>\d)\s*(?:사)?\s*분기"), _quarter),
    (re.compile(rf"{_YEAR}?(?P<half>[상하])\s*반기"), _half),
    (re.compile(rf"{_YEAR}?(?P<month>\d{{1,2}})\s*월(?!\s*(?:별|간))"), _named_month),
    (re.compile(rf"(?:{_YEAR}|(?:지난|이번|요번)\s*){_SEASON}(?![가-힣]{{2}})"), _season),
    (re.compile(rf"{_SEASON}(?=에|\s*동안|\s*내내)"), _season),
    (re.compile(rf"{_YEAR}(?!\s*별)"), _whole_year),
    (
        re.compile(
            rf"(?:최근|지난|요)\s*{_COUNT}\s*(?P<unit>일|주일?|개월|달|년|해)(?:\s*(?:간|동안))?"
        ),
        _last,
    ),
    (re.compile(rf"{_COUNT}\s*(?P<unit>일|주|개월|달|년)\s*(?:간|동안)"), _last),
    (
        re.compile(rf"(?:{_RECENT}\s*)?(?P<days>{any_of(*_SPOKEN_DAYS)})\s*(?:간|동안)"),
        _spoken_days,
    ),
    (re.compile(rf"{_RECENT}\s*(?P<days>{any_of(*_SPOKEN_DAYS)})"), _spoken_days),
    (re.compile(r"오늘|금일"), _around("day", 0)),
    (re.compile(r"그저께|그제|엊그제"), _around("day", 2)),
    (re.compile(r"어제|전일"), _around("day", 1)),
    (re.compile(r"이번\s*주|금주"), _around("week", 0)),
    (re.compile(r"지지난\s*주|저저번\s*주|전전주"), _around("week", 2)),
    (re.compile(r"(?:지난|저번)\s*주|전주(?!시)"), _around("week", 1)),
    (re.compile(r"이번\s*분기"), _around("quarter", 0)),
    (re.compile(r"(?:지난|저번|직전)\s*분기"), _around("quarter", 1)),
    (re.compile(r"지지난\s*달|저저번\s*달|전전달"), _around("month", 2)),
    (re.compile(r"(?:지난|저번|전)\s*달|전월"), _around("month", 1)),
    (re.compile(r"이번\s*달|이\s*달|당월|금월"), _around("month", 0)),
)
