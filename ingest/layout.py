"""Text whose line breaks were lost becomes readable lines again.

Help centres export answers with their HTML stripped: `…합니다.1) 첫째 2) 둘째 · 항목 ※ 참고 …`.
`readable` puts the breaks back, and only ever adds or replaces whitespace. It repeats until nothing
changes, so that laying out twice changes nothing; that this comes to an end follows from normal
whitespace never becoming unusual again, and normal gaps only ever widening (nothing < space < line
< paragraph).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from ingest.line_breaks import LINE, PARAGRAPH, SPACE, STOP, breaks

# All but a lone space, which is a gap as it is.
_SPACE_RUN = re.compile(r"[^\S ]\s*| \s+")
_GAPS = ("", " ", "\n", "\n\n")
_Spans = tuple[list[int], list[int]]  # the starts and the ends, both ascending

# Fenced code and table rows keep every space.
_VERBATIM = re.compile(r"```.*?```|^\|[^\n]*\|$", re.DOTALL | re.MULTILINE)
# No line is broken inside of these. Korean may go on in a URL after `/`, `=` and their like only,
# because help texts glue the next word to the end of one: `https://sell.smartstore.com호스트`.
_UNBROKEN = re.compile(
    r"(?:https?://|www\.)(?:[!-~]*[A-Za-z0-9/=&#%_})](?:(?<=[/=&#%_])[가-힣]+(?:\.[가-힣]+)*)?)+"
    r"|[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,64}){1,4}"
    r"|\[(?:[^\[\]\n]|\[[^\[\]\n]{0,60}\]){1,200}\]"
    r"|'[^'\n]{1,80}'|\"[^\"\n]{1,120}\"|‘[^‘’\n]{1,80}’|“[^“”\n]{1,120}”"
    r"|「[^「」\n]{1,80}」|『[^『』\n]{1,80}』|《[^《》\n]{1,80}》|`[^`\n]{1,80}`"
)
_PARENTHESES = re.compile(r"\((?:[^()\n]|\([^()\n]{0,80}\)){1,200}\)")
_MARKER = re.compile(
    r"[-*·ㆍ•■▶▷※☞ㄴ└→=]|\(?\d{1,2}[.)](?!\d)|[①-⑳]|예시?\d?\)|! ?[주중]|Q\d{0,2}[.)]"
)
_INDENT = re.compile(r"\n(?P<spaces> {2,8})$")
_ITEM = re.compile(r"(?:[-*+]|\d{1,2}[.)])\s")


def readable(text: str) -> str:
    """Lay `text` out in lines and paragraphs; its non-whitespace characters stay as they are.

    Menu paths, URLs, quoted text, numbers and dates stay in one piece; fenced code and tables stay
    as they are. `readable(readable(text)) == readable(text)`.
    """
    while (wider := _widened(_normalised(text))) != text:
        text = wider
    return text


@dataclass(frozen=True, slots=True)
class _Closed:
    """The ranges where a text must not be broken."""

    verbatim: _Spans
    unbroken: _Spans
    parentheses: _Spans

    @classmethod
    def of(cls, text: str) -> _Closed:
        return cls(*(_spans(p, text) for p in (_VERBATIM, _UNBROKEN, _PARENTHESES)))

    def widest(self, start: int, end: int) -> int:
        """Return how wide the gap may become; sentences in parentheses are set apart by a space."""
        if _inside(self.verbatim, start, end) or _inside(self.unbroken, start, end):
            return 0
        return SPACE if _inside(self.parentheses, start, end) else PARAGRAPH

    def may_break(self, start: int, end: int) -> bool:
        return self.widest(start, end) == PARAGRAPH


def _normalised(text: str) -> str:
    """Every run of whitespace as one of the four gaps; a wide run is what is left of a break."""
    text = text.strip()
    closed = _Closed.of(text)
    pieces, done = [], 0
    for match in _SPACE_RUN.finditer(text):
        start, end = match.span()
        if not _inside(closed.verbatim, start, end):
            free = closed.widest(start, end) > 0
            pieces += [text[done:start], _gap(text, start, end, free=free)]
            done = end
    return "".join([*pieces, text[done:]])


def _gap(text: str, start: int, end: int, *, free: bool) -> str:
    run = text[start:end]
    if "\n" in run:
        indent = _INDENT.search(run)  # the indent of a nested list item
        kept = indent["spaces"] if indent and _ITEM.match(text, end) else ""
        return _GAPS[_width(run)] + kept
    if end - start == 1 or not free:
        return " "
    return _GAPS[_meaning_of(end - start, text[start - 1], _MARKER.match(text, end))]


def _meaning_of(spaces: int, left: str, marker: re.Match[str] | None) -> int:
    """The exporter leaves nine or more spaces at a box's edge, and some where a line began."""
    if marker:
        return PARAGRAPH if spaces > 8 and marker[0][0] in "※!■Q1①" else LINE
    if spaces > 8:
        return PARAGRAPH if left in STOP + ")" or (spaces > 9 and left != ",") else LINE
    return LINE if spaces > 4 or (spaces > 2 and left in STOP) else SPACE


def _widened(text: str) -> str:
    closed = _Closed.of(text)
    gaps: dict[int, tuple[int, int]] = {}
    for start, end, width in breaks(text, closed.may_break):
        allowed = min(width, closed.widest(start, end))
        if allowed > max(_width(text[start:end]), gaps.get(start, (0, 0))[1]):
            gaps[start] = (end, allowed)
    pieces, done = [], 0
    for start in sorted(gaps):
        end, width = gaps[start]
        pieces += [text[done:start], _GAPS[width]]
        done = end
    return "".join([*pieces, text[done:]])


def _width(gap: str) -> int:
    newlines = gap.count("\n")
    return min(newlines, 2) + 1 if newlines else len(gap[:1])


def _spans(pattern: re.Pattern[str], text: str) -> _Spans:
    matches = [match.span() for match in pattern.finditer(text)]
    return [start for start, _ in matches], [end for _, end in matches]


def _inside(spans: _Spans, start: int, end: int) -> bool:
    """Return whether the gap lies within one of the spans, not at its edge."""
    starts, ends = spans
    index = bisect_right(starts, start - 1) - 1
    return index >= 0 and end < ends[index]
