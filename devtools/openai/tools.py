"""The local model's calls of tools: it calls the one whose examples a question is most like.

A tool that the question names is called whatever its examples are. Arguments are read by their
schemas and in plain ways alone: a choice, a number with its 만 or 천, an hour, words in quotes.
"""

from __future__ import annotations

import re
from typing import Any

from devtools.openai.words import asked_in, overlap

Json = dict[str, Any]

_EXAMPLE = re.compile(r'"([^"]+)"')
_ALIKE = 0.5
_NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?![\d시월일대])\s*(만|천|백)?")
_CLOCK = re.compile(r"(오후|저녁|오전|아침)?\s*(\d{1,2})시(?!간)")
_TIMES = {"만": 10_000, "천": 1_000, "백": 100}
_WITH = re.compile(r"([가-힣]{2,4}?)(?:이랑|랑|하고)(?=\s)")


def called(tools: list[Json], prompt: str) -> tuple[str, Json] | None:
    """Return the tool that the question of a prompt is for, and its arguments; None if none is."""
    question = asked_in(prompt)
    functions = [tool["function"] for tool in tools]
    named = next((one for one in functions if one["name"] in question), None)
    best = named or max(functions, key=lambda one: _likeness(question, one))
    if named is None and _likeness(question, best) < _ALIKE:
        return None
    properties = best["parameters"]["properties"]
    found = {name: _read(name, schema, question) for name, schema in properties.items()}
    numbers = [name for name, value in found.items() if isinstance(value, int | float)]
    if len(numbers) > 1:  # it does not know which one is meant
        found |= dict.fromkeys(numbers)
    return best["name"], {name: value for name, value in found.items() if value is not None}


def _likeness(question: str, function: Json) -> float:
    """Return how much of an example of a tool is in the question."""
    examples = _EXAMPLE.findall(function["description"])
    return max((overlap(one, question) for one in examples), default=0.0)


def _read(name: str, schema: Json, question: str) -> object:
    if choices := schema.get("enum"):
        return next((one for one in choices if str(one) in question), None)
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return _number(question)
    if kind == "array":
        return _WITH.findall(question) or None
    return _string(name, question) if kind == "string" else None


def _string(name: str, question: str) -> str | None:
    if name == "question":
        return question
    if name == "time":
        return _clock(question)
    quoted = re.search(r"['\"“‘「](.+?)['\"”’」]", question)
    return quoted[1] if quoted else None


def _number(question: str) -> float | int | None:
    match = _NUMBER.search(question)
    if match is None:
        return None
    value = float(match[1].replace(",", "")) * _TIMES.get(match[2] or "", 1)
    return int(value) if value.is_integer() else value


def _clock(question: str) -> str | None:
    match = _CLOCK.search(question)
    if match is None:
        return None
    hour = int(match[2])
    late = match[1] in ("오후", "저녁") or (match[1] is None and hour < 8)
    return f"{hour + 12 if late and hour < 12 else hour:02}:00"
