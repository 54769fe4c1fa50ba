"""Markdown said in a platform's own dialect: what all platforms share of it.

An answer's Markdown is parsed, and written anew from what was understood: so that what a platform
would take for formatting, a link or a mention is there only where it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final, Protocol

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from bots.measure import table, width
from core.safety import Cleaner

ZERO_WIDTH: Final = "\u200b"
_DEEPEST: Final = 3  # lists further in are not moved further
_RULE: Final = "───"
_FENCE: Final = "```"

_URL = re.compile(r"https?://[!-;=?-Z\\^_a-z|~]+", re.IGNORECASE)
_URL_END = re.compile(r"[.,;:!?'*_~|\\]+$")


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style within a line: a subset of `*` bold, `_` italic, `~` strike, "`" code."""

    text: str
    style: str = ""
    url: str = ""


class Dialect(Protocol):
    """How a platform writes what Markdown means."""

    def text(self, text: str) -> str:
        """Text that means nothing but itself."""
        ...

    def code(self, text: str) -> str:
        """A code span with its marks."""
        ...

    def block(self, text: str, info: str) -> str:
        """A code block with its fences."""
        ...

    def link(self, label: str, url: str) -> str:
        """A link to an allowed host; `label` is already in the dialect, "" for the address."""
        ...

    def mark(self, style: str) -> str:
        """What stands on both sides of a style."""
        ...

    def heading(self, text: str, level: int) -> str:
        """A heading, its text in the dialect."""
        ...

    def bullet(self, depth: int) -> str:
        """The marker of a bullet list's item, `depth` from 0."""
        ...

    @property
    def boundary(self) -> str:
        """What goes between a style's mark and the letter beside it, outside."""
        ...


def render(markdown: str, dialect: Dialect, cleaner: Cleaner) -> str:
    """Write Markdown in a dialect. Links to hosts that `cleaner` does not allow become text."""
    return _Writer(dialect, cleaner).blocks(_parser().parse(markdown))


def _emphasis(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    """CommonMark's rule, but a letter of Korean beside punctuation is no obstacle.

    `**배송비(3,000원)**는` is bold for everybody who writes it, and for no CommonMark parser:
    https://github.com/commonmark/commonmark-spec/issues/650
    """
    start, marker = state.pos, state.src[state.pos]
    if silent or marker not in "_*":
        return False
    scanned = state.scanDelims(start, marker == "*")
    can_open, can_close = scanned.can_open, scanned.can_close
    if marker == "*":
        before = state.src[start - 1 : start] if start else ""
        after = state.src[start + scanned.length : start + scanned.length + 1]
        can_open = can_open or (_is_wide_letter(before) and bool(after.strip()))
        can_close = can_close or (_is_wide_letter(after) and bool(before.strip()))
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        token = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord(marker), scanned.length, token, -1, can_open, can_close)
        )
    state.pos += scanned.length
    return True


def _is_wide_letter(character: str) -> bool:
    return character.isalpha() and width(character) == 2


@cache
def _parser() -> MarkdownIt:
    # Indented code is none here: a deep list that is cut in two would begin with it.
    parser = MarkdownIt("commonmark", {"maxNesting": 20}).enable(["table", "strikethrough"])
    parser.disable(["code", "html_block", "html_inline", "reference"])
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser


