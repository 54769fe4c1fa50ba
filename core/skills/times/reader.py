"""The reading of times in a message: days, times of the day, and durations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from core.skills.times.clock import FoundClock, Window, find_clock, find_part, find_routine
from core.skills.times.days import Days, find_days
from core.skills.times.spans import find_from_now, find_shift, find_span
from core.skills.times.zones import find_zone

# The wrong part comes before these words and the right one after them, or the other way round.
_NOT_BEFORE: Final = re.compile(
    r"^.*?(?:말고|아니라|아니고|\bnot\b.*?\bbut\b)", re.IGNORECASE | re.DOTALL
)
_NOT_AFTER: Final = re.compile(
    r"(?:\binstead\s+of\b|\brather\s+than\b).*$", re.IGNORECASE | re.DOTALL
)
_MOST_TIMES: Final = 8  # that a message is freed of: each is looked for in all of it
_STEP_MIN: Final = 5
# Somewhere between two times, and not from one to the other.
_BETWEEN: Final = re.compile(r"사이|\bbetween\b", re.IGNORECASE)
_AND: Final = re.compile(r"\bbetween\b(?P<first>.{1,20}?)\band\b", re.IGNORECASE)
# Either of two days, and all days up to one.
_OR: Final = re.compile(
    r"\s*(?:이나|나|또는|혹은|아니면|이든|든|or|,|/)\s*(?:on\s+)?", re.IGNORECASE
)
_BY: Final = re.compile(r"\bby\s*$", re.IGNORECASE)
_UP_TO: Final = re.compile(r"\s*(?:까지|전까지|안에|이내에?)(?![가-힣])")
_WHOLE: Final = re.compile(
    r"(?:하루\s*)?온?종일|\ball[\s-]day(?:\s+long)?\b|\b(?:the\s+)?(?:whole|full|entire)\s+day\b",
    re.IGNORECASE,
)
_MORNING: Final = time(7)
_DAYTIME: Final = range(8, 20)
_WHOLE_DAY: Final = (time(0), time(23, 59))


@dataclass(frozen=True, slots=True)
class Said:
    """The times that a message names.

    `days` and `clocks` hold what may be meant: several where it is not clear. `part` is a part of
    the day. `impossible` is what names a day or a time that does not exist. `rest` is the message
    without all that, blanks in its place. `later_min` says by how much something is to be later,
    `whole_day` that it takes all of a working day. `zone` names the zone in which the times were
    said, "" if that is the one of whoever says them, in which they are here.
    """

    days: tuple[Days, ...] = ()
    clocks: tuple[time, ...] = ()
    until: tuple[time, ...] = ()
    minutes: int | None = None
    part: Window | None = None
    impossible: str = ""
    rest: str = ""
    later_min: int = 0
    whole_day: bool = False
    zone: str = ""

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
            or self.whole_day
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
    """Return what a message says about when, as of `now`; for `bare` see `find_clock`.

    Times in another zone become those of the zone of `now`, whose days are meant all the same.
    """
    if found := find_from_now(text):
        minutes, start, end = found
        at = _rounded(now + timedelta(minutes=minutes))
        day = Days(at.date(), at.date())
        return Said((day,), (at.time(),), rest=_without(text, start, end))
    if zoned := find_zone(text):
        zone, start, end = zoned
        said = read_times(_without(text, start, end), now, bare=bare)
        same = now.astimezone(zone).utcoffset() == now.utcoffset()
        return said if same else _here(said, zone, now)
    rest = _AND.sub(r"between\g<first> to", text)
    days, impossible, rest, is_last = _days(rest, now.date())
    if whole := _WHOLE.search(rest):
        rest = _without(rest, whole.start(), whole.end())
    if routine := find_routine(rest):
        rest = _without(rest, routine[1], routine[2])
    clock = find_clock(rest, bare=bare) or FoundClock((), (), 0, 0)
    if clock.end and not (clock.may_be or clock.until):
        impossible = rest[clock.start : clock.end]
    rest = _without(rest, clock.start, clock.end)
    minutes_said, rest = _span(rest)
    part, clocks = routine or find_part(text), clock.may_be
    while left := find_part(rest):
        rest = _without(rest, left[1], left[2])
    if part:  # "tomorrow morning at 10", "at 7 tonight"
        clocks = tuple(one for one in clocks if part[0][0] <= one < part[0][1]) or clocks
    window = None if clocks or not part else part[0]
    if is_last and len(days) == 1 and not (clock.may_be or clock.until):
        days = (Days(min(now.date(), days[0].last), days[0].last),)
    if clock.until and _BETWEEN.search(text):
        window, clocks, clock = _between(clocks, clock.until), (), replace(clock, until=())
        rest = _BETWEEN.sub(" ", rest)
    said = Said(days, clocks, clock.until, minutes_said, window, impossible, rest)
    return replace(said, whole_day=whole is not None)


def _days(text: str, today: date) -> tuple[tuple[Days, ...], str, str, bool]:
    """Return the days that a text names, what of it is impossible, the rest, and if it is "by"."""
    found = find_days(text, today)
    if found is None:
        return (), "", text, False
    impossible = "" if found.may_be else text[found.start : found.end]
    days, rest = found.may_be, _without(text, found.start, found.end)
    up_to = _UP_TO.match(text, found.end)
    if up_to:
        rest = _without(rest, up_to.start(), up_to.end())
    other = find_days(rest, today)
    if other and other.may_be:
        first, last = sorted(((found.start, found.end), (other.start, other.end)))
        if _OR.fullmatch(text, first[1], last[0]):
            days = _either(days, other.may_be)
            rest = _without(rest, min(first[1], other.start), max(last[0], other.end))
    return days, impossible, rest, bool(up_to or _BY.search(text, 0, found.start))


def _either(some: tuple[Days, ...], others: tuple[Days, ...]) -> tuple[Days, ...]:
    """Return either of two days: a span of both where one follows the other."""
    days = tuple(sorted({*some, *others}))
    if len(days) == 2 and days[0].last + timedelta(days=1) == days[1].first:
        return (Days(days[0].first, days[1].last),)
    return days


def _here(said: Said, zone: tzinfo, now: datetime) -> Said:
    """Return times that were said in another zone as those of the zone of `now`.

    Of two that may be meant it is the one of the day, there.
    """
    clocks = [clock for clock in said.clocks if clock.hour in _DAYTIME] or [*said.clocks]
    day = said.days[0].first if said.days else now.date()

    def here(clock: time) -> datetime:
        return datetime.combine(day, clock, zone).astimezone(now.tzinfo)

    named = clocks[:1] or [*said.until[:1]] or ([said.part[0]] if said.part else [])
    if not named:
        return said
    begins = here(named[0])
    moved = begins.date() - day
    part = None
    if said.part:
        end = here(said.part[1]).time()
        part = (begins.time(), end if end > begins.time() else _WHOLE_DAY[1])
    name = f"{datetime.combine(day, named[0], zone):%Z}"
    return replace(
        said,
        days=tuple(Days(one.first + moved, one.last + moved) for one in said.days),
        clocks=tuple(here(clock).time() for clock in clocks[:1]),
        until=tuple(here(clock).time() for clock in said.until),
        part=part,
        zone=name if name[0].isalpha() else f"UTC{name}",  # such as "+07"
    )


def _between(start: tuple[time, ...], end: tuple[time, ...]) -> Window:
    """Return the shortest span between times that may be meant; the later one, in the day."""
    pairs = [(one, other) for one in start for other in end if one < other]
    return min(pairs, key=lambda pair: (_length(pair), pair[0] < _MORNING), default=_WHOLE_DAY)


def _length(span: Window) -> int:
    return (span[1].hour - span[0].hour) * 60 + span[1].minute - span[0].minute


def without_times(text: str, now: datetime) -> str:
    """Return a message without what it says about when; a move names two times."""
    for _ in range(_MOST_TIMES):
        if shift := find_shift(text):
            text = _without(text, shift[1], shift[2])
        said = read_times(text, now)
        text = said.rest
        if not said.says_when:
            break
    return text


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
