"""The content of a Slack message beside its text: shares, tables, snippets, speech. Pure.

https://docs.slack.dev/reference/objects/file-object, and messages that were forwarded, whose
`attachments` have `is_share`, or to which a link leads (`is_msg_unfurl`). Previews of other links
have neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from core.text.utterances.mentions import has_words

Json = dict[str, Any]

_MOST: Final = 5  # shares, files or tables that are read
_TAG: Final = re.compile(r"<[^<>\n]*>")  # mentions and links
_OF_LINES: Final = ("rich_text", "rich_text_list")  # each of their elements is on a line of its own
_READABLE: Final = ("context", "header", "markdown", "rich_text", "section", "table")


def own_text(message: Json) -> str:
    """Return the text of a person's message, with that of its blocks if it has no words itself.

    Some clients send words in blocks alone, and only the mentions in `text`.
    """
    text = str(message.get("text") or "")
    if has_words(_TAG.sub("", text)):
        return text
    return "\n".join(filter(None, (text, text_of_blocks(message))))


def is_edited(now: Json, before: Json) -> bool:
    """Return whether a person has edited a message; Slack may leave out what it was `before`."""
    return own_text(now) != own_text(before) if before else bool(now.get("edited"))


def attached_text(event: Json, *, linked: bool = False) -> str:
    """Return the text of shares, snippets, tables and spoken messages.

    With `linked`, it has that of messages to which links lead, too.
    """
    parts = [*_shared(event, linked=linked), *_files(event)]
    return "\n".join(part for part in parts if part)


def text_of_blocks(message: Json) -> str:
    """Return the text of a message's blocks, as far as it is to be read, line by line."""
    blocks = [one for one in _dicts(message.get("blocks")) if one.get("type") in _READABLE]
    return "\n".join(filter(None, (_table(one) or _cell(one).strip() for one in blocks)))


def app_text(message: Json) -> str:
    """Return the text that an app's message shows: its blocks', else its own, and its attachments'.

    Beside blocks, `text` is only for notifications.
    """
    shown = text_of_blocks(message) or str(message.get("text") or "").strip()
    cards = _dicts(message.get("attachments"))[:_MOST]
    below = (text_of_blocks(card) or str(card.get("text") or "").strip() for card in cards)
    return "\n".join(filter(None, (shown, *below)))


def has_media(event: Json) -> bool:
    """Return whether a message has a file that the bot cannot read, such as a picture."""
    return bool(_dicts(event.get("files")))


def _shared(event: Json, *, linked: bool) -> Iterator[str]:
    for attachment in _dicts(event.get("attachments"))[:_MOST]:
        if attachment.get("is_share") or (linked and attachment.get("is_msg_unfurl")):
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
    parts = (_dicts(cell.get(name)) for name in ("fields", "elements"))
    between = "\n" if cell.get("type") in _OF_LINES else ""
    return between.join(map(_cell, chain.from_iterable(parts)))


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Json]:
    """Return the objects of a list; what Slack does not document is left out, not the message."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
