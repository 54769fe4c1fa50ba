"""Markdown cut where it can be shown: while it grows, and where a message is full.

Both work on the source, line by line, so that what is decided of a text's beginning does not change
when more of it comes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_PREFIX = r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*"
_FENCE = re.compile(rf"(?P<prefix>{_PREFIX})(?P<mark>`{{3,}}|~{{3,}})(?P<info>[^\n]*)")
_DELIMITERS = re.compile(rf"{_PREFIX}(?=[^\n]*-)(?=[^\n]*[|:])[ \t:|\-]+$")
_BLOCK_START = re.compile(r"[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|>)")
_BLANK = re.compile(r"[ \t>]*$")

_CLOSEST_LINK_CHARS: Final = 500  # longer ones are cut through
_LONGEST_CLUSTER: Final = 32
_PARAGRAPH_FROM: Final = 0.5  # of a piece that a cut leaves filled, at least
_LINE_FROM: Final = 0.3
_SPACE_FROM: Final = 0.15

_SENTENCE = re.compile(r"(?<![\d\s])[.!?…。！？]+[\"'”’)\]]*\s")
_OPEN_LINK = re.compile(r"!?\[[^\[\]\n]*(?:\](?:\([^()\n]*)?)?$|<[^<>\s]*$")
_OPEN_ESCAPE = re.compile(r"(?:\\|&#?\w{0,10})$")


@dataclass(frozen=True, slots=True)
class _Fence:
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
        """Whether a whole line ends it, as its closing fence."""
        bare = line.strip(" \t>")
        return bare.startswith(self.mark) and not bare.strip(self.mark[0])

    def left_by(self, line: str) -> bool:
        """Whether a line is outside of the quote or the list item that the fence is in."""
        if self.quote:
            return not line.lstrip().startswith(">")
        indent = len(line) - len(line.lstrip())
        return bool(self.indent and line.strip() and indent < self.indent)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, and what it stands in."""

    start: int
    fence: _Fence | None = None
    header: str = ""  # of the table that this line is a row of
    table_start: int = -1


def _fence_of(line: str, start: int) -> _Fence | None:
    match = _FENCE.match(line)
    if not match or (match["mark"][0] == "`" and "`" in match["info"]):
        return None
    quote = "> " * match["prefix"].count(">")
    listed = match["prefix"].strip(" \t>")
    indent = len(match["prefix"]) if listed and not quote else 0
    return _Fence(quote, match["mark"], match["info"], indent, start)


def _lines(text: str) -> list[_Line]:
    """Every line with its state, which follows from the lines before it alone."""
    found: list[_Line] = []
    start = 0
    fence: _Fence | None = None
    header, table_start = "", -1
    before = _Line(-1)
    before_text = ""
    while True:
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)]
        if fence and fence.left_by(line):
            fence = None
        if _BLANK.match(line):
            header, table_start = "", -1
        found.append(_Line(start, fence, header, table_start))
        if end < 0:
            return found
        if fence:
            fence = None if fence.closed_by(line) else fence
        elif opened := _fence_of(line, start):
            fence, header, table_start = opened, "", -1
        elif not header and "|" in before_text and _DELIMITERS.match(line):
            header, table_start = text[before.start : end + 1], before.start
        before, before_text = found[-1], line if not fence else ""
        start = end + 1


def split(text: str, limit: int, *, length: Callable[[str], int] = len) -> list[str]:
    """Cut Markdown into pieces with `length(piece) <= limit`, each to be shown by itself.

    A piece that ends inside a code fence closes it, and the next one opens it again; a table that
    goes on repeats its header. All pieces but the last are the same for every text that goes on
    from this one, provided that `length` never shrinks when text is added at the end. Whitespace
    at a cut is dropped, and nothing else.

    Raises:
        ValueError: a single character is longer than `limit`.
    """
    lines = _lines(text)
    starts = [line.start for line in lines]
    pieces: list[str] = []
    place = 0
    while place < len(text):
        line = lines[bisect_right(starts, place) - 1]
        if not (line.fence and line.fence.start < place):
            place = _after_blank(text, place)
        if place >= len(text):
            break
        piece, place = _Piece(text, lines, starts, place, limit, length).cut()
        if piece.strip():
            pieces.append(piece)
    return pieces


