"""A meeting that is being talked about: what is known of it, and how a message changes that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from pydantic import TypeAdapter

from core.skills.meetings.meeting import Attendee, Slot
from core.skills.meetings.slots import WorkingHours, slot_at
from core.skills.times.clock import Window
from core.skills.times.days import Days
from core.skills.times.reader import Said

Step = Literal[
    "talk",
    "listed",
    "people",
    "confirm",
    "which_move",
    "which_cancel",
    "cancel",
    "booked",
    "polled",
    "invited",
]
_DAY_MIN: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a meeting as far as it is known.

    `step` is what was asked last. `meeting` is the id of the one that is to be moved or cancelled,
    or was just booked; or of a poll that was put to others, or to the author. `days` and
    `clocks` hold what may be meant. `alone` tells that nobody else is to come. `offered` are the
    free slots that were shown, and `accepted` the keys of those who have named the time themselves.
    `waiting` are the plans of the other meetings that the same message asked for; each knows the
    words in which it was `asked`.
    """

    step: Step = "talk"
    meeting: str = ""
    title: str = ""
    people: tuple[Attendee, ...] = ()
    alone: bool = False
    days: tuple[Days, ...] = ()
    clocks: tuple[time, ...] = ()
    part: Window | None = None
    minutes: int = 60
    moves_to: Said | None = None
    offered: tuple[Slot, ...] = ()
    accepted: tuple[str, ...] = ()
    waiting: tuple[Plan, ...] = ()
    asked: str = ""

    @property
    def approved_by(self) -> str:
        """The name of the button that has the plan done; "" where nothing is to be confirmed."""
        if self.step == "confirm":
            return "move" if self.meeting else "book"
        return "cancel" if self.step == "cancel" else ""

    def suits(self, clock: time) -> bool:
        """Return whether a time was said, in the part of the day that was said."""
        in_part = self.part is None or self.part[0] <= clock < self.part[1]
        return in_part and (not self.clocks or clock in self.clocks)

    def with_said(self, said: Said, hours: WorkingHours) -> Plan:
        """Return the plan after a message about when: what is said anew takes the old's place."""
        part = said.part or self.part
        clocks = _likely(said.clocks, part, hours)
        if len(clocks) > 1:
            clocks = _of_the_same_half(clocks, self.clocks)
        minutes = said.minutes or self.minutes
        days = _narrowed(self.days, said.days) if len(self.days) > 1 else said.days
        if said.whole_day and not clocks:
            clocks, minutes = (hours.opens,), _lasting(hours.opens, (hours.closes,))
        start = clocks or self.clocks
        if start and said.until:
            clocks, minutes = start[:1], _lasting(start[0], said.until)
        elif not clocks and not said.part:
            clocks = self.clocks
        changed = replace(self, days=days or self.days, clocks=clocks, part=part, minutes=minutes)
        return replace(changed, accepted=())

    def shifted(self, now: datetime, minutes: int) -> Plan:
        """Return the plan so many minutes later, where its time is known."""
        slots = self.slots(now)
        if len(slots) != 1:
            return self
        start = slots[0].start + timedelta(minutes=minutes)
        day = Days(start.date(), start.date())
        return replace(self, days=(day,), clocks=(start.time(),), part=None, accepted=())

    def with_people(self, named: tuple[Attendee, ...], *, removes: bool) -> Plan:
        """Return the plan with further people, or without them."""
        if removes:
            gone = {one.key for one in named}
            left = tuple(one for one in self.people if one.key not in gone)
            return replace(self, people=left, alone=not left)
        if not named:
            return self
        known = {one.key: one for one in (*self.people, *named)}
        return replace(self, people=tuple(known.values()), alone=False)

    def slots(self, now: datetime) -> list[Slot]:
        """Return the slots that may be meant, where the time is known; past ones if all are."""
        days = [days.first for days in self.days if days.first == days.last]
        if not self.days:
            days = [now.date(), now.date() + timedelta(days=1)]
        found = [
            slot_at(day, clock, minutes=self.minutes, like=now)
            for day in days
            for clock in self.clocks
        ]
        ahead = [slot for slot in found if slot.start.astimezone(UTC) > now.astimezone(UTC)]
        return (ahead or found) if self.days else ahead[: len(self.clocks)]

    def search_days(self, today: date) -> Days:
        """Return the days in which free slots are looked for."""
        if self.days:
            return Days(self.days[0].first, self.days[-1].last)
        return Days(today, today + timedelta(days=14))


PLANS: Final = TypeAdapter(Plan)


def _narrowed(may_be: tuple[Days, ...], said: tuple[Days, ...]) -> tuple[Days, ...]:
    """Return those of several days that lie in the days that were said, else the latter."""
    within = (
        one for one in may_be if any(a.first <= one.first and one.last <= a.last for a in said)
    )
    return tuple(within) or said


def _likely(clocks: tuple[time, ...], part: Window | None, hours: WorkingHours) -> tuple[time, ...]:
    """Return the times that are meant, most likely: in the part of the day, else at work."""
    if len(clocks) > 1:
        if part and (within := tuple(one for one in clocks if part[0] <= one < part[1])):
            return within
        at_work = tuple(one for one in clocks if hours.holds(one))
        return at_work if len(at_work) == 1 else clocks
    return clocks


def _of_the_same_half(clocks: tuple[time, ...], before: tuple[time, ...]) -> tuple[time, ...]:
    """Return the times of the half of the day in which the time before is, if there is one."""
    if len(before) != 1:
        return clocks
    return tuple(one for one in clocks if (one.hour < 12) == (before[0].hour < 12)) or clocks


def _lasting(start: time, until: tuple[time, ...]) -> int:
    """Return the minutes from a time to the next of those at which something may end."""
    begins = start.hour * 60 + start.minute
    return min((one.hour * 60 + one.minute - begins - 1) % _DAY_MIN + 1 for one in until)
