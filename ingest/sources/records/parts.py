"""The parts of a record that exports keep elsewhere: its folders, its translations, its reply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ingest.sources.tables.headers import header
from ingest.sources.tables.lines import TableLine
from ingest.sources.tables.withheld import state_columns, state_of

# What a record may point to, the nearest first: Zendesk has `section_id` and `category_id`,
# Freshdesk `folder_id`, Intercom `parent_id` of a collection, Channel `spaceId`, Trello `idList`.
_FOLDERS: Final = ("section", "folder", "collection", "topic", "category", "group", "space", "list")
_PARENT: Final = "parent"
_LOCALES: Final = ("locale", "language", "lang")
_LOCALE: Final = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_ID: Final = re.compile(r"id(?=[A-Z])(?P<before>\w+)|(?P<after>\w+?)_?[iI][dD]")
_CONTENTS: Final = ("title", "answer", "body", "questions")
_ACCEPTED: Final = re.compile(
    r"(?:is_?)?(?:accepted|best|chosen)(?:_?(?:answer|solution))?|is_?(?:answer|solution)",
    re.IGNORECASE,
)
_POSTED: Final = ("cooked", "body_html", "bodyHTML", "body", "content", "text", "raw", "message")
_MOST_DEEP: Final = 8
_REPLIES: Final = ("body_html", "body_text", "comment_value_html", "comment_value")

Item = dict[Any, Any]


def with_folders(content: object) -> None:
    """Give records the names of the folders to which they point by number, as their category.

    The folders are lists of objects with an `id` and a name beside the list of records. What
    withholds a folder, such as `closed`, withholds the records in it.
    """
    if not isinstance(content, dict):
        return
    lists = [(_singular(str(name)), value) for name, value in content.items() if _has_ids(value)]
    named = {name: {item["id"]: item for item in items if "id" in item} for name, items in lists}
    withheld = {id(item): state for _, items in lists for item, state in _withheld(items)}
    for _, items in lists:
        for item in items:
            for above in _above(item, named):
                item.update(withheld.get(id(above), {}))
                if "visibility" in above:
                    item.setdefault("visibility", above["visibility"])
            path = _path(item, named)
            if path and not has_category(item):
                item["category"] = " > ".join(path)


def with_visibility(content: object, inherited: object = None, deep: int = 0) -> None:
    """Give the records in a folder the `visibility` of the folder, as Freshdesk's have it."""
    if deep > _MOST_DEEP:
        return
    if isinstance(content, dict):
        inherited = content.get("visibility", inherited)
        for value in content.values():
            with_visibility(value, inherited, deep + 1)
    elif isinstance(content, list):
        for item in content:
            if inherited is not None and isinstance(item, dict):
                item.setdefault("visibility", inherited)
            with_visibility(item, inherited, deep + 1)


def has_category(item: Mapping[Any, object]) -> bool:
    """Return whether a record names its own category; `art_type` 1 and `parent_type` do not."""
    return any(
        header(name).field == "category"
        and not str(name).lower().endswith("type")
        and isinstance(value, str | list)
        for name, value in item.items()
    )


def translated(item: Item) -> Iterator[Item]:
    """Yield a record, and one for each of its translations, which stand in it by their language.

    As Intercom's `translated_content` (`{"ko": {…}}`) and Zendesk's `translations`
    (`[{"locale": "ko", …}]`) do.
    """
    held = {name: found for name, value in item.items() if (found := translations_in(value))}
    own = {name: value for name, value in item.items() if name not in held}
    if not held or _has_contents(own):
        yield own
    shared = {name: value for name, value in own.items() if header(name).field not in _CONTENTS}
    for translations in held.values():
        for one in translations:
            yield {**shared, **{name: value for name, value in one.items() if name != "type"}}


def translations_in(value: object) -> list[Item]:
    """Return the translations that a value of a record holds by their language, if it does."""
    if isinstance(value, dict):
        found = [one for name, one in value.items() if _LOCALE.fullmatch(str(name))]
        others = [one for one in value.values() if isinstance(one, dict)]
        records = [one for one in found if isinstance(one, dict) and _has_contents(one)]
        return records if len(records) == len(others) else []
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        spoken = all(any(name in one for name in _LOCALES) for one in value)
        return value if spoken and all(_has_contents(one) for one in value) else []
    return []


def reply_in(actions: Sequence[object]) -> Item:
    """Return the answer that a macro's actions write to a customer, and its tags.

    Gorgias: https://developers.gorgias.com/reference/the-macro-object
    Zendesk: https://developer.zendesk.com/api-reference/ticketing/business-rules/macros/
    """
    said: Item = {}
    for action in actions:
        if isinstance(action, dict) and isinstance(given := action.get("arguments"), dict):
            said |= given
        elif isinstance(action, dict) and isinstance(action.get("field"), str):
            value = action.get("value")
            said[action["field"]] = value[-1] if isinstance(value, list) and value else value
    answer = next((said[name] for name in _REPLIES if isinstance(said.get(name), str)), "")
    return {"answer": answer, "tags": said.get("tags", "")} if answer else {}


def accepted_in(items: Sequence[object]) -> Item:
    """Return the post of a thread that was accepted as its answer, for threads that mark one.

    GitHub's discussions, Stack Exchange and Discourse name the mark as below; the posts of a thread
    without an accepted one answer nothing.
    """
    posts = [one for one in items if isinstance(one, dict)]
    marked = [one for one in posts if any(_ACCEPTED.fullmatch(str(name)) for name in one)]
    accepted = next(
        (
            one
            for one in marked
            for name in one
            if _ACCEPTED.fullmatch(str(name)) and one[name] is True
        ),
        {},
    )
    text = next((accepted[name] for name in _POSTED if isinstance(accepted.get(name), str)), "")
    return {"answer": text} if marked else {}


def _has_contents(item: Mapping[Any, object]) -> bool:
    fields = {header(name).field for name, value in item.items() if value}
    return "title" in fields and not fields.isdisjoint(("answer", "body"))


def _has_ids(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _singular(name: str) -> str:
    return re.sub(r"ies$", "y", name.lower()).removesuffix("s")


def _path(item: Item, named: Mapping[str, Mapping[Any, Item]]) -> list[str]:
    """Return the names of the folders above an object, the widest first."""
    path: list[str] = []
    for above in _above(item, named):
        name = above.get("name", above.get("title"))
        if not isinstance(name, str):
            break
        path.insert(0, name)
    return path


def _above(item: Item, named: Mapping[str, Mapping[Any, Item]]) -> Iterator[Item]:
    """Yield the folders above an object, the nearest first."""
    for _ in _FOLDERS:
        above = _folder_of(item, named)
        if above is None:
            return
        yield above
        item = above


def _withheld(items: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    """Yield the objects that are not for readers, each with the field that says so."""
    names = list(dict.fromkeys(str(name) for item in items for name in item))
    lines = [TableLine(0, [item.get(name) for name in names]) for item in items]
    for column in state_columns(names, lines):
        for item, line in zip(items, lines, strict=True):
            if state_of(line, [column]):
                yield item, {column.name: line.values[column.index]}


def _folder_of(item: Item, named: Mapping[str, Mapping[Any, Item]]) -> Item | None:
    pointers = {
        (match["before"] or match["after"]).lower(): value
        for name, value in item.items()
        if (match := _ID.fullmatch(str(name)))
    }
    for folder in _FOLDERS:
        for key in (folder, _PARENT):
            pointer = pointers.get(key)
            found = named.get(folder, {}).get(pointer) if isinstance(pointer, int | str) else None
            if found is not None and found is not item:
                return found
    return None
