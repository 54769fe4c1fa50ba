"""The content of a Slack message beside its text: shares, tables, snippets, speech. Pure.

https://docs.slack.dev/reference/objects/file-object, and messages that were forwarded, whose
`attachments` have `is_share`; a preview of a link has not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

_MOST: Final = 5  # shares, files or tables that are read


def attached_text(event: Json) -> str:
    """Return the text of shares, snippets, tables and spoken messages."""
    parts = [*_shared(event), *_files(event)]
    return "\n".join(part for part in parts if part)


def has_media(event: Json) -> bool:
    """Return whether a message has a file that the bot cannot read, such as a picture."""
    return bool(_dicts(event.get("files")))


def _shared(event: Json) -> Iterator[str]:
    for attachment in _dicts(event.get("attachments"))[:_MOST]:
        if attachment.get("is_share"):
            said = str(attachment.get("text") or "").strip()
            yield said or attached_text(attachment) or _blocks_of(attachment)
        yield from map(_table, _tables(attachment))


def _blocks_of(attachment: Json) -> str:
    """Return the text of a shared message that consists of blocks, as those of apps do."""
    shared = [_dict(one.get("message")) for one in _dicts(attachment.get("message_blocks"))]
    blocks = [block for message in shared for block in _dicts(message.get("blocks"))]
    return "\n".join(filter(None, map(_cell, blocks)))


def _files(event: Json) -> Iterator[str]:
    for file in _dicts(event.get("files"))[:_MOST]:
        spoken = _dict(_dict(file.get("transcription")).get("preview"))
        yield str(spoken.get("content") or "").strip()
        if file.get("mode") in ("snippet", "post"):
            yield str(file.get("preview") or "").strip()


def _tables(attachment: Json) -> list[Json]:
    """Return the text of tables: https://docs.slack.dev/reference/block-kit/blocks/table-block."""
    return [block for block in _dicts(attachment.get("blocks")) if block.get("type") == "table"]


def _table(block: Json) -> str:
    rows = (_dicts(row) for row in block.get("rows") or [])
    return "\n".join(" ".join(filter(None, map(_cell, row))) for row in rows)


def _cell(cell: Json) -> str:
    """Return the plain text of a cell or of another block of any kind."""
    text = cell.get("text")
    if isinstance(text, dict):
        text = text.get("text")
    if isinstance(text, str):
        return text
    return "".join(map(_cell, _dicts(cell.get("elements"))))


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Json]:
    """Return the objects of a list; what Slack does not document is left out, not the message."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
