"""The conversion of a table's rows into records; rows of merged cells are joined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ingest.sources.rows import Collector, Columns, NotAFaqError
from ingest.sources.tables.blocks import heading_above, in_blocks, stacked_tables
from ingest.sources.tables.columns import (
    ColumnMap,
    ColumnPlan,
    EntryColumns,
    make_plan,
    missing,
)
from ingest.sources.tables.contents import TableHead, head_of
from ingest.sources.tables.continued import as_merged
from ingest.sources.tables.lines import (
    TableLine,
    is_column_filled,
    is_filled,
    value_at,
)
from ingest.sources.tables.withheld import StateColumn, state_columns, state_of
from ingest.sources.values import Linked, text_of

_LIST_MARK: Final = re.compile(r"(?:[-•*·]|\d{1,2}[.)])\s+")


def add_table(  # noqa: PLR0913 - where the table is, and what is known of it
    lines: Sequence[TableLine],
    where: str,
    collector: Collector,
    columns: ColumnMap,
    *,
    defaults: Mapping[str, object] | None = None,
    named: bool = False,
) -> None:
    """Add every record of a table, and of those that stand below it, to `collector`.

    `defaults` are the values of fields that no column holds. If the table is `named`, its first row
    has the columns' names.

    Raises:
        SourceError: Neither names nor contents show a title and an answer column.
    """
    tables = [lines] if named else stacked_tables(lines, columns)
    for table in tables:
        head = head_of(table, columns, named=named)
        if head is None:
            raise NotAFaqError(f"{where}: {missing(lines, columns)}")
        given = dict(defaults or {})
        if len(tables) > 1 and (heading := heading_above(head.above)):
            given["category"] = heading
        _remark_head(head, where, collector, columns)
        _add_below(head, where, collector, columns, given, records=named)


def _add_below(  # noqa: PLR0913 - as above
    head: TableHead,
    where: str,
    collector: Collector,
    columns: ColumnMap,
    defaults: Mapping[str, object],
    *,
    records: bool,
) -> None:
    """Add the rows below the names; if they are `records`, none of them continues another."""
    body = head.body
    states = state_columns([column.name for column in head.columns], body)
    stateful = {column.index for column in states}
    names = [
        replace(column, field="") if index in stateful else column
        for index, column in enumerate(head.columns)
    ]
    plan = make_plan(names, body, columns)
    if not records:
        body = list(as_merged(body, plan))
    body, plan = in_blocks(body, names, plan, where, collector)
    reads = [(name, index) for name, index in plan.reads() if index < len(names)]
    used = {index for _, index in reads} | stateful
    collector.columns.append(
        Columns(
            where,
            (
                *((name, names[index].name) for name, index in reads),
                *(("state", column.name) for column in states),
            ),
            tuple(
                head.name
                for index, head in enumerate(names)
                if head.name and index not in used and is_column_filled(body, index)
            ),
        )
    )
    body = list(_for_readers(body, states, where, collector))
    _add_records(body, plan, where, collector, defaults)


def _remark_head(head: TableHead, where: str, collector: Collector, columns: ColumnMap) -> None:
    for line in head.above:
        if not line.blank:
            said = " · ".join(dict.fromkeys(str(one) for one in line.values if is_filled(one)))
            text = f"a line above the columns' names: {said[:80]!r}"
            collector.remark("left out", where, text)
    for column in head.guessed:
        name = {"title": "question"}.get(column.field, column.field)
        if name not in columns:
            text = f"{column.name!r} was read as the {name}; --map {name}=… names another"
            collector.remark("by contents", where, text)


def _for_readers(
    body: Sequence[TableLine], states: Sequence[StateColumn], where: str, collector: Collector
) -> Iterator[TableLine]:
    for line in body:
        if state := state_of(line, states):
            collector.remark("left out", f"{where}:{line.number}", f"not for readers: {state}")
        else:
            yield line


def _add_records(
    lines: Sequence[TableLine],
    plan: ColumnPlan,
    where: str,
    collector: Collector,
    defaults: Mapping[str, object],
) -> None:
    pending: list[tuple[dict[str, object], str]] = []
    for line in lines:
        position = f"{where}:{line.number}"
        if line.problem or line.blank:
            _flush(pending, collector)
            if line.problem:
                collector.skip(position, line.problem)
            continue
        if _is_aside(line, plan):
            _flush(pending, collector)
            _remark_aside(line, position, collector)
            continue
        records = [{**defaults, **record} for record in _records(line, plan)]
        if pending and _goes_on(line, plan):
            for (record, _), more in zip(pending, records, strict=False):
                _join(record, more, line, plan)
            collector.remark("merged", position, f"a part of the answer to {pending[0][1]}")
            continue
        _flush(pending, collector)
        pending = [(record, position) for record in records]
    _flush(pending, collector)


def _is_aside(line: TableLine, plan: ColumnPlan) -> bool:
    """Return whether a row has nothing in the columns of questions and answers."""
    columns = (index for one in plan.entries for index in (*one.title, *one.answer, *one.questions))
    return not any(is_filled(value_at(line, index)) for index in columns)


def _remark_aside(line: TableLine, position: str, collector: Collector) -> None:
    """Name the words of a row without an entry; a number prepared for one is no word."""
    own = (value for index, value in enumerate(line.values) if index not in line.merged)
    said = max((text_of(value) or "" for value in own), key=len, default="").strip()
    if any(letter.isalpha() for letter in said):
        text = f"a line without a question and an answer: {said[:80]!r}"
        collector.remark("left out", position, text)


def _flush(pending: list[tuple[dict[str, object], str]], collector: Collector) -> None:
    for record, position in pending:
        collector.add(record, position)
    pending.clear()


def _goes_on(line: TableLine, plan: ColumnPlan) -> bool:
    return all(entry.title[0] in line.merged for entry in plan.entries)


def _join(
    record: dict[str, object], more: Mapping[str, object], line: TableLine, plan: ColumnPlan
) -> None:
    """Add the answer and the questions of a row whose title is that of the row above."""
    if plan.entries[0].answer[0] not in line.merged:
        texts = [text for text in (text_of(record["answer"]), text_of(more["answer"])) if text]
        record["answer"] = "\n".join(texts)
    mine, others = record["questions"], more["questions"]
    if isinstance(mine, list) and isinstance(others, list):
        mine += [text for text in others if text not in mine]


def _records(line: TableLine, plan: ColumnPlan) -> Iterator[dict[str, object]]:
    shared: dict[str, object] = {
        name: _of(name, value_at(line, indexes[0]))
        for name, indexes in plan.shared.items()
        if len(indexes) == 1
    }
    if len(levels := plan.shared.get("category", ())) > 1:
        parts = [(text_of(value_at(line, index)) or "").strip() for index in levels]
        shared["category"] = " > ".join(part for part in parts if part)
    found = [
        (entry, _title(line, entry), _answer(line, entry.answer) or _answer(line, plan.spare[:1]))
        for entry in plan.entries
    ]
    # A row that is translated into some of the languages is an entry in these.
    there = [one for one in found if is_filled(one[1]) or is_filled(one[2])]
    for entry, asked, answer in there or found[:1]:
        link = {"url": asked.url} if isinstance(asked, Linked) else {}
        title = _of("title", asked)
        yield {
            **link,
            **shared,
            "title": title,
            "answer": answer,
            "questions": list(_questions(line, entry, title)),
        }


def _questions(line: TableLine, entry: EntryColumns, title: object) -> Iterator[object]:
    for index in entry.questions:
        value = value_at(line, index)
        if index in entry.title and value == title:
            continue
        for item in _items(value):
            if item == title:
                continue
            yield _LIST_MARK.sub("", item.strip(), count=1) if isinstance(item, str) else item


def _items(value: object) -> Sequence[object]:
    """Return the items of a list, or the parts of a text between line breaks and `|`."""
    if isinstance(value, list | tuple):
        return value
    return (text_of(value) or "").replace("|", "\n").splitlines()


def _of(name: str, value: object) -> object:
    """Return a field's value: the address of a cell with a link, or its text."""
    if isinstance(value, Linked):
        return value.url if name == "url" else value.value
    return value


def _title(line: TableLine, entry: EntryColumns) -> object:
    """Return the first title of a row; if a cell has several questions, the first of them."""
    for index in entry.title:
        value = value_at(line, index)
        if index in entry.questions and not isinstance(value, Linked):
            value = next(filter(is_filled, _items(value)), None)
        if is_filled(value):
            return value
    return None


def _answer(line: TableLine, indexes: Sequence[int]) -> object:
    """Return the answer of a row; several different answers are joined."""
    values = [value for index in indexes if is_filled(value := value_at(line, index))]
    said: list[str] = []
    for value in values:
        text = (text_of(value) or "").strip()
        if not any(_letters(text) in _letters(other) for other in said):
            said = [other for other in said if _letters(other) not in _letters(text)] + [text]
    return "\n\n".join(said) if len(said) > 1 else values[0] if values else None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", re.sub(r"<[^<>]*>", "", text))
