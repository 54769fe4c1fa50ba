"""How long and how wide text is, in the ways that platforms and monospaced fonts count it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

_WIDEST_TABLE: Final = 60  # columns; a wider one would be wrapped, row by row, into a riddle


def width(text: str) -> int:
    """Columns of monospaced text: what is wide in East Asia takes two, what combines none."""
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned lines, the first one underlined; "" if that would be too wide to read."""
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
    """Characters as JavaScript counts them."""
    return len(text) + sum(character > "\uffff" for character in text)


def shortened(text: str, limit: int) -> str:
    """Text of at most `limit` UTF-16 code units, with … where something is missing."""
    if utf16(text) <= limit:
        return text
    kept = text[: limit - 1]
    while utf16(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


# What a character may become at most, in either dialect: escaped, marked, or the phrase that stands
# where a link was.
_COSTS: Final = {"&": 5, "<": 6, ">": 5, ":": 5, "/": 5, ".": 4, "@": 2}
_COSTLY = re.compile(r"[!-/:-@\[-`{-~]")
_MARKERS = re.compile(r"(?:[ \t]*(?:[-*+]|\d{1,9}[.)]|>)(?=[ \t]|$|>))+|[ \t]+")
_DEEP_COST: Final = 16  # a line's indentation and quote sign, three lists in
_ROW_COST: Final = _WIDEST_TABLE + 20
_CELL_COST: Final = 16


def cost(markdown: str) -> int:
    """An upper bound of what Markdown comes to in either dialect, in UTF-16 code units.

    It is a sum over characters and lines, so that it never shrinks when the text grows, as
    `core.cutting.split` wants it; what is rendered may shrink, when a table turns out to be one.
    """
    total = 0
    deep = row = 0
    blank = True
    for line in markdown.split("\n"):
        own = utf16(line) + 1
        own += sum(_COSTS.get(sign, 3) - 1 for sign in _COSTLY.findall(line))
        if not line.strip(" \t>"):
            row = 0
            blank = True
        else:
            if markers := _MARKERS.match(line):
                simple = len(markers[0].strip()) <= 3 and not line[0].isspace()
                deep = max(deep, 6 if simple else _DEEP_COST)
            elif blank:
                deep = 0
            if not row and "|" in line:
                row = max(_ROW_COST, own + _CELL_COST * (line.count("|") + 1))
            blank = False
        total += own + deep + row
    return total + (_ROW_COST if "|" in markdown else 0)
