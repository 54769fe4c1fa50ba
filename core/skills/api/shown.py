"""The answers of an API as text for people: cut to a length, and free of markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from core.skills.api.client import ApiAnswer

_MOST_LINES: Final = 15
_LONGEST: Final = 200
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")


def shown(told: ApiAnswer, *, nothing: str, more: str) -> str:
    """Return an answer as a list; `nothing` if it is empty, `more` after what was cut."""
    lines = list(_lines(told.content))
    if not lines:
        return nothing
    left = told.cut or len(lines) > _MOST_LINES
    return "\n".join(lines[:_MOST_LINES] + ([more] if left else []))


def said(template: str, content: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return a template with the fields of an answer; None if it has not all of them."""
    if not isinstance(content, dict):
        return None
    fields = {key: plain(value) for key, value in content.items()}
    names = set(re.findall(r"\{(\w+)\}", template))
    if not names <= fields.keys():
        return None
    return re.sub(r"\{(\w+)\}", lambda match: fields[match[1]], template)


def plain(value: object) -> str:
    """Return a value as one short line in which nothing is markup."""
    text = "".join(
        " " if char.isspace() else char
        for char in str(value)
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    text = " ".join(text.split())
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return _MARKUP.sub(r"\\\1", cut)


def _lines(content: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(content, dict):
        for key, value in content.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                yield from _lines(value)
            else:
                yield f"- **{plain(key)}**: {_inner(value)}"
    elif isinstance(content, list):
        yield from (f"- {_inner(one)}" for one in content)
    elif str(content).strip():
        yield plain(content)


def _inner(value: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return ", ".join(f"{plain(key)}: {plain(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    return plain(value)
