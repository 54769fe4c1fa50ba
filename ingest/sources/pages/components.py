"""Components of MDX and block tags of GitBook and Markdoc become Markdown.

The label of a tab, a step, an accordion or a card is a line in bold, in which a card is a link.
What is written inside of a component loses the indentation that only shows where it belongs: a
page of this kind has no code by indentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_QUOTED: Final = r"\"[^\"]{0,2000}\"|'[^']{0,2000}'"
_BRACED: Final = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,2000}\}){0,2000}\}){0,4000}\}"
_VALUE: Final = rf"(?:{_QUOTED}|{_BRACED}|[^\s<>\"'{{}}]+)"
_ATTRIBUTES: Final = rf"(?:\s+(?:[\w:.-]+(?:\s*=\s*{_VALUE})?|\{{[^{{}}]*\}}))*"
_TAG: Final = re.compile(
    rf"<(?P<close>/?)(?P<name>[A-Z][\w.]*)(?P<attributes>{_ATTRIBUTES})\s*(?P<alone>/?)>"
    r"|\{%-?[ \t]*+(?P<end>end|/)?[ \t]*+(?P<block>[\w-]*+)(?P<said>[^%\n]*?)-?%\}"
)
_CLOSED: Final = re.compile(r"</([A-Z][\w.]*)\s*>")
_BREAK, _LESS = "\1", "\2"
_ATTRIBUTE: Final = re.compile(rf"(?<![\w:-])([\w:-]+)\s*=\s*(?:\{{\s*)?({_QUOTED}|`[^`]*`)")
_ITEMS: Final = re.compile(r"\bitems\s*=\s*\{\s*\[(.*?)\]\s*\}", re.DOTALL)
_VALUES: Final = re.compile(r"\{[^{}]*\}")
_TEXT: Final = re.compile(rf"{_QUOTED}|`[^`]*`")
_LABELS: Final = ("title", "label", "header", "summary", "heading", "question", "name")
_LINKS: Final = ("href", "url", "to", "link", "src")
# Components whose attributes are no words for readers.
_PICTURES: Final = ("image", "img", "icon", "video", "iframe", "figure", "frame")


@dataclass(slots=True)
class _Open:
    """A component that is open: the labels of its children, and the indentation of its content."""

    name: str
    items: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    indent: int | None = None


def without_components(text: str) -> str:
    """Return Markdown in which components are text; each line keeps its number, if it can."""
    closed = set(_CLOSED.findall(text))

    def whole(match: re.Match[str]) -> str:
        name = match["name"]
        if name and not match["alone"] and name not in closed:  # as in `Replace <NAME>`
            return match[0].replace("<", _LESS, 1)
        return match[0].replace("\n", _BREAK)  # a tag of several lines is read as one

    text = _TAG.sub(whole, text)
    if not _TAG.search(text.replace(_BREAK, "\n")):
        return text.replace(_LESS, "<")
    opened: list[_Open] = []
    lines: list[str] = []
    for line in text.split("\n"):
        made = _line(line, opened)
        if made[:1] != [line] and made[0].startswith("**") and lines and lines[-1].strip():
            lines.append("")  # a label is no part of the text before it
        lines += made
    return "\n".join(lines).replace(_LESS, "<")


def _line(line: str, opened: list[_Open]) -> list[str]:
    """Return a line without its tags; labels and what stands behind them are lines."""
    more = line.count(_BREAK)
    line = line.replace(_BREAK, "\n")
    text = line.lstrip()
    indent = len(line) - len(text)
    if text and opened and not _TAG.match(text) and opened[-1].indent is None:
        opened[-1].indent = indent
    lost = next((one.indent for one in reversed(opened) if one.indent is not None), 0)
    if not _TAG.search(text):
        return [line[min(indent, lost) :]]
    shown: list[str] = []
    rest, last = "", 0
    for match in _TAG.finditer(text):
        rest += text[last : match.start()]
        last = match.end()
        if label := _read(match, opened):
            shown += [rest.strip(), label] if rest.strip() else [label]
            rest = ""
    rest = (rest + text[last:]).strip()
    shown += ["", rest] if shown and rest else [rest] if rest else []
    return shown + [""] * max(more + 1 - len(shown), 0)


def _read(match: re.Match[str], opened: list[_Open]) -> str:
    """Take note of a tag; return the line that it is, "" for none."""
    if match["name"] is None:
        return _read_block(match, opened)
    name = match["name"]
    if match["close"]:
        _close(name, opened)
        return ""
    attributes = match["attributes"]
    given = {key: said[1:-1].strip() for key, said in _ATTRIBUTE.findall(attributes)}
    title = _title(name, given, opened[-1] if opened else None)
    if not match["alone"]:
        items = _ITEMS.search(attributes)
        listed = [one[1:-1] for one in _TEXT.findall(items[1])] if items else []
        opened.append(_Open(name, listed, _labels(attributes)))
    return title


def _read_block(match: re.Match[str], opened: list[_Open]) -> str:
    name, said = match["block"], match["said"].rstrip(" \t/")
    if match["end"]:
        _close(name, opened)
        return ""
    given = {key: value[1:-1].strip() for key, value in _ATTRIBUTE.findall(said)}
    if name == "embed":
        return f"<{given['url']}>" if given.get("url") else ""
    if name in ("include", "file", "content-ref", "openapi"):
        return ""
    if name in ("tab", "tabs", "step", "stepper", "hint", "callout", "accordion", "code", "expand"):
        opened.append(_Open(name))
    return _title(name, given, None)


def _close(name: str, opened: list[_Open]) -> None:
    """Close the last component of a name, and those that were left open in it."""
    for place in range(len(opened) - 1, -1, -1):
        if opened[place].name == name:
            del opened[place:]
            return


def _title(name: str, given: dict[str, str], parent: _Open | None) -> str:
    kind = name.rpartition(".")[2].lower()
    if kind.startswith(_PICTURES):
        return ""
    title = next((given[key] for key in _LABELS if given.get(key)), "")
    if parent and not title and (kind.startswith("tab") or name == f"{parent.name}.Item"):
        value = given.get("value", "")
        title = parent.labels.get(value) or (parent.items.pop(0) if parent.items else value)
    link = next((given[key] for key in _LINKS if given.get(key)), "")
    if title and link:
        return f"**[{title}]({link})**"
    return f"**{title}**" if title else ""


def _labels(attributes: str) -> dict[str, str]:
    """Return the labels of tabs by their values, where the tabs' parent names them."""
    found = {}
    for one in _VALUES.findall(attributes):
        pair = dict(re.findall(r"(label|value)\s*:\s*[\"']([^\"']*)[\"']", one))
        if len(pair) > 1:
            found[pair["value"]] = pair["label"]
    return found
