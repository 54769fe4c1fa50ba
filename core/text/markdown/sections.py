"""Answers in Markdown: as sections to choose from, and as plain words for the search."""

from __future__ import annotations

import re
from typing import Final

from core.text.markdown.lines import heading_of
from core.text.sections import Section

_FENCE: Final = re.compile(r"^\s{0,3}(```|~~~)")
_LINK: Final = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"
)
_MARKS: Final = re.compile(
    r"\*\*|__|`+|~~|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|\\(?=[!-/:-@\[-`{-~])"
)
_LINE_MARKS: Final = re.compile(r"^[ \t]*(?:#{1,6}\s+|>+\s?|[-*+]\s+|```\w*|~~~\w*)", re.MULTILINE)
_RULES: Final = re.compile(r"^[ \t|]*:?-{3,}+[-:| \t]*$", re.MULTILINE)


def markdown_sections(text: str) -> list[Section]:
    """Cut Markdown at its headings and empty lines; lists, tables and code stay in one piece."""
    found: list[tuple[str, list[list[str]]]] = [("", [])]
    fence, fresh = "", True
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        heading = None if fence or mark else heading_of(line)
        if heading:
            found.append((plain_text(heading.title), []))
            fresh = True
        elif line.strip() or fence:
            blocks = found[-1][1]
            if fresh or not blocks:
                blocks.append([])
            blocks[-1].append(line)
            fresh = False
        else:
            fresh = True
    return [
        Section(heading, tuple(map(tuple, _joined(blocks))), marked_up=True)
        for heading, blocks in found
        if heading or blocks
    ]


def plain_text(markdown: str) -> str:
    """Return the words of Markdown: labels without addresses, items without their marks."""
    text = _RULES.sub("", markdown)
    text = _LINK.sub(r"\1", text)
    text = _LINE_MARKS.sub("", text)
    text = re.sub(r"(?<!\\)\|", " ", text)
    return _MARKS.sub("", text).strip()


def _joined(blocks: list[list[str]]) -> list[list[str]]:
    """Join indented blocks to the list item above them."""
    joined: list[list[str]] = []
    for block in blocks:
        if joined and block[0].startswith(("  ", "\t")):
            joined[-1] += ["", *block]
        else:
            joined.append(block)
    return joined