def _after_blank(text: str, place: int) -> int:
    """Past blank lines, and past spaces within a line; an indentation stays."""
    end = place
    while end < len(text) and text[end].isspace():
        end += 1
    newline = text.rfind("\n", place, end)
    if newline >= 0 and end < len(text):
        return newline + 1
    at_line_start = place == 0 or text[place - 1] == "\n"
    return place if at_line_start and end < len(text) else end


class _Piece:
    """One piece that begins at `place`."""

    def __init__(  # noqa: PLR0913, PLR0917 - the state of one step of `split`
        self,
        text: str,
        lines: list[_Line],
        starts: list[int],
        place: int,
        limit: int,
        length: Callable[[str], int],
    ) -> None:
        self._text, self._lines, self._starts = text, lines, starts
        self._place, self._limit, self._length = place, limit, length
        line = self._line(place)
        self._fence = line.fence
        self._opening = line.fence.opening if line.fence else line.header
        if self._opening and length(self._opening) * 2 > limit:
            self._opening = ""

    def cut(self) -> tuple[str, int]:
        """The piece, and where the next one begins."""
        end = self._overflow()
        if end >= len(self._text):
            return self._opening + self._text[self._place :], end
        if end <= self._place:
            if not self._opening:
                raise ValueError(f"nothing fits into {self._limit}")
            self._opening = ""
            return self.cut()
        end = self._best(end)
        body = self._text[self._place : end]
        fence = self._fence_at(end)
        if not fence:
            return self._opening + body.rstrip(), end
        body = body.removesuffix("\n")
        if self._closing(fence) == "":
            return self._opening + body, end
        return self._opening + body + fence.closing, end

    def _line(self, place: int) -> _Line:
        return self._lines[bisect_right(self._starts, place) - 1]

    def _closing(self, fence: _Fence) -> str:
        return fence.closing if self._length(fence.closing) * 4 <= self._limit else ""

    def _fence_at(self, end: int) -> _Fence | None:
        """The fence that text up to `end` leaves open, by what is known of it there."""
        line = self._line(end)
        if line.fence and line.start < end:
            # The rest of the line may turn out to be outside: that is not known yet.
            return None if line.fence.closed_by(self._text[line.start : end]) else line.fence
        if line.start == end:
            before = self._line(end - 1)
            written = self._text[before.start : end - 1]
            if before.fence:
                return None if before.fence.closed_by(written) else before.fence
            return _fence_of(written, before.start)
        return _fence_of(self._text[line.start : end], line.start)

    def _size(self, end: int) -> int:
        """What the piece would come to; grows with `end`."""
        longest = ""
        first = bisect_right(self._starts, self._place) - 1
        for line in self._lines[first : bisect_right(self._starts, end)]:
            closing = ""
            if line.fence:
                closing = self._closing(line.fence)
            elif found := _fence_of(self._text[line.start : end].split("\n", 1)[0], line.start):
                closing = self._closing(found)
            longest = max(longest, closing, key=len)
        body = self._opening + self._text[self._place : end]
        return self._length(body + longest) if longest else self._length(body)

    def _overflow(self) -> int:
        """The furthest end at which the piece still fits."""
        low, step = self._place, self._limit
        high = min(self._place + step, len(self._text))
        while self._size(high) <= self._limit:
            if high == len(self._text):
                return high
            low, high = high, min(high + step, len(self._text))
        while high - low > 1:
            middle = (low + high) // 2
            if self._size(middle) <= self._limit:
                low = middle
            else:
                high = middle
        return low

    def _best(self, end: int) -> int:
        """The best place for a cut at or before `end`, seen from what is before `end` alone."""
        place, window = self._place, self._text[self._place : end]
        room = len(window)
        fence = self._fence_at(end)
        if not fence:
            paragraph = window.rfind("\n\n", int(room * _PARAGRAPH_FROM))
            if paragraph >= 0 and not self._line(place + paragraph + 1).fence:
                return place + paragraph + 2
        newline = window.rfind("\n", int(room * _LINE_FROM))
        while newline > 0:
            moved = self._before_header(place + newline + 1)
            if moved - place > room * _SPACE_FROM:
                return moved
            newline = window.rfind("\n", int(room * _LINE_FROM), newline)
        if not fence:
            for sentence in reversed(list(_SENTENCE.finditer(window, int(room * _LINE_FROM)))):
                if not _OPEN_LINK.search(window[: sentence.end()][-_CLOSEST_LINK_CHARS:]):
                    return place + sentence.end()
        space = window.rfind(" ", int(room * _SPACE_FROM))
        return self._unbroken(place + space + 1 if space >= 0 else end)

    def _before_header(self, cut: int) -> int:
        """Not between a table's header and its first row, nor right after a fence's first line."""
        line = self._line(cut - 1)
        written = self._text[line.start : cut - 1]
        if line.fence:
            return cut
        if _fence_of(written, line.start):
            return line.start
        after = self._line(cut)
        if after.header and not line.header:
            return after.table_start
        return line.start if "|" in written and not line.header else cut

    def _unbroken(self, cut: int) -> int:
        """Not inside of a link, an escape or one visible character, if there is another place."""
        first = max(self._place, cut - _CLOSEST_LINK_CHARS)
        for pattern in (_OPEN_LINK, _OPEN_ESCAPE):
            if (opened := pattern.search(self._text, first, cut)) and opened.start() > self._place:
                cut = opened.start()
        whole = cut
        while whole > self._place and cut - whole < _LONGEST_CLUSTER:
            if not _joined(self._text, whole):
                return whole
            whole -= 1
        return cut


