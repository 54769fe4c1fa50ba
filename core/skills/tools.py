"""Skills as tools of a model: it may call one in place of reading a question.

A tool is described by the skill's examples, so that a skill says what it is for in one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.llm.tool_calls import Tool
from core.skills.skill import Skill
from core.types import ToolCall

_ABOUT: Final = (
    "Call this only if the person wants it done now; a question about how something works is not "
    "for it. Leave out arguments that the message does not say; never make one up. People say: {}"
)
_EXAMPLES: Final = 6
_NAME_CHARS: Final = 64
_NOT_IN_NAMES: Final = re.compile(r"[^\w-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class SkillTools:
    """The tools of some skills, and the skill of each."""

    tools: tuple[Tool, ...]
    skills: Mapping[str, str]

    @classmethod
    def of(cls, skills: Sequence[Skill]) -> SkillTools:
        """Return a tool for each skill that has examples."""
        named = {_name(skill.name): skill for skill in skills if skill.examples}
        tools = tuple(
            Tool(name, _ABOUT.format(_spread(skill.examples)), skill.parameters)
            for name, skill in named.items()
        )
        return cls(tools, {name: skill.name for name, skill in named.items()})

    def skill(self, call: ToolCall | None) -> str | None:
        """Return the name of the skill that a call is for; None if there is no such skill."""
        return self.skills.get(call.name) if call else None


def _name(skill: str) -> str:
    """Return a skill's name as providers take it: `api:shop.find` is `api_shop_find`."""
    return _NOT_IN_NAMES.sub("_", skill)[:_NAME_CHARS]


def _spread(examples: Sequence[str]) -> str:
    """Return some examples, from all over the list."""
    step = max(1, len(examples) // _EXAMPLES)
    return "; ".join(f'"{one}"' for one in examples[::step][:_EXAMPLES])
