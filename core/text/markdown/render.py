"""The rendering of Markdown in a platform's dialect, as far as platforms share it.

An answer's Markdown is parsed, and written anew from what was understood: so that what a platform
would take for formatting, a link or a mention is there only where it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from markdown_it.token import Token

from core.text.markdown.inline import Run, merged, plain, runs_of, spaced
from core.text.markdown.measure import table
from core.text.markdown.parser import parser
from core.text.safety.sanitize import Cleaner

ZERO_WIDTH: Final = "\u200b"
_DEEPEST: Final = 3  # lists further in are not moved further
_RULE: Final = "───"
_FENCE: Final = "```"

_LANGUAGE = re.compile(r"[A-Za-z][\w+#-]{0,19}", re.ASCII)
URL: Final = re.compile(r"https?://(?:(?![<>|\"()\[\]{}`])[!-~])+", re.IGNORECASE)
URL_END: Final = re.compile(r"[.,;:!?'*_~|\\]+$")


class Markup(Protocol):
    """The syntax of a platform for what Markdown can mean."""

    def text(self, text: str) -> str:
        """Return text with the platform's markup escaped."""
        ...

    def code(self, text: str) -> str:
        """Return a code span with its marks."""
        ...

    def block(self, text: str, info: str) -> str:
        """Return a code block with its fences; `info` is the name of its language, or ""."""
        ...

    def link(self, label: str, url: str) -> str:
        """Return a link; `label` is already in the dialect, or "" for the address itself."""
        ...

    def mark(self, style: str) -> str:
        """Return the mark that stands on both sides of a style."""
        ...

    def heading(self, text: str, level: int) -> str:
        """Return a heading; its text is already in the dialect."""
        ...

    def bullet(self, depth: int) -> str:
        """Return the marker of a bullet at a `depth` from 0."""
        ...

    def apart(self, before: str, after: str) -> str:
        """Return the text to put between two characters, one of which is or adjoins a mark."""
        ...


def render(markdown: str, dialect: Markup, cleaner: Cleaner) -> str:
    """Write Markdown in a dialect. Links to hosts that `cleaner` does not allow become text."""
    return _Writer(dialect, cleaner).blocks(parser().parse(markdown))


