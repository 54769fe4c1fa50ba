"""The reading of times in a message: days, times of the day, and durations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from core.skills.times.clock import FoundClock, Window, find_clock, find_part
from core.skills.times.days import Days, find_days
from core.skills.times.spans import find_from_now, find_shift, find_span

# The wrong part comes before these words and the right one after them, or the other way round.
_NOT_BEFORE: Final = re.compile(
    r"^.*?(?:말고|아니라|아니고|\bnot\b.*?\bbut\b)", re.IGNORECASE | re.DOTALL
)
_NOT_AFTER: Final = re.compile(
    r"(?:\binstead\s+of\b|\brather\s+than\b).*$", re.IGNORECASE | re.DOTALL
)
_STEP_MIN: Final = 5
# Somewhere between two times, and not from one to the other.
_BETWEEN: Final = re.compile(r"사이|\bbetween\b", re.IGNORECASE)
_AND: Final = re.compile(r"\bbetween\b(?P<first>.{1,20}?)\band\b", re.IGNORECASE)
_MORNING: Final = time(7)
_WHOLE_DAY: Final = (time(0), time(23, 59))


@dataclass(frozen=True, slots=True)
class Said:
    """The times that a message names.

    `days` and `clocks` hold what may be meant: several where it is not clear. `part` is a part of
    the day. `impossible` is what names a day or a time that does not exist. `rest` is the message
    without all that, blanks in its place. `later_min` says by how much something is to be later.
    """

    days: tuple[Days, ...] = ()
    clocks: tuple[time, ...] = ()
    until: tuple[time, ...] = ()
    minutes: int | None = None
    part: Window | None = None
    impossible: str = ""
    rest: str = ""
    later_min: int = 0

    @property
    def says_when(self) -> bool:
        """Return whether anything is said about when."""
        return bool(
            self.days
            or self.clocks
            or self.until
            or self.minutes
            or self.part
            or self.impossible
            or self.later_min
        )


def corrected(text: str) -> str:
    """Return a correction without what it takes back: "3시 말고 4시" is "4시"."""
    return _NOT_AFTER.sub("", _NOT_BEFORE.sub("", text))


def read_corrected(text: str, now: datetime, *, bare: bool = False) -> Said:
    """Return what a message says about when, as `read_times`, where a part of it is taken back.

    A day that stands before what is taken back stays: "내일 3시 말고 4시".
    """
    kept = corrected(text)
    said = read_times(kept, now, bare=bare)
    if said.days or kept == text or not text.endswith(kept):
        return said
    before = read_times(text.removesuffix(kept), now, bare=bare)
    return replace(said, days=before.days) if before.clocks or before.part else said


def read_times(text: str, now: datetime, *, bare: bool = False) -> Said:
    """Return what a message says about when, as of `now`; for `bare` see `find_clock`."""
    if found := find_from_now(text):
        minutes, start, end = found
        at = _rounded(now + timedelta(minutes=minutes))
        day = Days(at.date(), at.date())
        return Said((day,), (at.time(),), rest=_without(text, start, end))
    impossible = ""
    rest = _AND.sub(r"between\g<first> to", text)
    days: tuple[Days, ...] = ()
    if found_days := find_days(rest, now.date()):
        days = found_days.may_be
        if not days:
            impossible = text[found_days.start : found_days.end]
        rest = _without(rest, found_days.start, found_days.end)
    clock = find_clock(rest, bare=bare) or FoundClock((), (), 0, 0)
    if clock.end and not (clock.may_be or clock.until):
        impossible = rest[clock.start : clock.end]
    rest = _without(rest, clock.start, clock.end)
    minutes_said, rest = _span(rest)
    part, clocks = find_part(text), clock.may_be
    if left := find_part(rest):
        rest = _without(rest, left[1], left[2])
    if part:  # "tomorrow morning at 10", "at 7 tonight"
        clocks = tuple(one for one in clocks if part[0][0] <= one < part[0][1]) or clocks
    window = None if clocks or not part else part[0]
    if clock.until and _BETWEEN.search(text):
        window, clocks, clock = _between(clocks, clock.until), (), replace(clock, until=())
        rest = _BETWEEN.sub(" ", rest)
    return Said(days, clocks, clock.until, minutes_said, window, impossible, rest)


def _between(start: tuple[time, ...], end: tuple[time, ...]) -> Window:
    """Return the shortest span between times that may be meant; the later one, in the day."""
    pairs = [(one, other) for one in start for other in end if one < other]
    return min(pairs, key=lambda pair: (_length(pair), pair[0] < _MORNING), default=_WHOLE_DAY)


def _length(span: Window) -> int:
    return (span[1].hour - span[0].hour) * 60 + span[1].minute - span[0].minute


def without_times(text: str, now: datetime) -> str:
    """Return a message without all that it says about when; a move names two times."""
    if shift := find_shift(text):
        text = _without(text, shift[1], shift[2])
    said = read_times(text, now)
    return without_times(said.rest, now) if said.says_when else said.rest


def _span(text: str) -> tuple[int | None, str]:
    found = find_span(text)
    if found is None:
        return None, text
    minutes, start, end = found
    return minutes, _without(text, start, end)


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _rounded(at: datetime) -> datetime:
    """Return the next full five minutes."""
    over = timedelta(minutes=at.minute % _STEP_MIN, seconds=at.second, microseconds=at.microsecond)
    return at - over + timedelta(minutes=_STEP_MIN) if over else at
