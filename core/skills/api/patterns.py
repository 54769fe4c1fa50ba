"""Patterns of other people's documents, used only where a match cannot take long.

`re` tries one way after another to match a text, and a pattern such as `(a+)+$` has a number of
ways that doubles with each letter that a person writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined] # re has no public parser
from typing import Any, Final

_MOST_WAYS: Final = 3_000_000  # so many take less than 0.1 s
_SHORT: Final = 40  # a pattern that is not used for so short a text is as good as never used
_REPEATS: Final = (_parser.MAX_REPEAT, _parser.MIN_REPEAT, _parser.POSSESSIVE_REPEAT)
_BEGINNINGS: Final = (_parser.AT_BEGINNING, _parser.AT_BEGINNING_STRING)


@lru_cache(maxsize=4_096)
def is_used(form: str, length: int = _SHORT) -> bool:
    """Return whether a pattern is used for texts of so many characters."""
    try:
        parsed = _parser.parse(form)
    except (re.error, RecursionError, OverflowError):  # JSON Schema has the patterns of ECMAScript
        return False
    begins = bool(parsed) and parsed[0][0] is _parser.AT and parsed[0][1] in _BEGINNINGS
    return _ways(parsed, length) * (1 if begins else length + 1) <= _MOST_WAYS


def patterns_in(schema: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the patterns of a JSON Schema that strings are held to."""
    if isinstance(schema, dict):
        if isinstance(form := schema.get("pattern"), str):
            yield form
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from patterns_in(part)


def _ways(parsed: Any, length: int) -> int:  # noqa: ANN401 - the parser has no types
    """Return the number of ways to match so many characters from one place, at most."""
    ways = 1
    for kind, value in parsed:
        ways *= _ways_of(kind, value, length)
        if ways > _MOST_WAYS:
            break
    return ways


def _ways_of(kind: Any, value: Any, length: int) -> int:  # noqa: ANN401
    if kind is _parser.BRANCH:
        return sum(_ways(one, length) for one in value[1])
    if kind in _REPEATS:
        least, most, part = value
        return _ways_to_repeat(least, most, part, length)
    parts = value if isinstance(value, tuple) else (value,)
    ways = 1
    for part in parts:  # a group, a look around it, a condition
        if isinstance(part, _parser.SubPattern):
            ways *= _ways(part, length)
    return ways


def _ways_to_repeat(least: int, most: int, part: Any, length: int) -> int:  # noqa: ANN401
    once, shortest = _ways(part, length), part.getwidth()[0]
    fits = min(int(most), length // max(1, shortest))
    ways = 0
    for times in range(min(least, fits), fits + 1):
        ways += once**times
        if ways > _MOST_WAYS:
            break
    return ways if shortest else ways * max(1, least)  # what is empty is repeated all the same
