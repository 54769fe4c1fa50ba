"""The replacement of pieces of a text."""

from __future__ import annotations

from collections.abc import Iterable


def spliced(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with a new one from each start to its end; they come in order, apart."""
    parts, done = [], 0
    for start, end, new in pieces:
        parts += [text[done:start], new]
        done = end
    return "".join((*parts, text[done:]))
