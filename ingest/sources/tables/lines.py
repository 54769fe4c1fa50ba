"""The rows of a table as they were read, before their columns are recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.sources.values import text_of


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row of a table; `merged` are the columns whose value is that of the merged cell above.

    `problem` says why a row is no record, if it is none.
    """

    number: int
    values: Sequence[object]
    merged: frozenset[int] = frozenset()
    problem: str = ""

    @property
    def blank(self) -> bool:
        """Return whether there is nothing in it."""
        return not any(is_filled(value) for value in self.values)


def value_at(line: TableLine, index: int) -> object:
    return line.values[index] if index < len(line.values) else None


def is_filled(value: object) -> bool:
    text = text_of(value)
    return bool(value) if text is None else bool(text.strip())


def first_value(line: TableLine) -> object:
    return next(value for value in line.values if is_filled(value))


def is_column_filled(body: Sequence[TableLine], index: int) -> bool:
    return any(is_filled(value_at(line, index)) for line in body)
