"""The outline of a page in Markdown: its headings, and the lines below each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from core.text.markdown.lines import heading_of

_UNDERLINE: Final = re.compile(r"^(=+|-{2,})\s*$")
# `2.1 …`, `2.2 …` or `2-1. …`: numbers that go up are an outline's, and no part of a title.
_OUTLINE: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})+|\d{1,3}(?:-\d{1,3})+(?=[.)]))[.)]?\s+(?=\S)")
# What repeats takes no bracket that may begin the next one, or work would grow as squares.
_LINK: Final = re.compile(r"!?\[([^\[\]]*+)\]\([^()]*+(?:\([^()]*+\)[^()]*+)?\)")
FENCE: Final = re.compile(r"^\s{0,3}(```|~~~)")


@dataclass(slots=True)
class PageSection:
    """A heading (level 1 to 6; 0 for what stands before the first) and the lines below it.

    `line` is that of the heading, from 1; `first` is the index of the first line below it.
    """

    level: int
    title: str
    line: int
    first: int
    lines: list[str]
    taken: bool = False  # a table of it was read as one

    @property
    def text(self) -> str:
        """The text directly below the heading, up to the next one."""
        return "\n".join(self.lines).strip()


def sections_of(text: str) -> list[PageSection]:
    """Cut Markdown at its headings, which lose the numbers of an outline."""
    sections = list(_cut(text))
    numbered = [(match, one) for one in sections if (match := _OUTLINE.match(one.title))]
    numbers = [tuple(map(int, re.split("[.-]", match[1]))) for match, _ in numbered]
    if len(numbers) > 1 and all(before < after for before, after in pairwise(numbers)):
        for match, section in numbered:
            section.title = section.title[match.end() :]
    return sections


def _cut(text: str) -> Iterator[PageSection]:
    """Cut Markdown at its headings; lines of code are none."""
    section = PageSection(0, "", 1, 0, [])
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = FENCE.match(line)
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        heading = None if fence or mark else heading_of(line)
        if heading:
            yield section
            section = PageSection(heading.level, plain_heading(heading.title), number, number, [])
        elif not fence and _UNDERLINE.match(line) and _could_be_title(section):
            title = section.lines.pop()
            yield section
            level = 1 if line[0] == "=" else 2
            section = PageSection(level, plain_heading(title), number - 1, number, [])
        else:
            section.lines.append(line)
    yield section


def plain_heading(text: str) -> str:
    """A heading without emphasis, links, anchors and the number or `Q.` before it."""
    text = re.sub(r"\{#[^}]*\}|<[^<>]+>", "", text)
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"(\*\*|__|`|(?<!\w)[*_]|[*_](?!\w))", "", text)
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return re.sub(
        r"^\s*(?:Q\s*\d{0,3}\s*[.:)．：）]|Q\d+\s|\d{1,3}[.)]\s)\s*", "", text.strip()
    ).strip()


def _could_be_title(section: PageSection) -> bool:
    if (
        not section.lines
        or not section.lines[-1].strip()
        or section.lines[-1].lstrip()[:1] in "|->*"
    ):
        return False
    return len(section.lines) == 1 or not section.lines[-2].strip()
