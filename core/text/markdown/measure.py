"""Measures of text: its length and width as platforms and monospaced fonts count them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Final

_WIDEST_TABLE: Final = 60  # columns; a wider one would be wrapped, row by row, into a riddle


def width(text: str) -> int:
    """Return the columns of monospaced text: East Asian wide characters take two."""
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned lines, the first underlined; "" if they would be too wide."""
    columns = list(zip_longest(*rows, fillvalue=""))
    widths = [max(map(width, column)) for column in columns]
    if not widths or sum(widths) + 3 * (len(widths) - 1) > _WIDEST_TABLE:
        return ""
    lines = [
        " │ ".join(
            cell + " " * (most - width(cell))
            for cell, most in zip_longest(row, widths, fillvalue="")
            if isinstance(most, int)
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─┼─".join("─" * most for most in widths), *lines[1:]])


def utf16(text: str) -> int:
    """Return the length of a text in UTF-16 code units, as JavaScript counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, limit: int) -> str:
    """Return the text, cut to `limit` UTF-16 code units, with … if something was cut."""
    if utf16(text) <= limit:
        return text
    kept = text[: limit - 1]
    while utf16(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def fitting(text: str, limit: int, *, cut: Callable[[str, int], str] = shortened) -> list[str]:
    """Return the text, split if it is unexpectedly long, so that no platform refuses it.

    `cut` shortens as `shortened` does, its … included, without breaking what may not be broken.
    """
    parts: list[str] = []
    at = 0
    # Twice the limit shows what may not be broken there; the whole rest, each time, is quadratic.
    while utf16(window := text[at : at + 2 * limit + 1]) > limit:
        part = cut(window, limit)[:-1] or window[: limit // 2]
        parts.append(part)
        at += len(part)
        while text[at : at + 1].isspace():
            at += 1
    return [part for part in [*parts, window] if part.strip()]


# The most that a sign may become in either dialect, escaped or with a zero-width space.
_COSTS: Final = {"&": 5, "<": 5, ">": 4} | dict.fromkeys("@\\*_~`|]", 2)
# Where a link was, there may stand a phrase, and around an address there are brackets.
_ADDRESS = re.compile(
    r"[/\\]{2}|www\.|(?:javascript|vbscript|data|mailto|tel|file):", re.IGNORECASE
)
_ADDRESS_COST: Final = 7
_MARKERS = re.compile(r"(?:[ \t]*(?:[-*+]|\d{1,9}[.)]|>)(?=[ \t>]))+|[ \t]+")
_LINE_COST: Final = 3  # its break, another one, a backslash
_LIST_COST: Final = 5
_DEEP_COST: Final = 16  # a line's indentation and quote sign, three lists in
_ROW_COST: Final = _WIDEST_TABLE + 20
_CELL_COST: Final = 16
_END_COST: Final = 8  # the closing and opening of a code block
_STYLE_COST: Final = 12  # closing and opening the styles that began above a line
_STYLE_RUNS = re.compile(r"(?<=\S)(?:[*~]+|_+(?!\w))|(?:[*~]+|(?<!\w)_+)(?=\S)")


def cost(markdown: str) -> int:
    """Return the most that Markdown comes to in either dialect, in UTF-16 code units.

    It is a sum over signs and lines, so that it never shrinks when the text grows, as
    `core.text.markdown.split` wants it; what is rendered does, when lines turn out to be a table.
    """
    total = _END_COST + (_ROW_COST if "|" in markdown else 0)
    total += utf16(markdown) + _marked(markdown)
    deep = row = styled = 0
    blank = True
    for line in markdown.split("\n"):
        total += _LINE_COST
        if not line.strip(" \t>"):
            row = styled = 0
            blank = True
            continue
        if markers := _MARKERS.match(line):
            simple = len(markers[0].strip()) <= 3 and not line[0].isspace()
            deep = max(deep, _LIST_COST if simple else _DEEP_COST)
        elif blank:
            deep = 0
        if not row and "|" in line:
            own = utf16(line) + _marked(line) + _CELL_COST * (line.count("|") + 1)
            row = max(_ROW_COST, own)
        blank = False
        total += deep + row + styled
        if not styled and any(count % 2 for count in Counter(_STYLE_RUNS.findall(line)).values()):
            styled = _STYLE_COST
    return total


def _marked(text: str) -> int:
    """Return what signs and addresses come to beyond their own length."""
    signs = sum((most - 1) * text.count(sign) for sign, most in _COSTS.items())
    return signs + _ADDRESS_COST * len(_ADDRESS.findall(text))
