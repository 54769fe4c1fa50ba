"""Tools, and a model's calls of them in place of an answer.

A provider's own form of a call becomes one JSON object in the text of the completion,
`{"call": name, "arguments": {…}}`, so that all that watches over a text watches over a call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.types import ToolCall


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call; `properties` are the JSON schemas of its arguments by name.

    A `name` has letters, digits, - and _, at most 64:
    https://platform.openai.com/docs/guides/function-calling
    """

    name: str
    about: str
    properties: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON schema of its arguments; none is required, as a person may say none."""
        return {"type": "object", "properties": dict(self.properties)}


class CallText:
    """Turns the first tool call of a reply into text, and leaves out further calls."""

    def __init__(self) -> None:
        self._begun = False
        self._has_arguments = False

    def begin(self, name: str) -> str:
        """Return the beginning of a call."""
        if self._begun:
            return ""
        self._begun = True
        return f'{{"call": {json.dumps(name)}, "arguments": '

    def add(self, arguments: object) -> str:
        """Return a part of the arguments: text, or the whole object."""
        if not self._begun or not arguments:
            return ""
        self._has_arguments = True
        if isinstance(arguments, str):
            return arguments
        return json.dumps(arguments, ensure_ascii=False)

    def close(self) -> str:
        """Return the end of the call; "" if there was none."""
        if not self._begun:
            return ""
        return "}" if self._has_arguments else "{}}"


def call_in(fields: Mapping[str, Any]) -> ToolCall | None:
    """Return the call that a JSON object stands for; None if it is none."""
    name, arguments = fields.get("call"), fields.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, Mapping):
        return None
    return ToolCall(name, {str(key): value for key, value in arguments.items()})
