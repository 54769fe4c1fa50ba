"""Durations as people say them: "한 시간 반", "30분", "for half an hour"."""

from __future__ import annotations

import re
from typing import Final

from core.skills.times.numbers import ENGLISH, NATIVE, number

_COUNT: Final = rf"(?P<hours>\d+(?:\.\d+)?|{NATIVE})"
_KOREAN: Final = (
    rf"(?:{_COUNT}\s*시간(?:\s*(?P<half>반)|\s*(?P<rest>\d{{1,2}})\s*분)?"
    r"|(?P<minutes>\d{1,3})\s*분)"
)
_HALF_HOUR: Final = r"(?P<half_hour>반\s*시간|half\s+an\s+hour|half-hour)"
_ENGLISH: Final = (
    rf"(?:(?P<e_hours>\d+(?:\.\d+)?|an?|{ENGLISH})(?P<e_half>\s+and\s+a\s+half)?[\s-]*(?:hours?|hrs?|h)\b(?P<e_half_after>\s+and\s+a\s+half)?"
    rf"(?:\s*(?:and\s+)?(?P<e_rest>\d{{1,2}})\s*(?:minutes?|mins?|m)\b)?"
    rf"|(?P<e_minutes>\d{{1,3}}|{ENGLISH})[\s-]*(?:minutes?|mins?)\b)"
)
_LENGTH: Final = rf"(?<![\w.])(?:{_HALF_HOUR}|{_KOREAN}|{_ENGLISH})"
_SPAN: Final = re.compile(
    rf"(?:(?<!\w)for\s+)?{_LENGTH}(?:\s*(?:간|동안|짜리|정도|쯤))*", re.IGNORECASE
)
_FROM_NOW: Final = re.compile(
    rf"(?:{_LENGTH}\s*+(?:정도|쯤)?\s*(?:뒤|후|있다가)(?!로)"
    rf"|(?<!\w)in\s+(?:about\s+)?{_LENGTH.replace('?P<', '?P<in_')}"
    rf"|{_LENGTH.replace('?P<', '?P<now_')}\s+from\s+now)",
    re.IGNORECASE,
)

# Days are counted in hours of the clock, whatever a night has.
_DAY_MIN: Final = 24 * 60
_NAMED_DAYS: Final = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "일주일": 7, "보름": 15}
_DAYS: Final = (
    rf"(?<!\w)(?:(?P<named>{'|'.join(_NAMED_DAYS)})"
    rf"|(?P<days>\d{{1,2}}|an?|{ENGLISH}|{NATIVE})\s*(?P<unit>일|주|days?|weeks?))"
)
_SHIFT: Final = re.compile(
    rf"(?:(?P<back>back)\s+|(?P<up>up|forward)\s+)?(?:by\s+)?(?:{_LENGTH}|{_DAYS})\s*(?:정도|쯤|만)?\s*"
    r"(?:(?P<later>뒤로|늦게|늦추|늦춰|미뤄|미루|later|back)"
    r"|(?P<earlier>앞으로|앞당|당겨|당기|일찍|earlier|forward|sooner))?",
    re.IGNORECASE,
)


_STRETCH: Final = re.compile(
    rf"(?:(?P<extend>extend|lengthen|prolong)|(?P<shorten>shorten|cut))?[^.,;]{{0,12}}?{_LENGTH}\s*+(?:정도|쯤|만)?\s*+(?:더\s*)?"
    r"(?:(?P<longer>늘|연장|길게|longer)|(?P<shorter>줄|단축|짧게|shorter))?",
    re.IGNORECASE,
)


def find_stretch(text: str) -> int | None:
    """Return by how many minutes something is to last longer; None if not said.

    "30분으로 줄여줘" says how long it lasts, and not by how much.
    """
    for match in _STRETCH.finditer(text):
        minutes, _, _ = _located(match)
        if match["longer"] or match["extend"]:
            return minutes
        if match["shorter"] or match["shorten"]:
            return -minutes
    return None


def find_shift(text: str) -> tuple[int, int, int] | None:
    """Return by how many minutes something is to be later, and where; None if not said."""
    for match in _SHIFT.finditer(text):
        minutes, start, end = _located(match)
        if match["later"] or match["back"]:
            return minutes, start, end
        if match["earlier"] or match["up"]:
            return -minutes, start, end
    return None


def find_span(text: str) -> tuple[int, int, int] | None:
    """Return a length in minutes, and where it stands; None if a text names none."""
    return _found(_SPAN, text)


def find_from_now(text: str) -> tuple[int, int, int] | None:
    """Return in how many minutes something is to be, and where it stands; None if not said."""
    return _found(_FROM_NOW, text)


def _found(form: re.Pattern[str], text: str) -> tuple[int, int, int] | None:
    match = form.search(text)
    return _located(match) if match else None


def _located(match: re.Match[str]) -> tuple[int, int, int]:
    said = {
        name.removeprefix("in_").removeprefix("now_"): value
        for name, value in match.groupdict().items()
        if value
    }
    return _minutes(said), match.start(), match.end()


def _minutes(said: dict[str, str]) -> int:
    if "half_hour" in said:
        return 30
    if named := said.get("named"):
        return _NAMED_DAYS[named] * _DAY_MIN
    if days := said.get("days"):
        return number(days) * _DAY_MIN * (7 if said["unit"][0] in "주w" else 1)
    for minutes in ("minutes", "e_minutes"):
        if minutes in said:
            return number(said[minutes])
    hours = said.get("hours") or said["e_hours"]
    total = round(float(hours) * 60) if "." in hours else number(hours) * 60
    if {"half", "e_half", "e_half_after"} & said.keys():
        total += 30
    return total + int(said.get("rest") or said.get("e_rest") or 0)
