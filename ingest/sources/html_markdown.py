"""HTML as Markdown, with images as links and accordions as headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from typing import Any, Final

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from ingest.sources.markdown_parts import image, link, tidied

_GONE: Final = (
    *("script", "style", "iframe", "noscript", "template", "svg", "object", "embed", "form"),
    *("head", "input", "button", "select", "textarea"),
)
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINE_END: Final = "\3"
_MOST_SPANNED: Final = 1_000
_MOST_REPEATED: Final = 5_000_000
_MOST_COLUMNS: Final = 50
# A row without an end is ended by the next one of its table, and a cell by the next of its row.
_CELL_ENDS: Final = (("td", "th"), ("tr", "table"))
_ENDS: Final = {"tr": (("tr",), ("table",)), "td": _CELL_ENDS, "th": _CELL_ENDS}
_DEEPEST: Final = 100  # tags in tags; pages that people make have some dozens
# The parser stops at a declaration that it does not know.
# As HTML shows them, they are one; the converter would look for a line end from each of them.
_MANY_BLANKS: Final = re.compile(r"[ \t]{99,}")
_DECLARED: Final = re.compile(r"<!\[(?!CDATA\[|if\b|endif\b)")


class _Shallow(BeautifulSoup):
    """A parser that ends rows and cells as browsers do, and puts what is too deep elsewhere.

    It stands beside its parent: what looks for something below each tag takes squares of the depth.
    """

    def handle_starttag(self, name: str, *given: Any, **named: Any) -> Tag | None:
        self.endData()
        open_tags = [tag.name for tag in self.tagStack]
        depth = min(_ended_at(name, open_tags), _DEEPEST)
        while len(self.tagStack) > depth:
            self.popTag()
        return super().handle_starttag(name, *given, **named)


def _ended_at(name: str, open_tags: Sequence[str]) -> int:
    """Return how many of the open tags stay open when one of that name begins."""
    ends, inside = _ENDS.get(name, ((), ()))
    for depth in range(len(open_tags) - 1, 0, -1) if ends else ():
        if open_tags[depth] in ends:
            return depth
        if open_tags[depth] in inside:
            break
    return len(open_tags)


def parsed(source: str) -> BeautifulSoup:
    """Parse HTML, whatever it is, in time that grows as its length does.

    Python's parser looks for the end of a comment, or of a tag, from each one that has none: until
    3.11.13 that takes squares (CVE-2025-6069). So what has no end is text.
    """
    source = _DECLARED.sub("&lt;![", source)
    for beginning, end in (("<!--", "-->"), ("<", ">")):
        last = source.rfind(end) + 1
        source = source[:last] + source[last:].replace(beginning, f"&lt;{beginning[1:]}")
    return _Shallow(source, "html.parser")


def text_in(source: str) -> str:
    """Return the words of HTML on one line."""
    return parsed(source).get_text(" ", strip=True)


def html_to_markdown(source: str | Tag, *, base: str = "", line_in_cell: str = " ") -> str:
    """Return HTML as Markdown; `base` is the page's address, for links relative to it.

    `line_in_cell` stands between the lines of a table's cell, which Markdown does not have.
    """
    soup = parsed(source) if isinstance(source, str) else source
    for tag in soup(_GONE):
        tag.decompose()
    for tag in soup.find_all(_HEADINGS):
        if not tag.get_text(strip=True) and not tag.find("img"):
            tag.decompose()
    try:
        room = _MOST_REPEATED
        for cell in soup.find_all(("td", "th"), colspan=True):
            cell["colspan"] = str(min(_span(cell, "colspan"), _MOST_COLUMNS))
        for table in soup.find_all("table"):
            room = _repeat_spanning(table, room)
        for text in soup.find_all(string=_MANY_BLANKS):
            if not text.find_parent("pre"):
                text.replace_with(_MANY_BLANKS.sub(" ", text))
        _mark_lines(soup)
        made = _Converter(base, line_in_cell).convert_soup(soup)
    except RecursionError:  # tags in tags, deeper than on any page: the words alone are taken
        made = soup.get_text("\n")
    return tidied(made.replace(_LINE_END, " "))


def _repeat_spanning(table: Tag, room: int) -> int:
    """Repeat a cell that spans several rows in each of them, as a workbook's merged cells are.

    Returns how much of the `room` for such cells, in characters, is left: a cell may have a long
    text, or rows of its own.
    """
    spanning: dict[int, tuple[int, Tag]] = {}  # by column: the rows that follow, and the cell
    for row in table.find_all("tr"):
        below: dict[int, tuple[int, Tag]] = {}
        column = 0
        for cell in [*row.find_all(["td", "th"], recursive=False), None]:
            while held := spanning.pop(column, None):
                rows, spanned = held
                room -= len(str(spanned))
                if room < 0:
                    return 0
                repeated = copy(spanned)
                if cell is None:
                    row.append(repeated)
                else:
                    cell.insert_before(repeated)
                if rows > 1:
                    below[column] = (rows - 1, spanned)
                column += 1
            if cell is not None:
                if (rows := _span(cell, "rowspan")) > 1:
                    below[column] = (rows - 1, cell)
                column += _span(cell, "colspan")
        spanning = below
    return room


def _mark_lines(soup: Tag) -> None:
    """Mark where the lines of cells end, which the converter puts on one."""
    for tag in soup.select(":is(td, th) :is(br, p, li, div)"):
        tag.append(_LINE_END) if tag.name != "br" else tag.replace_with(_LINE_END)


def _span(cell: Tag, name: str) -> int:
    told = str(cell.get(name, ""))
    return min(max(int(told), 1), _MOST_SPANNED) if told.isdecimal() else 1


class _Converter(MarkdownConverter):
    """The converter of markdownify, with images as links and accordions as headings."""

    def __init__(self, base: str, line_in_cell: str) -> None:
        super().__init__(
            heading_style="ATX", bullets="-", table_infer_header=True, escape_underscores=False
        )
        self._base = base
        self._line_in_cell = line_in_cell

    def convert_td(self, el: Tag, text: str, parent_tags: Any) -> str:
        lines = filter(None, map(str.strip, text.split(_LINE_END)))
        made: str = super().convert_td(  # type: ignore[misc]
            el, self._line_in_cell.join(lines), parent_tags
        )
        return made

    def convert_img(self, el: Tag, text: str, parent_tags: Any) -> str:
        del text, parent_tags
        address = str(el.get("src") or el.get("data-src") or "")
        return image(str(el.get("alt") or ""), address, self._base) if address else ""

    def convert_a(self, el: Tag, text: str, parent_tags: Any) -> str:
        del parent_tags
        label = " ".join(text.split())
        if not label or el.find("img"):  # a linked image is a link already
            return label
        address = str(el.get("href") or "")
        return address if label == address else link(label, address, self._base)

    def convert_summary(self, el: Tag, text: str, parent_tags: Any) -> str:
        del el, parent_tags
        return f"\n\n**{' '.join(text.split())}**\n\n"