class _Writer:
    def __init__(self, dialect: Dialect, cleaner: Cleaner) -> None:
        self._dialect = dialect
        self._cleaner = cleaner

    def blocks(self, tokens: Sequence[Token], depth: int = 0, *, tight: bool = False) -> str:
        """A sequence of blocks; each list within moves in by its marker."""
        out: list[str] = []
        kinds: list[str] = []
        for kind, inner in _nodes(tokens):
            written = self._block(kind, inner, depth)
            if written:
                out.append(written)
                kinds.append(kind)
        joined = out[0] if out else ""
        for kind, before, written in zip(kinds[1:], kinds, out[1:], strict=False):
            close = tight or before == "heading_open" or kind.endswith("list_open") and depth
            joined += ("\n" if close else "\n\n") + written
        return joined

    def _block(self, kind: str, tokens: Sequence[Token], depth: int) -> str:
        match kind:
            case "inline":
                return self._lines(tokens[0].children or [])
            case "paragraph_open":
                return self.blocks(tokens[1:-1], depth)
            case "heading_open":
                text = self._lines(tokens[1].children or [], bare="*").replace("\n", " ")
                return self._dialect.heading(text, int(tokens[0].tag[1])) if text else ""
            case "bullet_list_open" | "ordered_list_open":
                return self._list(tokens, depth)
            case "blockquote_open":
                quoted = self.blocks(tokens[1:-1], depth)
                return _quoted(quoted) if quoted else ""
            case "fence":
                code = tokens[0].content.removesuffix("\n")
                return self._dialect.block(self._cleaner.clean(code), tokens[0].info.strip())
            case "table_open":
                return self._table(tokens)
            case _:
                return _RULE

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
            texts = [["".join(_plain(cell)) for cell in row] for row in rows]
            aligned = table([[" ".join(self._cleaner.clean(cell).split()) for cell in row] for row in texts])
            if aligned:
                return self._dialect.block(aligned, "")
        header, *body = [[self._cell(cell) for cell in row] for row in rows]
        if not body:
            return " | ".join(header)
        return "\n".join(self._record(header, row) for row in body)

    def _cell(self, tokens: Sequence[Token]) -> str:
        return self._lines(tokens).replace("\n", " ")

    def _record(self, header: Sequence[str], row: Sequence[str]) -> str:
        """A row that is too wide: its first cell with the others below, each with its name."""
        outer, inner = self._dialect.bullet(0), self._dialect.bullet(1)
        first, *others = row
        named = [
            f"  {inner} {name}: {cell}" if name else f"  {inner} {cell}"
            for name, cell in zip(header[1:], others, strict=False)
            if cell
        ]
        return "\n".join([f"{outer} {first}", *named])

    def _lines(self, tokens: Sequence[Token], bare: str = "") -> str:
        """Inline content; `bare` holds styles that are there anyway, as in a heading."""
        runs = _merged(self._linked(_runs(tokens)))
        lines: list[list[Run]] = [[]]
        for run in runs:
            parts = [run.text] if "`" in run.style or run.url else run.text.split("\n")
            style = "".join(mark for mark in run.style if mark not in bare)
            lines[-1].append(Run(parts[0], style, run.url))
            lines += [[Run(part, style)] for part in parts[1:]]
        return "\n".join(map(self._line, lines)).strip("\n")

    def _linked(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Links that are allowed, also where the address alone is written; others as text."""
        for run in runs:
            if run.url and self._cleaner.allows(run.url):
                yield Run(self._cleaner.clean(run.text), run.style, run.url)
            elif "`" in run.style:
                yield Run(self._cleaner.clean(run.text), run.style)
            else:
                yield from self._addresses(run)

    def _addresses(self, run: Run) -> Iterator[Run]:
        place = 0
        for match in _URL.finditer(run.text):
            url = _URL_END.sub("", match[0])
            if self._cleaner.allows(url):
                yield Run(self._cleaner.clean(run.text[place : match.start()]), run.style)
                yield Run("", run.style, url)
                place = match.start() + len(url)
        yield Run(self._cleaner.clean(run.text[place:]), run.style)

    def _line(self, runs: Sequence[Run]) -> str:
        """Runs with marks around what shares a style, spaces outside of them."""
        out = ""
        open_: list[str] = []
        pieces = list(_spaced(runs))
        for number, run in enumerate(pieces):
            wanted = "" if run.text.isspace() else run.style
            if run.text.isspace():  # within a style only if it goes on after the space
                following = pieces[number + 1].style if number + 1 < len(pieces) else ""
                wanted = "".join(mark for mark in open_ if mark in following)
            keep = 0
            while keep < len(open_) and open_[keep] in wanted:
                keep += 1
            out = self._marked(out, open_[keep:][::-1], opening=False)
            opened = [mark for mark in "*_~" if mark in wanted and mark not in open_[:keep]]
            written = self._written(run)
            apart = len(open_) > keep or "`" in run.style or (number and "`" in pieces[number - 1].style)
            if apart and not opened and _wordy(out[-1:]) and _wordy(written[:1]):
                out += self._dialect.boundary
            out = self._marked(out, opened, opening=True) + written
            open_ = open_[:keep] + opened
        return self._marked(out, open_[::-1], opening=False)

    def _marked(self, out: str, styles: Sequence[str], *, opening: bool) -> str:
        marks = "".join(map(self._dialect.mark, styles))
        if marks and opening and _wordy(out[-1:]):
            return out + self._dialect.boundary + marks
        return out + marks

    def _written(self, run: Run) -> str:
        if run.url:
            label = "" if run.text.strip() in ("", run.url) else run.text
            return self._dialect.link(self._dialect.text(" ".join(label.split())), run.url)
        if "`" in run.style:
            return self._dialect.code(run.text)
        return self._dialect.text(run.text)


def _wordy(character: str) -> bool:
    return bool(character) and not character.isspace() and character != ZERO_WIDTH


def _spaced(runs: Sequence[Run]) -> Iterator[Run]:
    """Runs with their outer spaces as runs of their own: no platform marks up a space."""
    for run in runs:
        if run.url or "`" in run.style or not run.style:
            if run.text or run.url:
                yield run
            continue
        bare = run.text.strip()
        if not bare:
            if run.text:
                yield Run(run.text, run.style)
            continue
        start = run.text.index(bare[0])
        for text in (run.text[:start], bare, run.text[start + len(bare) :]):
            if text:
                yield Run(text, run.style)


def _nodes(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """The outermost nodes of a flat list of tokens, each with all that is in it."""
    level = start = 0
    for place, token in enumerate(tokens):
        level += token.nesting
        if level == 0:
            yield tokens[start].type, tokens[start : place + 1]
            start = place + 1


_STYLES: Final = {"strong": "*", "em": "_", "s": "~"}


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    styles: list[str] = []
    url = ""
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            if token.nesting > 0:
                styles.append(_STYLES[name])
            else:
                styles.remove(_STYLES[name])
            continue
        style = "".join(mark for mark in "*_~" if mark in styles)
        match token.type:
            case "link_open":
                url = str(token.attrs["href"])
            case "link_close":
                url = ""
            case "code_inline":
                yield Run(token.content, f"{style}`", url)
            case "softbreak" | "hardbreak":
                yield Run("\n", style, url)
            case "image":
                yield Run(_label(token), style, str(token.attrs["src"]))
            case _:
                yield Run(token.content, style, url)


def _label(image: Token) -> str:
    return "".join(_plain(image.children or []))


def _plain(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        else:
            yield _label(token) if token.type == "image" else token.content


def _merged(runs: Iterable[Run]) -> list[Run]:
    """Neighbours of one kind as one run: the parts of a link's label, text beside text."""
    merged: list[Run] = []
    for (url, style, code), group in groupby(
        runs, key=lambda run: (run.url, "" if run.url else run.style, "`" in run.style)
    ):
        members = list(group)
        shared = members[0].style.replace("`", "") if url else style
        text = "".join(member.text for member in members)
        if code and not url:
            merged += members
        elif merged and url and merged[-1].url == url:
            merged[-1] = Run(merged[-1].text + text, merged[-1].style, url)
        else:
            merged.append(Run(text, shared, url))
    return merged


def _quoted(text: str) -> str:
    """Lines as a quote. What is quoted in it is one with it, and code has a frame of its own."""
    out: list[str] = []
    fenced = False
    for line in text.split("\n"):
        bare = fenced or line.startswith((_FENCE, ">"))
        fenced = fenced != line.startswith(_FENCE)
        out.append(line if bare else f"> {line}".rstrip())
    return "\n".join(out)


def _moved_in(body: str, indent: str) -> str:
    """A list item's lines below its first, moved in; quotes and code must begin their line."""
    first, *rest = body.split("\n")
    fenced = first.startswith(_FENCE)
    out = [first]
    for line in rest:
        bare = fenced or not line or line.startswith((_FENCE, ">"))
        fenced = fenced != line.startswith(_FENCE)
        out.append(line if bare else indent + line)
    return "\n".join(["", *out] if first.startswith((_FENCE, ">")) else out)
