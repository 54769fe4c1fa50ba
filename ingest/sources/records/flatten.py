"""The records in JSON and pickles of any shape: where they stand, and each without nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ingest.sources.records.parts import accepted_in, has_category, reply_in, translations_in
from ingest.sources.records.rich_text import is_rich_text, rich_text
from ingest.sources.tables.column_words import LANGUAGES
from ingest.sources.tables.columns import ColumnMap, find_header
from ingest.sources.tables.headers import header, shown_name
from ingest.sources.tables.lines import TableLine
from ingest.sources.values import text_of

MOST_DEEP: Final = 8
MOST_COLUMNS: Final = 200
_FIELD_NAMES: Final = frozenset(("title", "question", "answer", "질문", "제목", "답변"))
_FOLDER_NAMES: Final = ("name", "title", "category", "section", "topic", "카테고리", "분류")
_SAMPLE: Final = 50
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$.-]*", re.ASCII)
_ASKED_KEY: Final = re.compile(r"(.*?)(q|question)([._-]?\d+)", re.IGNORECASE)
_TEXT_KEYS: Final = ("text", "plain_text", "name", "title")
_SPEAKERS: Final = {"user": "question", "human": "question", "assistant": "answer", "gpt": "answer"}

Record = dict[str, object]


def lists_of_records(
    content: object,
    columns: ColumnMap,
    path: str = "",
    *,
    seen: set[int],
    parents: tuple[str, ...] = (),
) -> Iterator[tuple[str, list[Any]]]:
    """Every list of objects that has titles and answers, with the names that lead to it.

    What the objects around a list are named, as folders of a help centre are, is its category; of
    several lists side by side, so is the name of each.
    """
    if id(content) in seen or path.count(".") > MOST_DEEP:
        return
    seen.add(id(content))
    if isinstance(content, list):
        objects = [item for item in content[:200] if isinstance(item, dict)]
        if any(_is_record(item, columns) and not _holds_records(item, columns) for item in objects):
            yield path, _in_category(content, " > ".join(parents))
            return
        for item in objects:
            yield from lists_of_records(item, columns, path, seen=seen, parents=parents)
    elif isinstance(content, dict):
        if table := _columnar(content) or _keyed(content, columns):
            yield path, table
            return
        if (
            len(content) < MOST_COLUMNS
            and _is_record(content, columns)
            and not _holds_records(content, columns)
        ):
            yield path, [content]
            return
        own = next((content[key] for key in _FOLDER_NAMES if content.get(key)), None)
        parents = (*parents, own.strip()) if isinstance(own, str) and own.strip() else parents
        lists = [name for name, value in content.items() if _is_list_of_records(value, columns)]
        for name, value in content.items():
            if isinstance(value, list | dict):
                where = f"{path}.{name}".strip(".")
                named = name in lists and len(lists) > 1 and str(name).lower() not in LANGUAGES
                above = (*parents, str(name)) if named else parents
                yield from lists_of_records(value, columns, where, seen=seen, parents=above)


def lists_of_objects(content: object, depth: int = 0) -> Iterator[list[Any]]:
    """Yield every list that has objects alone and stands in none of these, wherever it is."""
    if depth > MOST_DEEP:
        return
    if isinstance(content, list) and content and all(isinstance(item, dict) for item in content):
        yield content
    elif isinstance(content, list | dict):
        for value in content.values() if isinstance(content, dict) else content:
            yield from lists_of_objects(value, depth + 1)


def _in_category(items: list[Any], category: str) -> list[Any]:
    """Objects with the category that stands above them, where they have none of their own."""
    objects = [item for item in items if isinstance(item, dict)]
    if not category or any(map(has_category, objects)):
        return items
    return [{**item, "category": category} if isinstance(item, dict) else item for item in items]


def _holds_records(content: Mapping[Any, object], columns: ColumnMap, depth: int = 0) -> bool:
    """Return whether records stand in lists below an object, which is then a folder of them."""
    if depth > MOST_DEEP:
        return False
    for value in content.values():
        if translations_in(value):
            continue
        if _is_list_of_records(value, columns):
            return True
        below = value if isinstance(value, list) else [value]
        objects = [item for item in below[:_SAMPLE] if isinstance(item, dict)]
        if any(_holds_records(item, columns, depth + 1) for item in objects):
            return True
    return False


def _is_list_of_records(value: object, columns: ColumnMap) -> bool:
    items = value[:_SAMPLE] if isinstance(value, list) else []
    return any(isinstance(item, dict) and _is_record(item, columns) for item in items)


def _is_record(item: Mapping[Any, object], columns: ColumnMap) -> bool:
    return find_header([TableLine(1, list(flat_record(item)))], columns) is not None


def pairs_in(content: Mapping[Any, object]) -> list[Record]:
    """`{title: answer}` as records, or `{faq.q1: …, faq.a1: …}`, as translators have them."""
    keys = {str(name): value for name, value in content.items()}
    numbered = [
        {"title": value, "answer": keys[answer]}
        for name, value in keys.items()
        if (match := _ASKED_KEY.fullmatch(name))
        for letter, word in (("a", "answer"), ("A", "Answer"))
        if (answer := f"{match[1]}{letter if len(match[2]) == 1 else word}{match[3]}") in keys
    ]
    if len(numbered) > 1:
        return numbered
    return [{"title": title, "answer": value} for title, value in content.items()]


def _keyed(content: Mapping[Any, object], columns: ColumnMap) -> list[Record]:
    """`{title: {answer, category}}` and `{id: {question, answer}}` as records."""
    values = [value for value in content.values() if isinstance(value, dict)]
    if not values or len(values) < len(content):
        return []
    if all(_is_record(v, columns) and not _holds_records(v, columns) for v in values[:200]):
        return values
    fields = {header(name).field for value in values[:200] for name in value}
    if len(content) == 1 and header(next(iter(content))).field == "body":
        return []
    if "title" in fields or not fields & {"answer", "body"}:
        return []
    return [
        {"title": title, **value} for title, value in content.items() if isinstance(value, dict)
    ]


def is_pairs(content: Mapping[Any, object]) -> bool:
    """Return whether the names are titles: the values are texts, and no name is a field's.

    Names such as a program's settings have (`label`, `sidebarPosition`) with a number are none.
    """
    values = content.values()
    settings = all(_IDENTIFIER.fullmatch(str(name)) for name in content)
    if settings and ("id" in content or any(isinstance(value, int | float) for value in values)):
        return False
    if settings and not any(_has_letters(value) for value in values):
        return False
    texts = sum(isinstance(value, str) for value in values)
    named = len(content) < 20 and not _FIELD_NAMES.isdisjoint(content)
    if any(isinstance(value, dict) or _has_objects(value) for value in values):
        return False
    return texts * 2 >= len(content) > 0 and not named


def _has_letters(value: object) -> bool:
    return not isinstance(value, str) or any(map(str.isalpha, value))


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


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
    if any(isinstance(value, dict) and not _is_counted(value) for value in held.values()):
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


def _is_counted(column: Mapping[Any, object]) -> bool:
    """Return whether an object is a column, with the numbers of its rows as names."""
    return all(str(name).isdecimal() for name in column)


def flat_record(record: Mapping[Any, object], prefix: str = "", depth: int = 0) -> Record:
    """A record without nested objects: `acceptedAnswer.text` is a name like any other."""
    flat: Record = {}
    nested: Record = {}
    for name, held in record.items():
        key, value = f"{prefix}{shown_name(name)}", _plain(str(name), held)
        if is_rich_text(value):
            flat[key] = rich_text(value)
        elif isinstance(value, dict) and depth < 3:
            nested |= flat_record(value, f"{key}.", depth + 1)
        elif isinstance(value, list) and _is_conversation(value):
            nested |= _spoken(value)
        elif isinstance(value, list) and (said := reply_in(value) or accepted_in(value)):
            nested |= said
        elif not isinstance(name, str) or not name.startswith("@"):
            flat[key] = _listed(value)
    return flat | {name: value for name, value in nested.items() if name not in flat}


def _plain(name: str, value: object) -> object:
    """Return the value that an object stands for, or any other value as it is.

    A category's object is its name, pairs of `name` and `value` are an object, and a property of
    Notion is what it holds under its type's name:
    https://developers.notion.com/reference/property-value-object
    """
    if isinstance(value, list) and value and all(_is_pair(item) for item in value):
        return {item["name"]: item["value"] for item in value}
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    if isinstance(kind, str) and kind in value:
        held = value[kind]
        return held.get("name", held) if isinstance(held, dict) else held
    if header(name).field == "category":
        for wrapper in ("data", "attributes"):
            inner = value.get(wrapper)
            value = inner if isinstance(inner, dict) else value
        return next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), value)
    return value


def _is_pair(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"name", "value"}


def _listed(value: object) -> object:
    """Lists of objects with a text (labels, rich text) as their texts."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_COLUMNS:
        return value
    if not all(isinstance(item, dict) for item in value):
        return value
    if is_rich_text(value):
        return rich_text(value)
    texts = [
        next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)
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
