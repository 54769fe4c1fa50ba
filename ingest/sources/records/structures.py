"""JSON and pickles of any shape that people export: the records in them as one table.

A list of objects, objects in a list under a name (`articles`, `data`), a dict of question to
answer, a dict of columns, nested objects (`acceptedAnswer.text`) and conversations are understood.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from typing import Final

from core.errors import SourceError
from ingest.sources.files.encodings import decode
from ingest.sources.records import chatbots
from ingest.sources.records.aliases import check_sharing
from ingest.sources.records.flatten import (
    MOST_COLUMNS,
    MOST_DEEP,
    Record,
    flat_record,
    is_pairs,
    lists_of_objects,
    lists_of_records,
    pairs_in,
)
from ingest.sources.records.parts import translated, with_folders, with_visibility
from ingest.sources.records.yaml_text import yaml_texts
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap, missing
from ingest.sources.tables.contents import head_of
from ingest.sources.tables.headers import header
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.table import add_table
from ingest.sources.values import sizes_of

_SAMPLE: Final = 500
# A message of a chat has somebody, a text and a moment.
_CHAT: Final = (
    frozenset(("user", "author", "sender", "from", "speaker", "author.name", "from.name")),
    frozenset(("text", "content", "message", "body")),
    frozenset(("ts", "timestamp", "time", "date", "sent_at", "created_at")),
)


def read_json(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, beside_pages: bool = False
) -> None:
    """Read a JSON document, or JSON Lines, whatever its file is called.

    Raises:
        SourceError: It is neither, or no record in it has a title and an answer.
    """
    try:
        decoded = decode(data)
    except ValueError as error:
        raise SourceError(f"{name}: {error}; save it as JSON in UTF-8") from error
    try:
        content = json.loads(decoded.text)
    except (ValueError, RecursionError):
        _read_lines(decoded.text, name, collector, columns)
    else:
        _read_content(content, name, collector, columns, beside_pages=beside_pages)


def read_yaml(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, beside_pages: bool = False
) -> None:
    """Read a YAML document.

    Raises:
        SourceError: It is none, or no record in it has a title and an answer.
    """
    try:
        content = yaml_texts(decode(data).text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: not readable as YAML; save it again, or as JSON") from error
    check_sharing(content, name)
    _read_content(content, name, collector, columns, beside_pages=beside_pages)


def read_toml(
    data: bytes, name: str, collector: Collector, columns: ColumnMap, *, beside_pages: bool = False
) -> None:
    """Read a TOML document.

    Raises:
        SourceError: It is none, or no record in it has a title and an answer.
    """
    try:
        content = tomllib.loads(decode(data).text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{name}: not readable as TOML; {error}") from error
    _read_content(content, name, collector, columns, beside_pages=beside_pages)


def read_content(content: object, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read what a pickle held.

    Raises:
        SourceError: No record in it has a title and an answer.
    """
    check_sharing(content, name)
    _read_content(content, name, collector, columns)


def _read_lines(text: str, name: str, collector: Collector, columns: ColumnMap) -> None:
    records: list[tuple[int, Record]] = []
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        value = _parsed(line)
        if isinstance(value, dict):
            records.append((number, value))
        else:
            problems.append((number, value))
    if not records:
        raise NotAFaqError(f"{name}: no line is a JSON object; JSONL has one on each line")
    _add(records, name, collector, columns, others=problems)


def _parsed(line: str) -> Record | str:
    """Return the object on a line, or the reason why there is none; "" for an empty line."""
    if not line.strip():
        return ""
    if any("\udc80" <= mark <= "\udcff" for mark in line):
        return "the line is not valid UTF-8: save the file as UTF-8 or type the line anew"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "the line is not valid JSON: correct it or remove it"
    return value if isinstance(value, dict) else "the line is not a JSON object: write {…}"


def _read_content(
    content: object,
    name: str,
    collector: Collector,
    columns: ColumnMap,
    *,
    beside_pages: bool = False,
) -> None:
    if isinstance(content, list) and content and all(isinstance(row, list) for row in content):
        add_table(
            [TableLine(number, row) for number, row in enumerate(content, 1)],
            name,
            collector,
            columns,
        )
        return
    if chatbots.is_part(content):
        collector.parts.append((name, content))
        return
    with_folders(content)
    with_visibility(content)
    found = list(lists_of_records(content, columns, seen=set()))
    if not found and isinstance(content, dict) and is_pairs(content):
        found = [("", pairs)] if (pairs := pairs_in(content)) else []
    found = found or list(_known_by_contents(content, columns))
    if beside_pages and _are_settings(content, [items for _, items in found]):
        raise NotAFaqError(f"{name}: settings of the pages beside it")
    if not found:
        raise NotAFaqError(f"{name}: {_nothing_in(content, columns)}")
    for path, items in found:
        where = f"{name}:{path}" if path and len(found) > 1 else name
        records = [
            (number, one)
            for number, item in enumerate(items, 1)
            if isinstance(item, dict)
            for one in translated(item)
        ]
        problems = [
            (number, "the item is not an object: write title and answer")
            for number, item in enumerate(items, 1)
            if not isinstance(item, dict)
        ]
        _add(records, where, collector, columns, others=problems)


def _are_settings(content: object, found: Sequence[list[object]]) -> bool:
    """Return whether a document is one object without an answer, such as a program's settings."""
    if not isinstance(content, dict) or found not in ([], [[content]]):
        return False
    return not any(header(str(name)).field == "answer" for name in content)


def _known_by_contents(content: object, columns: ColumnMap) -> Iterator[tuple[str, list[object]]]:
    """Yield the list of objects, if there is one, of which the texts show what is asked."""
    found = [
        items
        for items in lists_of_objects(content)
        if head_of(
            _lines([(0, flat_record(item)) for item in items[:_SAMPLE]]), columns, named=True
        )
    ]
    if len(found) == 1:
        yield "", found[0]


def _lines(flat: Sequence[tuple[int, Record]]) -> list[TableLine]:
    """Yield records as the lines of a table, the first of which has the names."""
    names = list(dict.fromkeys(name for _, record in flat for name in record))[:MOST_COLUMNS]
    records = (TableLine(number, [record.get(n) for n in names]) for number, record in flat)
    return [TableLine(0, names), *records]


def _nothing_in(content: object, columns: ColumnMap) -> str:
    longest = max(lists_of_objects(content), key=len, default=[content])
    objects = [item for item in longest if isinstance(item, dict)]
    if not objects:
        return "not a FAQ; save a list of objects with title and answer"
    names = list(dict.fromkeys(name for item in objects[:100] for name in flat_record(item)))
    if not any(part.isdisjoint(names) for part in _CHAT):
        return "messages of a chat, not a FAQ; write the questions and answers into a sheet"
    return missing([TableLine(1, names)], columns)


def _add(
    records: Sequence[tuple[int, Record]],
    where: str,
    collector: Collector,
    columns: ColumnMap,
    *,
    others: Sequence[tuple[int, str]],
) -> None:
    """Add records to the collector as one table; `others` are lines without a record."""
    flat: list[tuple[int, Record]] = []
    for number, record in records:
        collector.hold(sizes_of(record, depth=MOST_DEEP), where)
        flat.append((number, flat_record(record)))
    lines = _lines(flat)
    if flat and not head_of(lines, columns, named=True):
        raise NotAFaqError(f"{where}: {missing(lines[:1], columns)}")
    problems = [TableLine(number, (), problem=reason) for number, reason in others]
    body = sorted([*lines[1:], *problems], key=lambda line: line.number)
    add_table([*lines[:1], *body], where, collector, columns, named=True)
