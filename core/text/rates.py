"""Rates: the time for which a price counts, as in "월 9,900원" and "$5 a month"."""

from __future__ import annotations

import re
from typing import Final

from core.text.numerals import ENGLISH, any_of, count

_PERIODS: Final = {
    "시간": "hour",
    "분": "minute",
    "일": "day",
    "하루": "day",
    "주": "week",
    "일주일": "week",
    "월": "month",
    "달": "month",
    "개월": "month",
    "연": "year",
    "년": "year",
    "해": "year",
    "mo": "month",
    "yr": "year",
    "hr": "hour",
    "min": "minute",
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}
_CHARS: Final = 40  # how far from an amount its rate may be written
_SMALL: Final = r"\s?(?:최대|최소|약|총|각각?|up to|about)?\s?[$€£¥₩]?\s?$"
_BEFORE: Final = re.compile(
    r"(?:(?<![가-힣\d])(?P<bare>월|연|주|일)(?:\s[가-힣]{1,6})?"
    r"|(?<![가-힣])(?:매(?P<every>월|달|년|주|일)|(?P<whole>연|월|주)간)[가-힣]{0,2}"
    r"(?:\s[가-힣]{1,6}){0,3}"
    r"|(?<![가-힣])(?P<named>하루|일주일)(?:에|마다)?|(?<![가-힣])한\s?(?P<one>달|해|시간)에?"
    r"|(?:(?P<size>\d+)\s?)?(?P<unit>시간|분|일|주|개월|달|년)\s?(?:당|마다)"
    r"|(?P<size2>\d+)\s?(?P<unit2>시간|분|일|주|개월|달|년)에"
    r"|\b(?P<adjective>hourly|daily|weekly|monthly|yearly|annual)\s(?:\w+\s){0,3}(?:is\s)?)"
    + _SMALL,
    re.IGNORECASE,
)
_PERIOD: Final = r"(?:hour|minute|day|week|month|year|mo|yr|hr|min)"
_BEHIND: Final = re.compile(
    rf"\s?(?:(?:per|an?|each|every|/)\s?(?!{_PERIOD}s?\b)\w+\s?)?"
    rf"(?:(?:per|an?|each|every|/)\s?(?P<each>{_PERIOD})s?\b"
    r"|(?P<adverb>hourly|daily|weekly|monthly|yearly|annually)\b"
    rf"|for\s(?P<size>\d+|{any_of(*ENGLISH)})\s(?P<length>{_PERIOD})s?\b"
    r"|/\s?(?P<korean>월|년|일|시간|주))",
    re.IGNORECASE,
)


def period_of(text: str, start: int, end: int) -> str:
    """Return the period for which the amount `text[start:end]` counts, as "month"; "" if none."""
    behind = _BEHIND.match(text, end, end + _CHARS)
    before = _BEFORE.search(text, max(0, start - _CHARS), start)
    found = behind or before
    if found is None:
        return ""
    groups = {name: value.lower() for name, value in found.groupdict().items() if value}
    sizes = [groups.pop(name) for name in ("size", "size2") if name in groups]
    (unit,) = groups.values()
    size = count(sizes[0]) if sizes else 1
    period = _PERIODS.get(unit, unit)
    return period if size == 1 else f"{size} {period}"
