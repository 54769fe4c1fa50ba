"""Commands: a message that begins with a slash and a skill's name is for that skill.

"/meetings 내일 3시" is the same on every platform, typed or as the platform's own command.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.skills.skill import Skill

_COMMAND: Final = re.compile(r"\s*/(?P<name>[a-z][a-z0-9_-]*)(?:\s+(?P<text>.*))?", re.DOTALL)
_MOST_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class SkillCommand:
    """A message to the skills of one name, of an API one for each operation."""

    skills: Sequence[Skill]
    text: str

    @property
    def examples(self) -> tuple[str, ...]:
        """Some messages that the skills are meant by, from each the first ones."""
        each = max(1, _MOST_EXAMPLES // len(self.skills))
        return tuple(text for one in self.skills for text in one.examples[:each])[:_MOST_EXAMPLES]


def command_text(name: str, text: str) -> str:
    """Return the message of a platform's own command."""
    return f"/{name} {text}".rstrip()


def read_command(text: str, skills: Sequence[Skill]) -> SkillCommand | None:
    """Return the command of a message; None if it is none, or of no skill that is on."""
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    named = [one for one in skills if one.name.partition(":")[0] == found["name"]]
    return SkillCommand(named, (found["text"] or "").strip()) if named else None
