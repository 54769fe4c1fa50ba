"""The words of one language: what the arranger says, and by what it understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import product
from typing import Any

from core.skills.languages import Intents, Table, load_tables
from core.skills.meetings.meeting import Attendee, Meeting, Slot


@dataclass(frozen=True, slots=True)
class Words:
    """Texts and how times are shown, in one language, and what is understood, in all of them.

    A day of another year than `today` is shown with its year.
    """

    examples: tuple[str, ...]
    texts: Mapping[str, str]
    intents: Intents
    shown: Mapping[str, Any]
    today: date | None = None

    def says(self, intent: str, text: str) -> bool:
        """Return whether a text has a word of an intent."""
        return self.intents.found(intent, text) is not None

    def day(self, day: date) -> str:
        """Return a day as it is shown."""
        months = self.shown.get("months")
        is_far = self.today is not None and day.year != self.today.year
        return str(self.shown["day"]).format(
            month=day.month,
            month_name=months[day.month - 1] if months else "",
            day=day.day,
            weekday=self.shown["weekdays"][day.weekday()],
            year=str(self.shown["year"]).format(year=day.year) if is_far else "",
        )

    def clock(self, clock: time) -> str:
        """Return a time of the day as it is shown."""
        form = self.shown["clock_minutes" if clock.minute else "clock"]
        half = self.shown["halves"][clock.hour >= 12]
        return str(form).format(half=half, hour=(clock.hour - 1) % 12 + 1, minute=clock.minute)

    def start(self, slot: Slot) -> str:
        """Return when a slot begins, in words that are understood when they are said."""
        day, clock = self.day(slot.start.date()), self.clock(slot.start.time())
        return str(self.shown["at"]).format(day=day, clock=clock)

    def span(self, slot: Slot) -> str:
        """Return from when until when a slot is."""
        over_night = slot.start.date() != slot.end.date()
        end = f"{self.day(slot.end.date())} " if over_night else ""
        return f"{self.start(slot)} ~ {end}{self.clock(slot.end.time())}"

    def about(self, meeting: Meeting) -> str:
        """Return a meeting with every value, a line each."""
        slot = meeting.slot
        zone = str(slot.start.tzname())
        return self.described(meeting.title, self.span(slot), zone, meeting.people)

    def described(self, title: str, when: str, zone: str, people: Sequence[Attendee]) -> str:
        """Return the values of a meeting, a line each."""
        lines = [
            self.texts["about"].format(title=title),
            self.texts["when"].format(when=when, zone=zone),
        ]
        if people:
            lines.append(self.texts["people"].format(people=names_of(people)))
        return "\n".join(lines)


def names_of(people: Sequence[Attendee]) -> str:
    """Return the names of people, in a row."""
    return ", ".join(one.name for one in people)


def load_words(language: str) -> Words:
    """Return the words of a bot that speaks a language that ships: `ko` or `en`."""
    tables = load_tables("core.skills.meetings", language)
    return Words(
        examples=tuple(example for table in tables for example in _examples(table)),
        texts=tables[0]["texts"],
        intents=Intents.of(tables),
        shown=tables[0]["shown"],
    )


def _examples(table: Table) -> Iterator[str]:
    yield from table["examples"]
    for thing, wanted in product(table["things"], table["wanted"]):
        yield str(table["shown"]["wish"]).format(thing=thing, wanted=wanted)
