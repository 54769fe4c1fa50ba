"""Sheets with several records in a row, brought to one record in each row.

Either they lie on their side, with a column for each record and the fields' names in the first, or
the same columns come again beside each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ingest.sources.rows import Collector
from ingest.sources.tables.asked_rows import asked_rows
from ingest.sources.tables.columns import ColumnMap
from ingest.sources.tables.contents import head_by_contents, head_by_names
from ingest.sources.tables.lines import TableLine, value_at

_MOST_FIELDS: Final = 40  # a sheet on its side has a row for each field of a record, not more
_KNOWN_SHARE: Final = 3  # one of so many names is that of an entry's field


def is_sideways(lines: Sequence[TableLine], columns: ColumnMap) -> bool:
    """Return whether the records of a table are its columns, by their names or their contents."""
    filled = sum(not line.blank for line in lines)
    if not 1 < filled <= _MOST_FIELDS or head_by_names(lines, columns):
        return False
    if not columns and asked_rows(lines):
        return False
    records = turned(lines)
    if head := head_by_names(records, columns):
        named = [column for column in head.columns if column.name]
        times = Counter(column.name for column in named if column.field in ("title", "answer"))
        known = sum(bool(column.field) for column in named)
        # Names that come again are those of cards one below the other, in upright rows.
        once = max(times.values(), default=1) == 1
        there = any(not line.blank for line in head.body)
        return there and once and (bool(columns) or known * _KNOWN_SHARE >= len(named))
    return len(records) > filled and head_by_contents(records, columns) is not None


def turned(lines: Sequence[TableLine]) -> list[TableLine]:
    """Return the columns of a table as its rows, counted from 1."""
    width = max((len(line.values) for line in lines), default=0)
    filled = [line for line in lines if not line.blank]
    return [
        TableLine(index + 1, [value_at(line, index) for line in filled]) for index in range(width)
    ]


def _repeated(names: Sequence[str]) -> list[range]:
    """Return where the same names come again: `질문, 답변, , 질문, 답변` has two blocks."""
    starts = [index for index, name in enumerate(names) if name]
    count = sum(name == names[starts[0]] for name in names) if starts else 0
    if count < 2 or len(starts) % count:
        return []
    width = len(starts) // count
    blocks = [starts[at : at + width] for at in range(0, len(starts), width)]
    first = [names[index] for index in blocks[0]]
    if width < 2 or any([names[index] for index in block] != first for block in blocks):
        return []
    return [range(block[0], block[-1] + 1) for block in blocks]


def _stacked(lines: Sequence[TableLine], blocks: Sequence[range]) -> list[TableLine]:
    records = (
        TableLine(
            line.number,
            [value_at(line, index) for index in block],
            frozenset(index - block.start for index in line.merged if index in block),
            line.problem,
        )
        for block in blocks
        for line in lines
    )
    return [record for record in records if not record.blank or record.problem]


def upright(
    lines: Sequence[TableLine], where: str, collector: Collector, columns: ColumnMap
) -> Sequence[TableLine]:
    """Return a table with a row for each record; one on its side is turned, with a remark."""
    if head := head_by_names(lines, columns):
        blocks = _repeated([column.name for column in head.columns])
        if not blocks:
            return lines
        collector.remark(
            "converted", where, "the same columns stand beside each other: all are read"
        )
        body = _stacked(head.body, blocks)
        names = TableLine(head.number, [head.columns[index].name for index in blocks[0]])
        return [*head.above, names, *body]
    if not is_sideways(lines, columns):
        return lines
    text = "the questions stand side by side: columns were read as rows, and are counted from 1"
    collector.remark("converted", where, text)
    return turned(lines)
