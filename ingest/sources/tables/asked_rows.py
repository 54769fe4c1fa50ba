"""Sheets that have a question on one row and its answer on the next, or both in one cell.

`Q. …` and `A. …` stand before the texts, or in a column of their own. In one cell, the question may
also be the first line, with a question mark at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.sources.tables.lines import TableLine, is_filled
from ingest.sources.values import text_of

_SIGN: Final = r"[\[(]?(?:(?P<q>Q|질문|문)|A|답변|답)\s*\d{0,3}"
_ALONE: Final = re.compile(rf"{_SIGN}\s*[.:)\]]?", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"{_SIGN}\s*[.:)\]]\s*")
_ASKS: Final = re.compile(r"[?？]\W*$")


def asked_rows(lines: Sequence[TableLine]) -> list[TableLine]:
    """Return a row with title and answer for each question, if most rows have a mark or go on."""
    found: list[TableLine] = []
    parts = [part for line in lines for part in _parts(line)]
    marked = 0
    for line in parts:
        kind, text = _marked(line)
        marked += bool(kind)
        if kind == "q":
            found.append(TableLine(line.number, [text, ""]))
        elif found and text:
            title, answer = found[-1].values
            begun = kind or answer or _ASKS.search(str(title))
            values = [title, f"{answer}\n{text}".strip()] if begun else [f"{title} {text}", ""]
            found[-1] = TableLine(found[-1].number, values)
    filled = sum(not line.blank for line in parts)
    return found if len(found) > 1 and marked * 2 >= filled else []


def _parts(line: TableLine) -> Iterator[TableLine]:
    """Yield a row, or the question and the answer of the one cell with words that it has."""
    cells = [(text_of(value) or "").strip() for value in line.values if is_filled(value)]
    words = [text for text in cells if not text.isdigit()]
    texts = words[0].split("\n") if len(words) == 1 else [""]
    sign = _BEFORE.match(texts[0])
    marks = map(_BEFORE.match, texts)
    answer = next((at for at, mark in enumerate(marks) if at and mark and not mark["q"]), 0)
    if sign is None and _ASKS.search(texts[0]) and any(map(str.strip, texts[1:])):
        answer = answer or 1
    if not answer or (sign and not sign["q"]):
        yield line
        return
    for mark, part in (("Q", texts[:answer]), ("A", texts[answer:])):
        signed = _BEFORE.match(part[0])
        part[0] = part[0][signed.end() :] if signed else part[0]
        yield TableLine(line.number, [mark, "\n".join(map(str.strip, part)).strip()])


def _marked(line: TableLine) -> tuple[str, str]:
    """Return `q`, `a` or "", and the text of a row."""
    cells = [(text_of(value) or "").strip() for value in line.values if is_filled(value)]
    if not cells:
        return "", ""
    if cells[0].isdigit() and len(cells) > 1:  # the number of a question
        cells = [next((text for text in cells[1:] if _BEFORE.match(text)), " ".join(cells))]
    if len(cells) > 1 and (match := _ALONE.fullmatch(cells[0])):
        return ("q" if match["q"] else "a"), " ".join(cells[1:])
    if match := _BEFORE.match(cells[0]):
        rest = [cells[0][match.end() :], *cells[1:]]
        return ("q" if match["q"] else "a"), " ".join(rest).strip()
    return "", " ".join(cells)
