"""JSON and pickles of any shape that people export: the records in them as one table.

A list of objects, objects in a list under a name (`articles`, `data`), a dict of question to
answer, a dict of columns, nested objects (`acceptedAnswer.text`) and conversations are understood.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.errors import SourceError
from ingest.sources.encodings import decode
from ingest.sources.rows import Collector, NotAFaqError
from ingest.sources.tables.columns import ColumnMap, find_header, missing
from ingest.sources.tables.headers import header, shown_name
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.table import add_table
from ingest.sources.values import sizes_of, text_of

_MOST_DEEP: Final = 8
_MOST_COLUMNS: Final = 200
_FIELD_NAMES: Final = frozenset(("title", "question", "answer", "질문", "제목", "답변"))
_DRAFT: Final = ("draft", "unpublished", "archived", "hidden")
_SPEAKERS: Final = {"user": "question", "human": "question", "assistant": "answer", "gpt": "answer"}

Record = dict[str, object]


def read_json(data: bytes, name: str, collector: Collector, columns: ColumnMap) -> None:
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
        _read_content(content, name, collector, columns)


def read_content(content: object, name: str, collector: Collector, columns: ColumnMap) -> None:
    """Read what a pickle held.

    Raises:
        SourceError: No record in it has a title and an answer.
    """
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
    """The object on a line, or why there is none; an empty text for an empty line."""
    if not line.strip():
        return ""
    if any("\udc80" <= mark <= "\udcff" for mark in line):
        return "the line is not valid UTF-8: save the file as UTF-8 or type the line anew"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "the line is not valid JSON: correct it or remove it"
    return value if isinstance(value, dict) else "the line is not a JSON object: write {…}"


def _read_content(content: object, name: str, collector: Collector, columns: ColumnMap) -> None:
    found = list(_lists(content, columns, seen=set()))
    if not found and isinstance(content, dict) and _is_pairs(content):
        found = [("", pairs)] if (pairs := _pairs(content)) else []
    if not found:
        raise NotAFaqError(f"{name}: {_nothing_in(content, columns)}")
    for path, items in found:
        where = f"{name}:{path}" if path and len(found) > 1 else name
        records = [(number, item) for number, item in enumerate(items, 1) if isinstance(item, dict)]
        problems = [
            (number, "the item is not an object: write title and answer")
            for number, item in enumerate(items, 1)
            if not isinstance(item, dict)
        ]
        _add(records, where, collector, columns, others=problems)


def _nothing_in(content: object, columns: ColumnMap) -> str:
    items = content if isinstance(content, list) else [content]
    objects = [item for item in items if isinstance(item, dict)]
    if not objects:
        return "not a FAQ; save a list of objects with title and answer"
    names = list(dict.fromkeys(name for item in objects[:100] for name in _flat(item)))
    return missing([TableLine(1, names)], columns)


def _lists(
    content: object,
    columns: ColumnMap,
    path: str = "",
    *,
    seen: set[int],
    parents: tuple[str, ...] = (),
) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects that has titles and answers, with the names that lead to it.

    What the objects around a list are named, as folders of a help centre are, is its category.
    """
    if id(content) in seen or path.count(".") > _MOST_DEEP:
        return
    seen.add(id(content))
    if isinstance(content, list):
        objects = [item for item in content[:200] if isinstance(item, dict)]
        if any(_is_record(item, columns) for item in objects):
            yield path, _in_category(content, " > ".join(parents))
            return
        for item in objects:
            yield from _lists(item, columns, path, seen=seen, parents=parents)
    elif isinstance(content, dict):
        if table := _columnar(content) or _keyed(content, columns):
            yield path, table
            return
        if (
            len(content) < _MOST_COLUMNS
            and _is_record(content, columns)
            and not _holds_lists(content)
        ):
            yield path, [content]
            return
        own = content.get("name", content.get("title"))
        parents = (*parents, own) if isinstance(own, str) and own.strip() else parents
        for name, value in content.items():
            if isinstance(value, list | dict):
                where = f"{path}.{name}".strip(".")
                yield from _lists(value, columns, where, seen=seen, parents=parents)


def _in_category(items: list[Any], category: str) -> list[Any]:
    """Objects with the category that stands above them, where they have none of their own."""
    objects = [item for item in items if isinstance(item, dict)]
    if not category or any(header(n).field == "category" for item in objects for n in item):
        return items
    return [{**item, "category": category} if isinstance(item, dict) else item for item in items]


def _holds_lists(content: Mapping[Any, object]) -> bool:
    return any(
        isinstance(value, list)
        and value
        and isinstance(value[0], dict)
        and not _is_conversation(value)
        for value in content.values()
    )


def _is_record(item: Mapping[Any, object], columns: ColumnMap) -> bool:
    return find_header([TableLine(1, list(_flat(item)))], columns) is not None


def _pairs(content: Mapping[Any, object]) -> list[Record]:
    """`{title: answer}` as records."""
    return [{"title": title, "answer": value} for title, value in content.items()]


