"""The fields that a model has read from a message about meetings, which are checked here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from core.skills.times.days import Days
from core.skills.times.reader import Said

ACTIONS: Final = ("book", "move", "cancel", "list")
PARAMETERS: Final[Mapping[str, Any]] = {
    "action": {"type": "string", "enum": list(ACTIONS)},
    "title": {"type": "string", "description": "The kind of meeting, in a few words."},
    "people": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Who is to come besides the person who writes, as the message names them.",
    },
    "date": {"type": "string", "description": "YYYY-MM-DD; of a move, the new day."},
    "time": {"type": "string", "description": "HH:MM, 24 hours; of a move, the new time."},
    "minutes": {"type": "integer", "description": "How long it lasts."},
}


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call that are of use. `said` names a date or time that does not exist."""

    action: str = ""
    title: str = ""
    people: tuple[str, ...] = ()
    said: Said = field(default_factory=Said)

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Given:
        """Return what is of use in the arguments of a call."""
        action, title, people = map(arguments.get, ("action", "title", "people"))
        return cls(
            action=action if action in ACTIONS else "",
            title=title.strip() if isinstance(title, str) else "",
            people=tuple(filter(None, map(_text, people))) if isinstance(people, list) else (),
            said=_said(arguments),
        )


def _said(arguments: Mapping[str, Any]) -> Said:
    """Return when the meeting is to be."""
    day_text, clock_text = _text(arguments.get("date")), _text(arguments.get("time"))
    day = clock = None
    with suppress(ValueError):
        day = date.fromisoformat(day_text) if day_text else None
    with suppress(ValueError):
        clock = time.fromisoformat(clock_text).replace(tzinfo=None) if clock_text else None
    minutes = arguments.get("minutes")
    return Said(
        days=(Days(day, day),) if day else (),
        clocks=(clock.replace(second=0, microsecond=0),) if clock else (),
        minutes=minutes if isinstance(minutes, int) and not isinstance(minutes, bool) else None,
        impossible=(day_text if not day else "") or (clock_text if not clock else ""),
    )


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
