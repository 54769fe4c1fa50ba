"""The text that a person sees of a message: its blocks' words, without formatting."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from devtools.slack.api.checks import elements_of
from devtools.slack.world.model import Message, SurfaceView

Json = dict[str, Any]

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_MARKS = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")
_MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_STATES = {"pending": "○", "in_progress": "…", "complete": "✓", "error": "✗"}
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)


def visible(message: Message | SurfaceView) -> str:
    """The words that are seen, a line for each block; the buttons' labels come as `[label]`."""
    if isinstance(message, SurfaceView):
        title = message.payload.get("title", {}).get("text", "")
        return "\n".join([title, *_lines(message.payload.get("blocks", []))]).strip()
    return visible_of(message.text, message.blocks)


def visible_of(text: str, blocks: list[Json]) -> str:
    """The same of one version of a message."""
    return "\n".join(_lines(blocks)) if blocks else plain(text)


def labels(message: Message | SurfaceView) -> list[str]:
    """The labels of all that can be pressed, in order."""
    blocks = message.payload["blocks"] if isinstance(message, SurfaceView) else message.blocks
    return [label for block in blocks for _, e in elements_of(block) for label in _labels(e)]


def plain(mrkdwn: str) -> str:
    """Slack's mrkdwn as it reads: links by their label, no marks, entities undone."""
    return _outside_code(mrkdwn, _plain)


def plain_markdown(text: str) -> str:
    """A markdown block's text as it reads."""

    def read(part: str) -> str:
        part = _HEADING.sub("", _MARKDOWN_LINK.sub(r"\1", part))
        return _MARKS.sub(r"\2", _STRONG.sub(r"\2", part))

    return _outside_code(text, read)


def _plain(part: str) -> str:
    return html.unescape(_MARKS.sub(r"\2", _LINK.sub(_label, part)))


def _label(link: re.Match[str]) -> str:
    target, label = link[1], link[2]
    if label:
        return label
    return f"@{target.lstrip('@!')}" if target[0] in "@!" else target


def _outside_code(text: str, read: Any) -> str:
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [read(text[at : code.start()]), html.unescape(code[0].strip("`"))]
        at = code.end()
    return "".join([*parts, read(text[at:])])


def _lines(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        match block["type"]:
            case "markdown":
                yield plain_markdown(block["text"])
            case "section" | "header":
                yield from (
                    _text(one) for one in [block.get("text"), *block.get("fields", [])] if one
                )
            case "context":
                yield " ".join(_text(one) for one in block["elements"])
            case "rich_text":
                yield _rich(block)
            case "plan" | "task_card":
                yield from _steps(block)
            case "input":
                yield _text(block["label"])
            case "image":
                yield block["alt_text"]
        pressed = [f"[{label}]" for _, e in elements_of(block) for label in _labels(e)]
        if pressed:
            yield " ".join(pressed)


def _steps(block: Json) -> Iterator[str]:
    state = f"{_STATES[block['status']]} " if "status" in block else ""
    yield f"{state}{block['title']}"
    yield from _lines([*block.get("tasks", []), *filter(None, [block.get("details")])])


def _text(one: Json) -> str:
    return plain(one["text"]) if one.get("type") == "mrkdwn" else one.get("text", "")


def _rich(node: Json) -> str:
    if "elements" not in node:
        return str(node.get("text") or node.get("url") or node.get("name") or "")
    between = "\n" if node["type"] in ("rich_text", "rich_text_list") else ""
    return between.join(_rich(one) for one in node["elements"])


def _labels(element: Json) -> list[str]:
    if element["type"] == "feedback_buttons":
        return [element[f"{which}_button"]["text"]["text"] for which in ("positive", "negative")]
    if "options" in element:
        return [option["text"]["text"] for option in element["options"]]
    label = element.get("text")
    return [label["text"]] if isinstance(label, dict) else []
