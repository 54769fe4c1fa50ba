"""The blocks of a table: headings between rows, names that come again, categories typed once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from core.text.utterances.questions import asks
from ingest.sources.rows import Collector
from ingest.sources.tables.columns import ColumnMap, ColumnPlan, find_header
from ingest.sources.tables.headers import Header, same_name, shown_name
from ingest.sources.tables.lines import TableLine, first_value, is_filled, value_at
from ingest.sources.values import text_of

_MARKED: Final = re.compile(r"\s*[■□◆◇●○▶▷►★☆◎※#【\[<〈《≪]")
_MARKS: Final = re.compile(r"^[\s■□◆◇●○▶▷►★☆◎※#【\[<〈《≪]+|[\s】\]>〉》≫]+$")
_PATH: Final = re.compile(r"[^:]+(?:::[^:]+)+")
_HEADING_CHARS: Final = 60


def in_blocks(
    body: Sequence[TableLine],
    names: Sequence[Header],
    plan: ColumnPlan,
    where: str,
    collector: Collector,
) -> tuple[Sequence[TableLine], ColumnPlan]:
    """Return the records of a table with the categories of their blocks, and the plan to read them.

    Where no column is the category, headings between the rows are, or the first parts of titles
    such as `Shipping::Where is my order`, which help desks show as folders.
    """
    body = list(_without_names(body, names, plan, where, collector))
    named = plan.shared.get("category", ())
    tagged = [index for index in named if names[index].field == "tags"]
    if named and not tagged:
        return _filled_down(body, plan, where, collector), plan
    if _are_paths(body, plan):
        return _in_folders(body, len(names), plan, where, collector)
    if tagged:
        return [_with_first_tag(line, tagged[0]) for line in body], plan
    return _under_headings(body, len(names), plan, where, collector)


def stacked_tables(lines: Sequence[TableLine], columns: ColumnMap) -> list[Sequence[TableLine]]:
    """Cut a sheet where another table stands below one, with its own names of columns.

    They stand behind an empty row or a heading. The same names again begin no other table.
    """
    first = find_header(lines, columns)
    if first is None:
        return [lines]
    starts, names = [0], lines[first]
    for index in range(first + 2, len(lines)):
        line = lines[index]
        if not _is_lone(lines[index - 1]) or find_header([line], columns) is None:
            continue
        if not _same_names(line, names):
            begin = index
            while lines[begin - 1].blank:
                begin -= 1
            begin -= _is_lone(lines[begin - 1]) and begin - 1 > first  # its heading
            starts, names = [*starts, begin], line
    return [lines[start:end] for start, end in pairwise([*starts, len(lines)])]


def heading_above(lines: Sequence[TableLine]) -> str:
    """Return the heading that stands directly above the names of a table, or ""."""
    above = [line for line in lines if not line.blank]
    return _heading(above[-1], marked=False) if above else ""


def _is_lone(line: TableLine) -> bool:
    return sum(map(is_filled, line.values)) < 2


def _same_names(one: TableLine, other: TableLine) -> bool:
    width = max(len(one.values), len(other.values))
    return all(
        same_name(value_at(one, index), shown_name(value_at(other, index)))
        for index in range(width)
    )


def _are_paths(body: Sequence[TableLine], plan: ColumnPlan) -> bool:
    """Return whether most titles of a table have folders before them."""
    titles = [text_of(value_at(line, plan.entries[0].title[0])) or "" for line in body]
    paths = sum(bool(_PATH.fullmatch(title)) for title in titles)
    return len(plan.entries) == 1 and paths > 1 and paths * 2 > sum(map(bool, titles))


def _in_folders(
    body: Sequence[TableLine], width: int, plan: ColumnPlan, where: str, collector: Collector
) -> tuple[Sequence[TableLine], ColumnPlan]:
    title = plan.entries[0].title[0]
    lines = []
    for line in body:
        *folders, name = (text_of(value_at(line, title)) or "").split("::")
        values = [*line.values, *[None] * width][:width]
        values[title] = name.strip()
        category = " > ".join(part.strip() for part in folders if part.strip())
        lines.append(replace(line, values=[*values, category]))
    collector.remark("converted", where, "what stands before :: in the titles is the category")
    return lines, replace(plan, shared={**plan.shared, "category": (width,)})


def _with_first_tag(line: TableLine, index: int) -> TableLine:
    """Return a row with the first of several tags, which is the weightiest."""
    value = value_at(line, index)
    if not isinstance(value, str):
        return line
    first = re.split(r"[,;|]", value)[0].strip()
    return replace(line, values=[*line.values[:index], first, *line.values[index + 1 :]])


def _without_names(
    body: Sequence[TableLine],
    names: Sequence[Header],
    plan: ColumnPlan,
    where: str,
    collector: Collector,
) -> Iterator[TableLine]:
    """Take out the rows that name the columns again, as above a block or on a printed page."""
    needed = {entry.title[0] for entry in plan.entries} | {e.answer[0] for e in plan.entries}
    for line in body:
        if all(same_name(value_at(line, index), names[index].name) for index in needed):
            text = "the columns' names again"
            collector.remark("left out", f"{where}:{line.number}", text)
        else:
            yield line


def _under_headings(
    body: Sequence[TableLine],
    width: int,
    plan: ColumnPlan,
    where: str,
    collector: Collector,
) -> tuple[Sequence[TableLine], ColumnPlan]:
    lines: list[TableLine] = []
    heading = ""
    asked = plan.entries[0].title[0]
    records = [line for line in body if is_filled(value_at(line, plan.entries[0].answer[0]))]
    wide = bool(records) and all(sum(map(is_filled, line.values)) > 2 for line in records)
    for line in body:
        if found := _heading(line, marked=not (wide and is_filled(value_at(line, asked)))):
            heading = found
            text = f"the heading {heading[:40]!r} is the category of the rows below it"
            collector.remark("converted", f"{where}:{line.number}", text)
        elif heading and not line.blank:
            values = [*line.values, *[None] * width][:width]
            lines.append(replace(line, values=[*values, heading]))
        else:
            lines.append(line)
    if not heading:
        return body, plan
    return lines, replace(plan, shared={**plan.shared, "category": (width,)})


def _heading(line: TableLine, *, marked: bool) -> str:
    """Return the text of a row that has one cell only, which is `marked` or does not ask."""
    if line.problem or sum(map(is_filled, line.values)) != 1:
        return ""
    text = text_of(first_value(line)) or ""
    is_heading = _MARKED.match(text) or not (marked or asks(text))
    if not is_heading or len(text) > _HEADING_CHARS:
        return ""
    return _MARKS.sub("", text)


def _filled_down(
    body: Sequence[TableLine], plan: ColumnPlan, where: str, collector: Collector
) -> Sequence[TableLine]:
    """Fill a category that is typed once into all rows of its block."""
    indexes = plan.shared.get("category", ())
    rows = [line for line in body if not line.blank]
    filled: dict[int, int] = {}
    for index in indexes:
        typed = [
            str(value_at(line, index))
            for line in rows
            if is_filled(value_at(line, index)) and index not in line.merged
        ]
        empty = sum(not is_filled(value_at(line, index)) for line in rows)
        once = max(Counter(typed).values(), default=0) == 1
        if empty and len(typed) > 1 and once and is_filled(value_at(rows[0], index)):
            filled[index] = empty
    if not filled:
        return body
    collector.remark(
        "converted",
        where,
        f"rows without a category took that of the row above: {sum(filled.values()):,}",
    )
    last: dict[int, object] = {}
    lines = []
    for line in body:
        if line.blank:
            lines.append(line)
            continue
        values = list(line.values)
        for index in filled:
            if is_filled(value_at(line, index)):
                last[index] = values[index]
            else:
                values += [None] * (index + 1 - len(values))
                values[index] = last.get(index)
        lines.append(TableLine(line.number, values, line.merged))
    return lines
