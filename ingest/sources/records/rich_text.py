"""Rich text as editors keep it in JSON: blocks of blocks, with the words in the innermost.

ProseMirror and Atlassian's format, Slate, Editor.js, Contentful's, Notion's and Channel's blocks
are alike: an object has a `type`, and its text or its parts under one of a few names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_PARTS: Final = ("content", "children", "blocks", "items", "rich_text")
_WORDS: Final = ("plain_text", "text", "value")
_INLINE: Final = frozenset(("text", "link", "mention", "emoji", "span", "hardBreak", "br"))
_ITEMS: Final = frozenset(("listItem", "list-item", "list_item", "li", "bulleted_list_item"))
_LISTS: Final = frozenset(("bullets", "bulletList", "unordered-list", "list", "ul"))
_ADDRESSES: Final = ("href", "url")
_BREAKS: Final = frozenset(("hardBreak", "br"))
_MOST_DEEP: Final = 30


def is_rich_text(value: object) -> bool:
    """Return whether a value is a document of an editor, or a list of its blocks."""
    if isinstance(value, dict):
        return _kind(value) in ("doc", "root", "document") or (
            isinstance(value.get("blocks"), list) and is_rich_text(value["blocks"])
        )
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and isinstance(_kind(item), str) for item in value)
        and any(_has_words(item) for item in value)
    )


def rich_text(value: object) -> str:
    """Return the text of blocks, each on a line of its own; items of a list have a dash."""
    return "\n".join(line for line in _lines(value, 0) if line.strip())


def _kind(block: Mapping[str, Any]) -> object:
    return block.get("type", block.get("nodeType"))


def _has_words(block: Mapping[str, Any]) -> bool:
    held = _held(block)
    return any(held.get(name) for name in (*_PARTS, *_WORDS))


def _held(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block's fields, with those of `data` (Editor.js) and of its kind (Notion)."""
    kind, data = _kind(block), block.get("data")
    own = block.get(kind) if isinstance(kind, str) else None
    inner = [fields for fields in (data, own) if isinstance(fields, dict)]
    return {name: value for fields in (block, *inner) for name, value in fields.items()}


def _linked(block: Mapping[str, Any], text: str) -> str:
    """Return the text of a link in Markdown; its address stands in one of a few places."""
    marks = block.get("marks")
    holders = [block, *(marks if isinstance(marks, list) else ())]
    inner = [one.get("attrs") for one in holders if isinstance(one, dict)]
    for holder in (*holders, *inner):
        for name in _ADDRESSES if isinstance(holder, dict) else ():
            address = holder.get(name)
            if isinstance(address, str) and address.startswith(("http://", "https://")):
                return text if address in text else f"[{text}]({address})"
    return text


def _lines(value: object, depth: int) -> Iterator[str]:
    """Yield the lines of a block; parts that are inline stay on one line."""
    if depth > _MOST_DEEP:
        return
    items = value if isinstance(value, list) else [value]
    line = ""
    for item in items:
        if isinstance(item, str):
            line += item
        elif isinstance(item, dict):
            inner = _inner(item, depth)
            kind = _kind(item)
            if kind in _INLINE or (kind is None and not any(name in item for name in _PARTS)):
                text = "\n" if kind in _BREAKS else "".join(inner)
                line += _linked(item, text) if text.strip() else text
                continue
            yield line
            line = ""
            dash = "- " if kind in _ITEMS else ""
            yield from (f"{dash}{text}" for text in inner)
    yield line


def _inner(block: Mapping[str, Any], depth: int) -> list[str]:
    kind, held = _kind(block), _held(block)
    words = [held[name] for name in _WORDS if isinstance(held.get(name), str)][:1]
    parts: list[Any] = next((held[n] for n in _PARTS if isinstance(held.get(n), list)), [])
    if kind not in _LISTS:
        return [*words, *(line for line in _lines(parts, depth + 1) if line.strip())]
    items = (" ".join(_lines([part], depth + 1)).strip() for part in parts)
    return [*words, *(item if item.startswith("- ") else f"- {item}" for item in items if item)]
