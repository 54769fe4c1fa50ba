"""The context of each line of Markdown, as far as the lines before it tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Nobody means anything by deeper ones, and each further sign would be read again and again.
_PREFIX = r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t]){0,64}"
_FENCE = re.compile(rf"(?P<prefix>{_PREFIX})(?P<mark>`{{3,}}|~{{3,}})(?P<info>[^\n]*)")
_DELIMITERS = re.compile(rf"{_PREFIX}(?=[^\n]*-)(?=[^\n]*[|:])[ \t:|\-]+$")
BLANK = re.compile(r"[ \t>]*$")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    title: str  # with its marks, but without the signs that may close the line


@dataclass(frozen=True, slots=True)
class Fence:
    quote: str  # the quote signs before it, which every line of it has
    mark: str
    info: str
    indent: int  # columns that a line must be moved in to be inside, in a list
    start: int

    @property
    def opening(self) -> str:
        return f"{self.quote}{self.mark}{self.info}\n"

    @property
    def closing(self) -> str:
        return f"\n{self.quote}{self.mark}"

    def closed_by(self, line: str) -> bool:
        """Return whether a whole line ends it, as its closing fence."""
        bare = line.strip(" \t>")
        return bare.startswith(self.mark) and not bare.strip(self.mark[0])

    def left_by(self, line: str) -> bool:
        """Return whether a line is outside of the quote or the list item that the fence is in."""
        if self.quote:
            return not line.lstrip().startswith(">")
        indent = len(line) - len(line.lstrip())
        return bool(self.indent and line.strip() and indent < self.indent)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its context, such as a list or a code fence."""

    start: int
    fence: Fence | None = None
    header: str = ""  # the header of the table to which this row belongs
    table_start: int = -1


def heading_of(line: str) -> Heading | None:
    """Return the heading that a line is; None if it is none."""
    match = _HEADING.match(line)
    return match and Heading(len(match[1]), match[2].rstrip().rstrip("#").rstrip())


def fence_of(line: str, start: int, *, partial: bool = False) -> Fence | None:
    """Return the fence that a line opens, or that a `partial` line may open."""
    match = _FENCE.match(line)
    if not match or (not partial and match["mark"][0] == "`" and "`" in match["info"]):
        return None
    quote = "> " * match["prefix"].count(">")
    listed = match["prefix"].strip(" \t>")
    indent = len(match["prefix"]) if listed and not quote else 0
    return Fence(quote, match["mark"], match["info"], indent, start)


def lines_of(text: str) -> list[Line]:
    """Return every line with its context, which depends only on the lines before it."""
    found: list[Line] = []
    start = 0
    fence: Fence | None = None
    header, table_start = "", -1
    before = Line(-1)
    before_text = ""
    while True:
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        if fence and fence.left_by(line):
            fence = None
        if BLANK.match(line) and (line or end >= 0):
            header, table_start = "", -1
        found.append(Line(start, fence, header, table_start))
        if end < 0:
            return found
        if fence:
            fence = None if fence.closed_by(line) else fence
        elif opened := fence_of(line, start):
            fence, header, table_start = opened, "", -1
        elif not header and "|" in before_text and _DELIMITERS.match(line):
            header, table_start = text[before.start : end + 1], before.start
        before, before_text = found[-1], line if not fence else ""
        start = end + 1
