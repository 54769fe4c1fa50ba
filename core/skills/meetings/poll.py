"""A poll: those who are named say which of some times suits them; the first that suits all wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from pydantic import TypeAdapter

from core.skills.meetings.meeting import Attendee, Meeting, Slot, person_key
from core.types import Question

State = Literal["open", "booked", "refused", "withdrawn", "lapsed"]


@dataclass(frozen=True, slots=True)
class Poll:
    """Times that are put to people.

    `id` is that of the question that began it, and of the meeting that it books; it moves the one
    of the id `moves` instead, if there is one. `place` is where its organizer hears of it. `asked`
    are the keys of those who are asked, and `answers` the places of the slots that suit each.
    `version` counts its changes.
    """

    id: str
    title: str
    organizer: str
    people: tuple[Attendee, ...]
    slots: tuple[Slot, ...]
    place: Question
    asked: tuple[str, ...]
    name: str = ""  # the organizer's
    moves: str = ""
    answers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    state: State = "open"
    version: int = 1

    def with_answer(self, person: str, slots: Sequence[int]) -> Poll:
        """Return the poll with further slots that suit a person; with none, nothing suits them."""
        key = person_key(person)
        suits = tuple(sorted({*self.answers.get(key, ()), *slots})) if slots else ()
        return replace(self, answers={**self.answers, key: suits})

    def without(self, slot: Slot) -> Poll:
        """Return the poll in which a slot suits nobody any more: it was taken meanwhile."""
        place = self.slots.index(slot)
        left = {
            key: tuple(one for one in suits if one != place)
            for key, suits in self.answers.items()
            if suits != (place,)  # whom nothing else has suited so far may still find something
        }
        return replace(self, answers=left)

    @property
    def agreed(self) -> Slot | None:
        """The first slot that suits everybody who is asked."""
        for place, slot in enumerate(self.slots):
            if all(place in self.answers.get(key, ()) for key in self.asked):
                return slot
        return None

    @property
    def is_refused(self) -> bool:
        """True if nothing suits somebody."""
        return any(self.answers.get(key) == () for key in self.asked)

    @property
    def waits_for(self) -> tuple[Attendee, ...]:
        """Return the people who have not answered."""
        waiting = set(self.asked) - set(self.answers)
        return tuple(one for one in self.people if one.key in waiting)

    @property
    def ends(self) -> datetime:
        """The time at which it lapses: the last slot begins."""
        return max(slot.start for slot in self.slots)

    def meeting(self, slot: Slot) -> Meeting:
        """Return the meeting that is booked at a slot."""
        return Meeting(self.id, self.title, self.organizer, self.people, slot)

    def names(self, person: str) -> bool:
        """Return whether a person has begun it or is named in it."""
        key = person_key(person)
        return key == person_key(self.organizer) or any(one.key == key for one in self.people)

    def forgetting(self, person: str) -> Poll | None:
        """Return the poll without a person; None if it was theirs."""
        key = person_key(person)
        if key == person_key(self.organizer):
            return None
        return replace(
            self,
            people=tuple(one for one in self.people if one.key != key),
            asked=tuple(one for one in self.asked if one != key),
            answers={one: suits for one, suits in self.answers.items() if one != key},
        )


POLLS: Final = TypeAdapter(Poll)
