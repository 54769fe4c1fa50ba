"""Free slots: in working hours, in the asker's zone, and between the meetings of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from core.errors import ConfigError
from core.skills.meetings.meeting import Slot
from core.skills.times.clock import Window
from core.skills.times.days import Days

SATURDAY: Final = 5
_STEP: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours in which people work, from Monday to Friday.

    `holiday` returns the name of the holiday that a day is, "" if it is none.
    """

    opens: time
    closes: time
    holiday: Callable[[date], str] = lambda _: ""

    @classmethod
    def parse(cls, text: str, holiday: Callable[[date], str] = lambda _: "") -> WorkingHours:
        """Read such as "09:00-18:00".

        Raises:
            ConfigError: it is something else, or ends before it begins.
        """
        try:
            opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            raise ConfigError(f"write working hours as 09:00-18:00, not {text!r}") from None
        if opens >= closes:
            raise ConfigError(f"working hours must begin before they end, not {text!r}")
        return cls(opens, closes, holiday)

    def with_evening(self, part: Window | None) -> WorkingHours:
        """Return the hours of an evening that is wanted: it may begin as work ends."""
        if part is None or part[1] <= self.closes or part[0].hour < self.closes.hour - 1:
            return self
        return replace(self, opens=part[0], closes=part[1])

    def works_on(self, day: date) -> bool:
        """Return whether people work on a day."""
        return day.weekday() < SATURDAY and not self.holiday(day)

    def holds(self, clock: time) -> bool:
        """Return whether something may begin at a time of the day."""
        return self.opens <= clock < self.closes


def slot_at(day: date, clock: time, *, minutes: int, like: datetime) -> Slot:
    """Return the slot that begins on a day at a time, in the zone of `like`.

    A time that the clocks skip in that night becomes the one that they show then.
    """
    start = datetime.combine(day, clock, like.tzinfo).astimezone(UTC)
    return Slot(
        start.astimezone(like.tzinfo),
        (start + timedelta(minutes=minutes)).astimezone(like.tzinfo),
    )


def free_slots(
    days: Days,
    *,
    minutes: int,
    hours: WorkingHours,
    busy: Sequence[Slot],
    now: datetime,
) -> Iterator[Slot]:
    """Yield free slots of the working days, each half hour, in order; none has begun already."""
    for day in Days(max(days.first, now.date()), days.last).each():
        if hours.works_on(day):
            yield from _on(day, minutes=minutes, hours=hours, busy=busy, now=now)


def _on(
    day: date, *, minutes: int, hours: WorkingHours, busy: Sequence[Slot], now: datetime
) -> Iterator[Slot]:
    closes = slot_at(day, hours.closes, minutes=0, like=now).end
    slot = slot_at(day, hours.opens, minutes=minutes, like=now)
    while slot.end.astimezone(UTC) <= closes.astimezone(UTC):
        if slot.start > now and not any(slot.meets(other) for other in busy):
            yield slot
        begins = slot.start.astimezone(UTC) + _STEP
        slot = Slot(
            begins.astimezone(now.tzinfo),
            (begins + timedelta(minutes=minutes)).astimezone(now.tzinfo),
        )
