"""The open dialogues of a conversation: with each person, and with other bots.

A dialogue is stored with its turns. In one conversation several may be open: one with the
asker, and one with each person or bot that a skill has asked something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.assistant.dialogue.references import named_place
from core.skills.skill import Invited, Skill
from core.types import Dialogue, Turn

# A dialogue is taken up again after so many turns about something else, and a button pressed after
# many more.
TURNS_BACK: Final = 6
PRESSED_BACK: Final = 100


@dataclass(frozen=True, slots=True)
class Dialogues:
    """Finds the open dialogues of some skills among the latest turns, by the time of `now`."""

    skills: Mapping[str, Skill]
    now: Callable[[], datetime]

    def latest(self, turns: Sequence[Turn]) -> Dialogue | None:
        """Return the dialogue that is not finished; the latest turn of a skill says so."""
        recent = turns[-TURNS_BACK:]
        latest = next((turn.dialogue for turn in reversed(recent) if turn.dialogue), None)
        if latest and latest.skill in self.skills and latest.is_open(self.now()):
            return latest
        return None

    def of_person(self, person: str, turns: Sequence[Turn]) -> Dialogue | None:
        """Return the open dialogue in which a person, or another bot, takes part."""
        own = [
            turn
            for turn in turns
            if turn.dialogue and (person in turn.dialogue.only or turn.question.asker == person)
        ]
        return self.latest(own)

    def for_person(self, person: str, turns: Sequence[Turn]) -> Dialogue | None:
        """Return the open dialogue in which a person takes part, else the latest of all."""
        return self.of_person(person, turns) or self.latest(turns)

    def inviting(self, text: str) -> str | None:
        """Return the skill in which a text invites the bot itself to take part."""
        skills = self.skills.items()
        found = (name for name, one in skills if isinstance(one, Invited) and one.is_invited(text))
        return next(found, None)

    def negotiates(self, bot: str, text: str, turns: Sequence[Turn], *, called: bool) -> bool:
        """Return whether a message of another bot is to be answered, as none else of a bot's is.

        It answers what a skill has asked that bot, or calls this one and invites it itself.
        """
        if called and self.inviting(text):
            return True
        return self.of_person(bot, turns) is not None


def choices_of(turns: Sequence[Turn]) -> tuple[str, ...]:
    """Return what may be said to what a skill has asked last, or has shown with buttons since."""
    said = ((turn.followups, turn.dialogue) for turn in reversed(turns) if turn.dialogue)
    return next((choices for choices, dialogue in said if choices or dialogue.asks), ())


def chosen(text: str, choices: Sequence[str]) -> str:
    """Return the choice that a message names by its place; a bare number may be an answer."""
    if any(char.isdigit() for char in text) and "번" not in text:
        return text
    place = named_place(text, len(choices))
    return text if place is None else choices[place]
