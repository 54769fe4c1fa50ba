"""Sheets that have a question on one row and its answer on the next, each with its mark.

`Q. …` and `A. …` stand before the texts, or in a column of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ingest.sources.tables.lines import TableLine, is_filled
from ingest.sources.values import text_of

_SIGN: Final = r"[\[(]?(?:(?P<q>Q|질문|문)|A|답변|답)\s*\d{0,3}"
_ALONE: Final = re.compile(rf"{_SIGN}\s*[.:)\]]?", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"{_SIGN}\s*[.:)\]]\s*")


def asked_rows(lines: Sequence[TableLine]) -> list[TableLine]:
    """Return a row with title and answer for each question, if most rows have a mark or go on."""
    found: list[TableLine] = []
    marked = 0
    for line in lines:
        kind, text = _marked(line)
        marked += bool(kind)
        if kind == "q":
            found.append(TableLine(line.number, [text, ""]))
        elif found and text:
            title, answer = found[-1].values
            begun = kind or answer or str(title).endswith(("?", "？"))
            values = [title, f"{answer}\n{text}".strip()] if begun else [f"{title} {text}", ""]
            found[-1] = TableLine(found[-1].number, values)
    filled = sum(not line.blank for line in lines)
    return found if len(found) > 1 and marked * 2 >= filled else []


def _marked(line: TableLine) -> tuple[str, str]:
    """Return `q`, `a` or "", and the text of a row."""
    cells = [(text_of(value) or "").strip() for value in line.values if is_filled(value)]
    if not cells:
        return "", ""
    if len(cells) > 1 and (match := _ALONE.fullmatch(cells[0])):
        return ("q" if match["q"] else "a"), " ".join(cells[1:])
    if match := _BEFORE.match(cells[0]):
        rest = [cells[0][match.end() :], *cells[1:]]
        return ("q" if match["q"] else "a"), " ".join(rest).strip()
    return "", " ".join(cells)