class _Writer:
    def __init__(self, dialect: Markup, cleaner: Cleaner) -> None:
        self._dialect = dialect
        self._cleaner = cleaner

    def blocks(self, tokens: Sequence[Token], depth: int = 0, *, tight: bool = False) -> str:
        """Return a sequence of blocks; nested lists are indented by their markers."""
        joined = kind_before = ""
        end_before: int | None = None
        for kind, inner in _nodes(tokens):
            written = self._block(kind, inner, depth)
            if not written:
                continue
            start, end = inner[0].map or (None, None)
            follows = kind_before == "paragraph_open" and start == end_before
            nested = depth > 0 and kind.endswith("list_open")
            close = tight or follows or nested or kind_before == "heading_open"
            joined += ("\n" if close else "\n\n") * bool(joined) + written
            kind_before, end_before = kind, end
        return joined

    def _block(self, kind: str, tokens: Sequence[Token], depth: int) -> str:
        match kind:
            case "paragraph_open":
                written = self._lines(tokens[1].children or [])
            case "heading_open":
                text = self._lines(tokens[1].children or [], bare="*").replace("\n", " ")
                written = self._dialect.heading(text, int(tokens[0].tag[1])) if text else ""
            case "bullet_list_open" | "ordered_list_open":
                written = self._list(tokens, depth)
            case "blockquote_open":
                quoted = self.blocks(tokens[1:-1], depth)
                written = _quoted(quoted) if quoted else ""
            case "fence":
                written = self._code(tokens[0])
            case "table_open":
                written = self._table(tokens)
            case _:
                written = _RULE
        return written

    def _code(self, token: Token) -> str:
        """Return a code block; text behind its fence that names no language becomes a line."""
        info, code = token.info.strip(), token.content.removesuffix("\n")
        if info and not _LANGUAGE.fullmatch(info):
            info, code = "", f"{info}\n{code}".rstrip("\n")
        return self._dialect.block(self._cleaner.clean(code), info)

    def _list(self, tokens: Sequence[Token], depth: int) -> str:
        items: list[str] = []
        number = int(tokens[0].attrs.get("start", 1))
        tight = any(token.hidden for token in tokens)
        for _, inner in _nodes(tokens[1:-1]):
            marker = self._dialect.bullet(depth)
            if tokens[0].type == "ordered_list_open":
                marker = f"{number}{tokens[0].markup}"
                number += 1
            body = self.blocks(inner[1:-1], depth + 1, tight=tight)
            indent = " " * min(len(marker) + 1, 4) if depth < _DEEPEST else ""
            items.append(f"{marker} {_moved_in(body, indent)}")
        return "\n".join(items)

    def _table(self, tokens: Sequence[Token]) -> str:
        rows: list[list[Sequence[Token]]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(token.children or [])
        if not any(token.type == "link_open" for row in rows for cell in row for token in cell):
            texts = [["".join(plain(cell)) for cell in row] for row in rows]
            aligned = table(
                [[" ".join(self._cleaner.clean(cell).split()) for cell in row] for row in texts]
            )
            if aligned:
                return self._dialect.block(aligned, "")
        header, *body = [[self._cell(cell) for cell in row] for row in rows]
        if not body:
            return " | ".join(header)
        return "\n".join(self._record(header, row) for row in body)

    def _cell(self, tokens: Sequence[Token]) -> str:
        return self._lines(tokens).replace("\n", " ")

    def _record(self, header: Sequence[str], row: Sequence[str]) -> str:
        """Return a row that is too wide as its first cell with the others below it, by name."""
        outer, inner = self._dialect.bullet(0), self._dialect.bullet(1)
        first, *others = row
        named = [
            f"  {inner} {name}: {cell}" if name else f"  {inner} {cell}"
            for name, cell in zip(header[1:], others, strict=False)
            if cell
        ]
        return "\n".join([f"{outer} {first}", *named])

    def _lines(self, tokens: Sequence[Token], bare: str = "") -> str:
        """Return inline content; styles in `bare` are there anyway, as in a heading."""
        runs = merged(self._linked(runs_of(tokens)))
        lines: list[list[Run]] = [[]]
        for run in runs:
            parts = [run.text] if "`" in run.style or run.url else run.text.split("\n")
            style = "".join(mark for mark in run.style if mark not in bare)
            lines[-1].append(Run(parts[0], style, run.url))
            lines += [[Run(part, style)] for part in parts[1:]]
        return "\n".join(map(self._line, lines)).strip("\n")

    def _linked(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Return runs in which allowed addresses are links, and other links are text."""
        for run in runs:
            if run.url and self._cleaner.allows(run.url):
                yield Run(self._cleaner.clean(run.text), run.style, run.url)
            elif "`" in run.style:
                yield Run(self._cleaner.clean(run.text), run.style)
            else:
                yield from self._addresses(run)

    def _addresses(self, run: Run) -> Iterator[Run]:
        place = 0
        for match in URL.finditer(run.text):
            url = URL_END.sub("", match[0])
            if self._cleaner.allows(url):
                yield Run(self._cleaner.clean(run.text[place : match.start()]), run.style)
                yield Run("", run.style, url)
                place = match.start() + len(url)
        yield Run(self._cleaner.clean(run.text[place:]), run.style)

    def _line(self, runs: Sequence[Run]) -> str:
        """Return runs with marks around neighbours of a style, and spaces outside of the marks."""
        out = ""
        open_: list[str] = []
        pieces = list(spaced(runs))
        for number, run in enumerate(pieces):
            wanted = "" if run.text.isspace() else run.style
            if run.text.isspace():  # within a style only if it goes on after the space
                following = pieces[number + 1].style if number + 1 < len(pieces) else ""
                wanted = "".join(mark for mark in open_ if mark in following)
            keep = 0
            while keep < len(open_) and open_[keep] in wanted:
                keep += 1
            out += "".join(map(self._dialect.mark, open_[keep:][::-1]))
            opened = [mark for mark in "*_~" if mark in wanted and mark not in open_[:keep]]
            written = self._written(run)
            coded = "`" in run.style or (number > 0 and "`" in pieces[number - 1].style)
            marks = "".join(map(self._dialect.mark, opened))
            if out and (marks or coded or len(open_) > keep):
                out += self._dialect.apart(out[-1], (marks + written)[:1])
            out += marks + written
            open_ = open_[:keep] + opened
        return out + "".join(map(self._dialect.mark, open_[::-1]))

    def _written(self, run: Run) -> str:
        if run.url:
            label = "" if run.text.strip() in ("", run.url) else run.text
            return self._dialect.link(self._dialect.text(" ".join(label.split())), run.url)
        if "`" in run.style:
            return self._dialect.code(run.text)
        return self._dialect.text(run.text)


def _nodes(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """Return the outermost nodes of a flat list of tokens, each with its content."""
    level = start = 0
    for place, token in enumerate(tokens):
        level += token.nesting
        if level == 0:
            yield tokens[start].type, tokens[start : place + 1]
            start = place + 1


def _quoted(text: str) -> str:
    """Return lines as a quote; nested quotes join it, and code keeps its own frame."""
    out: list[str] = []
    fenced = False
    for line in text.split("\n"):
        bare = fenced or line.startswith((_FENCE, ">"))
        fenced = fenced != line.startswith(_FENCE)
        out.append(line if bare else f"> {line}".rstrip())
    return "\n".join(out)


def _moved_in(body: str, indent: str) -> str:
    """Indent the further lines of a list item, but not quotes and code."""
    first, *rest = body.split("\n")
    fenced = first.startswith(_FENCE)
    out = [first]
    for line in rest:
        bare = fenced or not line or line.startswith((_FENCE, ">"))
        fenced = fenced != line.startswith(_FENCE)
        out.append(line if bare else indent + line)
    return "\n".join(["", *out] if first.startswith((_FENCE, ">")) else out)
