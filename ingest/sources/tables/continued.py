"""Rows that continue the one above without merged cells: only an answer stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.sources.tables.columns import ColumnPlan
from ingest.sources.tables.lines import TableLine, is_filled, value_at
from ingest.sources.values import text_of


def as_merged(body: Sequence[TableLine], plan: ColumnPlan) -> Iterator[TableLine]:
    """Yield the rows; those that continue the one above have its cells as if they were merged.

    So they are withheld together with it, and their answer is added to its answer.
    """
    titles = {index for one in plan.entries for index in one.title}
    said = {index for one in plan.entries for index in (*one.answer, *one.questions)}
    said = (said | {*plan.spare}) - titles
    above = TableLine(0, ())
    for line in body:
        merged = all(entry.title[0] in line.merged for entry in plan.entries)
        if merged or _continues(line, above, titles, said):
            width = max(len(line.values), len(above.values))
            others = {index for index in range(width) if index not in said}
            given = {index for index in others if not is_filled(value_at(line, index))}
            values = [value_at(above if index in given else line, index) for index in range(width)]
            above = replace(line, values=values, merged=line.merged | given)
        else:
            above = line
        yield above


def _continues(line: TableLine, above: TableLine, titles: set[int], said: set[int]) -> bool:
    """Return whether a row has an answer and no question, and else nothing of its own."""
    if line.problem or line.number <= above.number or not _is_any_filled(above, titles):
        return False
    if _is_any_filled(line, titles) or not _is_any_filled(line, said):
        return False
    return all(
        index in line.merged or text_of(value) == text_of(value_at(above, index))
        for index, value in enumerate(line.values)
        if index not in said and is_filled(value)
    )


def _is_any_filled(line: TableLine, indexes: set[int]) -> bool:
    return any(is_filled(value_at(line, index)) for index in indexes)
