"""The values of a meeting: its time, the people who come, and the names that a diary knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """The time from `start` up to, and without, `end`; both know their zone."""

    start: datetime
    end: datetime

    def meets(self, other: Slot) -> bool:
        """Return whether the two share some time."""
        return self.start < other.end and other.start < self.end


def person_key(name: str) -> str:
    """Return the name under which the diary keeps a person: a mention and its id are the same."""
    return name.removeprefix("@").casefold()


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is to come, by their name, and by their id on the platform if it is known."""

    name: str
    id: str = ""

    @property
    def key(self) -> str:
        """The name under which the diary keeps them."""
        return person_key(self.id or self.name)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting in the diary.

    `people` are those who come beside the organizer. `changes` counts how often it was moved or
    cancelled.
    """

    id: str
    title: str
    organizer: str
    people: tuple[Attendee, ...]
    slot: Slot
    changes: int = 0
    cancelled: bool = False

    @property
    def everybody(self) -> tuple[str, ...]:
        """The organizer and the people, by the names that the diary keeps them under."""
        return tuple(dict.fromkeys((person_key(self.organizer), *(p.key for p in self.people))))
