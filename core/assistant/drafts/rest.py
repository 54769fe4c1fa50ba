"""The rest of an entry: the sections that earlier answers have not shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.text.korean import compact
from core.text.markdown.sections import markdown_sections
from core.text.sections import Section, escaped, markdown, sections, split, tidy
from core.types import Passage

_PIECE_CHARS: Final = 500


def sections_of(passage: Passage) -> list[Section]:
    """Return a passage's text as sections."""
    return markdown_sections(passage.text) if passage.markdown else sections(passage.text)


def rest_of(passages: Sequence[Passage], shown: Sequence[str]) -> str:
    """Return as Markdown the parts of the passages that no text has shown; "" if all were shown.

    A part of which one line was not shown is returned whole, so that it reads as it was written.
    """
    letters = compact("\n".join(shown))
    told: list[str] = []
    for passage in passages:
        pieces = [one for part in sections_of(passage) for one in split(part, _PIECE_CHARS)]
        left = [one for one in pieces if any(compact(line) not in letters for line in one.lines)]
        if left and len(passages) > 1:
            told.append(f"**{escaped(tidy(passage.title))}**")
        if left:
            told.append(markdown(left))
    return "\n\n".join(told)