def _keyed(content: Mapping[Any, object], columns: ColumnMap) -> list[Record]:
    """`{title: {answer, category}}` and `{id: {question, answer}}` as records."""
    values = [value for value in content.values() if isinstance(value, dict)]
    if not values or len(values) < len(content):
        return []
    if all(_is_record(value, columns) for value in values[:200]):
        return values
    fields = {header(name).field for value in values[:200] for name in value}
    if "title" in fields or not fields & {"answer", "body"}:
        return []
    return [
        {"title": title, **value} for title, value in content.items() if isinstance(value, dict)
    ]


def _is_pairs(content: Mapping[Any, object]) -> bool:
    """Return whether the names are titles: the values are texts, and no name is a field's."""
    texts = sum(isinstance(value, str) for value in content.values())
    named = len(content) < 20 and not _FIELD_NAMES.isdisjoint(content)
    return texts * 2 >= len(content) > 0 and not named


def _columnar(content: Mapping[Any, object]) -> list[Record]:
    """`{question: […], answer: […]}`, `{question: {0: …}}` and `{columns, data}` as records."""
    names, rows = content.get("columns"), content.get("data")
    if (
        isinstance(names, list)
        and isinstance(rows, list)
        and all(isinstance(row, list) for row in rows)
    ):
        return [dict(zip(map(str, names), row, strict=False)) for row in rows]
    held = {str(name): value for name, value in content.items() if isinstance(value, list | dict)}
    if len(held) < 2 or find_header([TableLine(1, list(held))], {}) is None:
        return []
    columns = {
        name: list(value.values()) if isinstance(value, dict) else value
        for name, value in held.items()
    }
    count = max(map(len, columns.values()))
    title = next((name for name in columns if header(name).field == "title"), "")
    if not title or any(isinstance(value, list | dict) for value in columns[title]):
        return []
    return [
        {name: values[index] for name, values in columns.items() if index < len(values)}
        for index in range(count)
    ]


def _add(
    records: Sequence[tuple[int, Record]],
    where: str,
    collector: Collector,
    columns: ColumnMap,
    *,
    others: Sequence[tuple[int, str]],
) -> None:
    """Hand records over as a table of all their names; `others` are lines without one."""
    flat: list[tuple[int, Record]] = []
    for number, record in records:
        collector.hold(sizes_of(record, depth=_MOST_DEEP), where)
        if state := _withheld(record):
            collector.remark("left out", f"{where}:{number}", f"it is marked as {state}")
        else:
            flat.append((number, _flat(record)))
    names = list(dict.fromkeys(name for _, record in flat for name in record))[:_MOST_COLUMNS]
    lines = [TableLine(0, names)]
    lines += [TableLine(number, [record.get(name) for name in names]) for number, record in flat]
    if flat and find_header(lines[:1], columns) is None:
        raise NotAFaqError(f"{where}: {missing(lines[:1], columns)}")
    add_table(lines, where, collector, columns, others=dict(others))


def _withheld(record: Mapping[str, object]) -> str:
    """Return the mark of a record that is not for readers: `draft: true`, `state: "draft"`."""
    for name in _DRAFT:
        if record.get(name) is True:
            return name
    state = record.get("state", record.get("status"))
    return state if isinstance(state, str) and state.lower() in _DRAFT else ""


def _flat(record: Mapping[Any, object], prefix: str = "", depth: int = 0) -> Record:
    """A record without nested objects: `acceptedAnswer.text` is a name like any other."""
    flat: Record = {}
    nested: Record = {}
    for name, value in record.items():
        key = f"{prefix}{shown_name(name)}"
        if isinstance(value, dict) and depth < 3:
            nested |= _flat(value, f"{key}.", depth + 1)
        elif isinstance(value, list) and _is_conversation(value):
            nested |= _spoken(value)
        elif not isinstance(name, str) or not name.startswith("@"):
            flat[key] = _listed(value)
    return flat | {name: value for name, value in nested.items() if name not in flat}


def _listed(value: object) -> object:
    """Lists of objects with a text (labels, rich text) as lists of their texts."""
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_COLUMNS:
        return value
    if not all(isinstance(item, dict) for item in value):
        return value
    texts = [
        next(
            (
                item[key]
                for key in ("text", "plain_text", "name", "title")
                if isinstance(item.get(key), str)
            ),
            None,
        )
        for item in value
    ]
    return [text for text in texts if text] or None


def _is_conversation(value: Sequence[object]) -> bool:
    return len(value) > 1 and all(
        isinstance(item, dict) and ("role" in item or "from" in item) for item in value
    )


def _spoken(turns: Sequence[Any]) -> Record:
    """The first question and the first answer of `messages`."""
    found: Record = {}
    for turn in turns:
        field = _SPEAKERS.get(str(turn.get("role", turn.get("from"))))
        text = text_of(turn.get("content", turn.get("value")))
        if field and text:
            found.setdefault(field, text)
    return found