def _joined(text: str, place: int) -> bool:
    """Whether what is before and after a place is one visible character."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return (
        unicodedata.combining(after) > 0
        or unicodedata.category(after) in ("Mn", "Me", "Mc")
        or after in "\u200d\ufe0e\ufe0f"
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\u1160" <= after <= "\u11ff"  # medial vowels and final consonants
        or ("\u1100" <= before <= "\u115f" and "\u1100" <= after <= "\u115f")
        or _second_of_flag(text, place)
    )


def _second_of_flag(text: str, place: int) -> bool:
    first = place
    while first > 0 and "\U0001f1e6" <= text[first - 1] <= "\U0001f1ff":
        first -= 1
    return "\U0001f1e6" <= text[place] <= "\U0001f1ff" and (place - first) % 2 == 1


_TAIL_CHARS: Final = 600  # how far back something half-written is looked for
_MARKER_ONLY = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)]?|#{1,6})?[ \t]*$")
_UNDERLINE = re.compile(r"[ \t>]*(?:-[- \t]*|=[= \t]*|[*_][*_ \t]*|[`~]+[ \t]*)$")
_HALF = re.compile(
    r"[*_~`]+$"  # a delimiter run that may still grow
    r"|!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$"  # a citation or a link
    r"|<[^\s<>가-힣]*$"  # an autolink, a mention
    r"|(?:https?:?|www\.|[a-z][a-z0-9+.\-]*:/)[^\s가-힣]*$"
    r"|@\w*$|&#?\w{0,10}$|\\$",
    re.IGNORECASE,
)
_CODE = re.compile(r"`+")
_EMPHASIS = re.compile(r"\\.|\*+|_+|~~", re.DOTALL)


def settled(text: str, *, close: bool = True) -> str:
    """What may be shown of Markdown that grows: nothing that the rest may turn into another thing.

    Half-written links, citations, addresses, tables, markers and delimiters are held back; what is
    open, a code fence, a code span, emphasis, is closed at the end, so that it is shown as what it
    will be. Without `close` the result is a beginning of the text.
    """
    lines = _lines(text)
    last = lines[-1]
    if last.fence:
        return _settled_fence(text, last, close=close)
    shown = _without_half_lines(text, lines)
    lines = [line for line in lines if line.start <= len(shown)]
    leaf = lines[_leaf(shown, lines)].start
    end = len(shown)
    for _ in range(_TAIL_CHARS):
        first = max(leaf, end - _TAIL_CHARS)
        half = _HALF.search(shown, first, end)
        if not half:
            break
        end = half.start()
    shown = shown[:end]
    if _MARKER_ONLY.match(shown[shown.rfind("\n") + 1 :]):
        shown = shown[: shown.rfind("\n") + 1]
    if not close or len(shown) <= leaf:
        return shown
    closers = _open(shown[leaf:])
    return shown.rstrip() + closers if closers else shown


def _settled_fence(text: str, last: _Line, *, close: bool) -> str:
    fence = last.fence
    assert fence  # noqa: S101 - for the type checker
    written = text[last.start :]
    bare = written.strip(" \t>")
    shown = text if bare.strip(fence.mark[0]) or not bare else text[: last.start]
    if shown.count("\n", fence.start) <= 1 and shown.endswith("\n"):
        return text[: fence.start]
    return shown.removesuffix("\n") + fence.closing if close else shown


def _without_half_lines(text: str, lines: list[_Line]) -> str:
    """The text without a last line, or two, whose kind is not known yet."""
    last = lines[-1]
    written = text[last.start :]
    if last.header and written:
        return text[: last.start]
    if len(lines) > 1 and not last.header:
        before = lines[-2]
        above = text[before.start : last.start - 1]
        undecided = "|" in above and not (before.header or before.fence)
        if undecided and not written.strip(" \t>:|-"):
            return text[: before.start]
    if "|" in written or _fence_of(written, last.start) or _UNDERLINE.match(written):
        return text[: last.start]
    return text[: last.start] if _MARKER_ONLY.match(written) else text


def _leaf(text: str, lines: list[_Line]) -> int:
    """The line with which the last paragraph begins: what is open in it ends with it."""
    for number in range(len(lines) - 1, 0, -1):
        line, before = lines[number], lines[number - 1]
        above = text[before.start : line.start - 1]
        if before.fence or line.header or _BLANK.match(above):
            return number
        if above.lstrip(" \t>").startswith("#") or _BLOCK_START.match(text, line.start):
            return number
    return 0


def _open(leaf: str) -> str:
    """What closes the emphasis and the code span that a paragraph leaves open."""
    plain, code = _outside_code(leaf)
    if code:
        return code + _open_emphasis(plain)
    return _open_emphasis(plain)


def _outside_code(leaf: str) -> tuple[str, str]:
    """The paragraph with its code blotted out, and the run that would close an open span."""
    runs = [match for match in _CODE.finditer(leaf) if leaf[match.start() - 1 : match.start()] != "\\"]
    later: dict[str, list[int]] = {}
    for number, run in enumerate(runs):
        later.setdefault(run[0], []).append(number)
    parts: list[str] = []
    place = number = 0
    while number < len(runs):
        run = runs[number]
        closing = next((other for other in later[run[0]] if other > number), None)
        parts.append(leaf[place : run.start()])
        if closing is None:
            if number == len(runs) - 1 and leaf[run.end() :].strip():
                return "".join(parts) + "x", run[0]
            parts.append("x")
            place = run.end()
            number += 1
            continue
        later[run[0]] = [other for other in later[run[0]] if other > closing]
        parts.append("x")
        place = runs[closing].end()
        number = closing + 1
    return "".join(parts) + leaf[place:], ""


def _open_emphasis(leaf: str) -> str:
    """The delimiters of the emphasis that is open, innermost first."""
    stack: list[str] = []
    for match in _EMPHASIS.finditer(leaf):
        run = match[0]
        if run.startswith("\\"):
            continue
        before, after = leaf[: match.start()][-1:], leaf[match.end() :][:1]
        inside_word = before.isalnum() and (run[0] == "_" or run == "*")
        if before.strip() and stack and not (run[0] == "_" and after.isalnum()):
            run = _closed(stack, run)
        if run and after.strip() and not inside_word:
            stack += [run] if len(run) <= 2 else [run[:-2], run[-2:]]
    return "".join(reversed(stack))


def _closed(stack: list[str], run: str) -> str:
    """What is left of a run after it has closed what it can."""
    while run and stack and run.startswith(stack[-1][:1]) and len(run) >= len(stack[-1]):
        run = run[len(stack.pop()) :]
    return run

