"""Texts in the cells of a spreadsheet, which takes some for formulas and runs them."""

from __future__ import annotations

from typing import Final

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARK: Final = "'"


def cell_of(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    return f"{_MARK}{text}" if _runs(text) else text


def text_of_cell(cell: str) -> str:
    """Return the text of a cell that `cell_of` has made."""
    return cell.removeprefix(_MARK) if _runs(cell) else cell


def _runs(text: str) -> bool:
    """Return whether a text is a formula, or one that is marked as none."""
    return text.lstrip(_MARK).startswith(_FORMULAS)
