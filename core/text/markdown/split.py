"""The splitting of Markdown into messages of limited length.

It works on the source, line by line, so that what is decided of a text's beginning does not change
when more of it comes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import Final

from core.text.markdown.lines import Fence, Line, fence_of, lines_of
from core.text.markdown.partial import settled

__all__ = ["settled", "split"]

_CLOSEST_LINK_CHARS: Final = 500  # longer ones are cut through
_LONGEST_CLUSTER: Final = 32
_LONGEST_FLAGS: Final = 1_000  # characters; in a longer row of flags one may be cut through
_FENCE_CHARS: Final = 256  # within which a line opens a fence, if it does
_PARAGRAPH_FROM: Final = 0.5  # the least share of a piece that a cut leaves filled
_LINE_FROM: Final = 0.3
_SPACE_FROM: Final = 0.15

_SENTENCE = re.compile(r"(?<![\d\s])[.!?…。！？]+[\"'”’)\]]*\s")
_OPEN_LINK = re.compile(r"!?\[[^\[\]\n]*(?:\](?:\([^()\n]*)?)?\Z|<[^<>\s]*\Z")
_OPEN_ESCAPE = re.compile(r"(?:\\|&#?\w{0,10})\Z")


def split(text: str, limit: int, *, length: Callable[[str], int] = len) -> list[str]:
    """Cut Markdown into pieces with `length(piece) <= limit`, each to be shown by itself.

    A piece that ends inside a code fence closes it, and the next one opens it again; a table that
    goes on repeats its header. All pieces but the last are the same for every text that goes on
    from this one, provided that `length` never shrinks when text is added at the end. Whitespace
    at a cut is dropped, and nothing else.

    Raises:
        ValueError: a single character is longer than `limit`.
    """
    lines = lines_of(text)
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
    """Return the place after blank lines and spaces; an indentation is not skipped."""
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

    def __init__(  # noqa: PLR0913, PLR0917 - its collaborators
        self,
        text: str,
        lines: list[Line],
        starts: list[int],
        place: int,
        limit: int,
        length: Callable[[str], int],
    ) -> None:
        self._text, self._lines, self._starts = text, lines, starts
        self._place, self._limit, self._length = place, limit, length
        self._fence_chars = limit + _FENCE_CHARS  # a longer fence is not closed anyhow
        line = self._line(place)
        self._fence = line.fence
        self._opening = line.fence.opening if line.fence else line.header
        if self._opening and length(self._opening) * 2 > limit:
            self._opening = ""

    def cut(self) -> tuple[str, int]:
        """Return the piece and the place where the next one begins."""
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

    def _line(self, place: int) -> Line:
        return self._lines[bisect_right(self._starts, place) - 1]

    def _closing(self, fence: Fence) -> str:
        return fence.closing if self._length(fence.closing) * 4 <= self._limit else ""

    def _fence_at(self, end: int) -> Fence | None:
        """Return the code fence that text up to `end` leaves open."""
        line = self._line(end)
        if line.fence and line.start < end:
            # The rest of the line may turn out to be outside: that is not known yet.
            return None if line.fence.closed_by(self._text[line.start : end]) else line.fence
        if line.start == end:
            before = self._line(end - 1)
            written = self._text[before.start : end - 1]
            if before.fence:
                return None if before.fence.closed_by(written) else before.fence
            return fence_of(written, before.start)
        return self._opened(line.start, end)

    def _opened(self, start: int, end: int) -> Fence | None:
        """Return the fence that a line opens, of which only the beginning is read again."""
        seen = min(end, start + self._fence_chars)
        fence = fence_of(self._text[start:seen], start)
        has_mark = self._text.find("`", seen, end) >= 0
        return None if fence and fence.mark[0] == "`" and has_mark else fence

    def _size(self, end: int) -> int:
        """Return what the piece would come to; it grows with `end`."""
        longest = ""
        first = bisect_right(self._starts, self._place) - 1
        start = self._starts[first]  # of a line of which much may stand before the piece
        window = self._text[start : min(start + _FENCE_CHARS, end)] + self._text[self._place : end]
        if not (self._fence or "```" in window or "~~~" in window):
            return self._length(self._opening + self._text[self._place : end])
        for line in self._lines[first : bisect_right(self._starts, end)]:
            seen = min(end, line.start + self._fence_chars)
            written = self._text[line.start : seen].split("\n", 1)[0]
            fence = line.fence or fence_of(written, line.start, partial=True)
            if fence:
                longest = max(longest, fence.closing[: self._limit // 4], key=len)
        body = self._opening + self._text[self._place : end]
        return self._length(body + longest) if longest else self._length(body)

    def _overflow(self) -> int:
        """Return the furthest end at which the piece still fits."""
        low, step = self._place, max(self._limit, 1)
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
        """Return the best place for a cut at or before `end`, without looking beyond it."""
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
        """Avoid a cut between a table's header and its first row, or after a fence's first line."""
        line = self._line(cut - 1)
        written = self._text[line.start : cut - 1]
        if line.fence:
            return cut
        if fence_of(written, line.start):
            return line.start
        after = self._line(cut)
        if after.header and not line.header:
            return after.table_start
        return line.start if "|" in written and not line.header else cut

    def _unbroken(self, cut: int) -> int:
        """Avoid a cut inside of a link, an escape or one visible character where possible."""
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
    """Return whether what is before and after a place is one visible character."""
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
    while (
        first > max(place - _LONGEST_FLAGS, 0) and "\U0001f1e6" <= text[first - 1] <= "\U0001f1ff"
    ):
        first -= 1
    return "\U0001f1e6" <= text[place] <= "\U0001f1ff" and (place - first) % 2 == 1
