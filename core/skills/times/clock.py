"""Times of the day as people say them: "오후 3시 반", "15:30", "half past 3", "from 3 to 5 pm"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from core.skills.times.numbers import ENGLISH, NATIVE, SINO, number

Window = tuple[time, time]


@dataclass(frozen=True, slots=True)
class FoundClock:
    """The times that a text may mean; none if there is no such time, or only its end is said.

    `until` are the times at which it may end, where that is said. `start` and `end` are where it
    stands.
    """

    may_be: tuple[time, ...]
    until: tuple[time, ...]
    start: int
    end: int


_MORNING: Final = ("오전", "아침", "새벽", "am")
_NOON: Final = ("낮", "점심")
_PARTS: Final[dict[str, Window]] = {
    "오전": (time(0), time(12)), "아침": (time(6), time(11)), "새벽": (time(0), time(6)),
    "점심": (time(11), time(14)), "오후": (time(12), time(23, 59)), "낮": (time(11), time(17)),
    "저녁": (time(17), time(21)), "밤": (time(20), time(23, 59)),
    "morning": (time(0), time(12)), "afternoon": (time(12), time(18)),
    "evening": (time(17), time(21)), "tonight": (time(17), time(23, 59)),
}  # fmt: skip
_PART_ALONE: Final = re.compile(
    rf"(?<![^\W_])(?:(?:in the|this)\s+)?(?P<part>{'|'.join(_PARTS)})(?:에)?", re.IGNORECASE
)
# Parts of a working day, by what people do before and after them.
_ROUTINES: Final = tuple(
    (re.compile(form, re.IGNORECASE), window)
    for form, window in (
        (
            r"점심\s*(?:식사\s*)?(?:먹고(?:\s*나서)?|(?:먹은\s*)?(?:뒤|후|다음|이후)에?)(?![가-힣])",
            (time(13), time(16)),
        ),
        (r"\bafter\s+lunch\b", (time(13), time(16))),
        (
            r"점심\s*(?:먹기\s*)?전에?(?![가-힣])|\bbefore\s+(?:lunch|noon)\b",
            (time(0), time(12)),
        ),
        (
            r"퇴근\s*(?:하기\s*)?전에?(?![가-힣])|\b(?:eod|(?:the\s+)?end\s+of\s+(?:the\s+)?(?:work)?day)\b",
            (time(15), time(18)),
        ),
        (
            r"퇴근\s*(?:하고|(?:한\s*)?(?:뒤|후|다음|이후)에?)(?![가-힣])|\bafter\s+work\b",
            (time(18), time(21)),
        ),
        (r"출근하자마자|아침\s*일찍|\bfirst\s+thing\b", (time(7), time(10))),
    )
)
_KOREAN_PART: Final = r"(?:(?P<part>오전|오후|아침|점심|저녁|새벽|낮|밤)\s*(?:에\s*)?)?"
_HALF_OF_DAY: Final = r"(?P<half_of_day>[ap])\.?m\b\.?"
_NOT_AFTER: Final = r"(?<![가-힣\w:/.])"
_FORMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NOT_AFTER}{_KOREAN_PART}(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?!\d)(?:\s*{_HALF_OF_DAY})?",
        (
            rf"{_NOT_AFTER}{_KOREAN_PART}(?P<hour>\d{{1,2}}|{NATIVE})\s*시(?!간|적|작|스|점)"
            rf"(?:\s*(?:(?P<half>반)(?!나절)|(?P<minute>\d{{1,2}}|{SINO})\s*분(?P<before>\s*전)?))?"
        ),
        r"(?<!\w)(?P<named>정오|자정|noon|midday|midnight)",
        rf"(?<!\w)(?P<past>half|quarter)\s+(?P<side>past|to)\s+(?P<hour>\d{{1,2}}|{ENGLISH})\b(?:\s*{_HALF_OF_DAY})?",
        rf"(?<![\w:/.])(?:(?:at|from)\s+)?(?P<hour>\d{{1,2}}|{ENGLISH})(?:[:.](?P<minute>\d{{2}}))?\s*{_HALF_OF_DAY}",
        rf"(?<!\w)(?P<hour>\d{{1,2}}|{ENGLISH})\s*o'?clock\b",
        r"(?<![\w:/.])(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?P<half_of_day>[ap])\b",
        r"(?<![\w:/.])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?-?ish\b",
        rf"(?<![\w:/.])(?P<hour>\d{{1,2}}|{ENGLISH})(?::(?P<minute>\d{{2}}))?(?=\s+(?:in\s+the\s+\w+ing|in\s+the\s+afternoon|tonight)\b)",
        rf"(?<!\w)(?:at|from|to|till|until|by)\s+(?P<hour>\d{{1,2}}|{ENGLISH})\b(?!\s*(?:h\b|hours?|min|days?|weeks?|people|[/:]))",
        r"(?<![\w:/.])(?P<hour>\d{1,2})(?=\s*(?:-|–|to)\s*\d{1,2}(?::\d{2})?\s*(?:[ap]\.?m|$))",
    )
)
_BARE: Final = re.compile(
    r"(?<![\w:/.])(?P<hour>\d{1,2})(?![\w:/.%])(?!\s*(?:h\b|hours?|hrs?|min|days?|weeks?|people))"
)
_TO: Final = re.compile(r"\s*(?:부터|에서|~|-|–|to\b|until\b|till\b)\s*", re.IGNORECASE)
_UNTIL: Final = re.compile(r"(?:until|till)\b", re.IGNORECASE)
_CLOSING: Final = re.compile(r"\s*까지")
_BARE_END: Final = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\b(?!\s*시간)")


def find_clock(text: str, *, bare: bool) -> FoundClock | None:
    """Return the time that a text names first, and until when; None if it names none.

    `bare` tells that a time was asked for, so that a number alone is one.
    """
    match = _first(text) or (_BARE.search(text) if bare else None)
    if match is None:
        return None
    start, end = match.start(), match.end()
    may_be = _times(match)
    until: tuple[time, ...] = ()
    if to := _TO.match(text, end):
        last = _first(text[: to.start()].ljust(to.end()) + text[to.end() :], at=to.end())
        last = last or _BARE_END.match(text, to.end())
        if last:
            until, end = _times(last), last.end()
            if len(until) == 1 and len(may_be) > 1:  # "3-5 pm" says it once for both
                may_be = tuple(one for one in may_be if _as_late(one, until[0])) or may_be
            if closing := _CLOSING.match(text, end):
                end = closing.end()
    elif closing := _CLOSING.match(text, end):
        may_be, until, end = (), may_be, closing.end()
    elif _UNTIL.match(match[0]):
        may_be, until = (), may_be
    return FoundClock(may_be, until, start, end)


def _as_late(start: time, end: time) -> bool:
    """Return whether a time is before another, and of the same half of the day."""
    return start < end and (start.hour < 12) == (end.hour < 12)


def _first(text: str, *, at: int | None = None) -> re.Match[str] | None:
    """Return the first time in a text, or the one that begins there."""
    if at is not None:
        return next((m for form in _FORMS if (m := form.match(text, at))), None)
    found = [match for form in _FORMS if (match := form.search(text))]
    return min(found, key=lambda match: (match.start(), -match.end()), default=None)


def find_routine(text: str) -> tuple[Window, int, int] | None:
    """Return the part of the day that a text names by what people do then, and where."""
    found = ((match, window) for form, window in _ROUTINES if (match := form.search(text)))
    return next(((window, match.start(), match.end()) for match, window in found), None)


def find_part(text: str) -> tuple[Window, int, int] | None:
    """Return the part of the day that a text names, and where; None if it names none."""
    match = _PART_ALONE.search(text)
    return (_PARTS[match["part"].lower()], match.start(), match.end()) if match else None


def _times(match: re.Match[str]) -> tuple[time, ...]:
    groups = match.groupdict()
    if named := groups.get("named"):
        return (time(12 if named.lower() in ("정오", "noon", "midday") else 0),)
    hour = number(groups["hour"])
    said_minute = groups.get("minute")
    minute = 30 if groups.get("half") else number(said_minute) if said_minute else 0
    if past := groups.get("past"):
        minute = {"half": 30, "quarter": 15}[past.lower()]
        if groups["side"].lower() == "to":
            hour, minute = (hour - 1) or 12, 60 - minute
    if groups.get("before"):  # ten minutes before ten
        hour, minute = (hour - 1) or 12, 60 - minute
    if minute > 59 or hour > 23:
        return ()
    part = groups.get("part") or (
        f"{groups['half_of_day'].lower()}m" if groups.get("half_of_day") else ""
    )
    leading_zero = groups["hour"].startswith("0")
    return tuple(time(one, minute) for one in _hours(hour, part, sure=leading_zero))


def _hours(hour: int, part: str, *, sure: bool) -> Sequence[int]:
    """Return the hours of the day that an hour may be; those of both halves if nothing tells."""
    if hour > 12 or hour == 0 or sure:
        return (hour,)
    if part in _MORNING:
        return (hour % 12,)
    if part in _NOON:
        return (hour,) if hour >= 10 else (hour + 12,)
    if part == "밤":
        return (hour + 12,) if 6 <= hour < 12 else (hour % 12,)
    if part:
        return (hour % 12 + 12,)
    return (12,) if hour == 12 else (hour, hour + 12)
