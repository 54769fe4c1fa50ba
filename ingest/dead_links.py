"""Texts of links whose address was lost on the way: `정산 안내 바로가기》`.

A page's links end in a mark, and once the page is text, nobody can press them. One that has the
title of another entry leads there all the same, as a follow-up; the others go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_PAIRED: Final = re.compile(r"《[^《》\n]*》|«[^«»\n]*»")
_MARK: Final = re.compile(r"\s*[》≫»]")
_SENTENCE_END: Final = re.compile(r"(?<=[.?!。:])\s+")
_BULLET: Final = re.compile(r"\s*(?:[■□▪▶▷●○•·ㆍ*※-]|[①-⑳]|\d{1,2}[.)])\s*")
# What a link says that leads somewhere: go there, see it, fetch it.
_LEADS: Final = re.compile(
    r"\s*(?:(?:바로|보러|하러|확인하러|신청하러|문의하러|이동하러)\s?가기|(?:자세히|더|모두|전체)\s?보기|보기|다운\s?로드|내려\s?받기|"
    r"확인하기|신청하기|문의하기|이동하기|(?:여기를?\s?)?클릭|"
    r"(?:click|go|see|read|learn|find out|download)(?:\s(?:here|more|now|it))?)\s*$",
    re.IGNORECASE,
)
_LONGEST_LINK: Final = 45  # what is longer is a sentence that ran into its link
_BLANK_LINES: Final = re.compile(r"\n{3,}")

Titled = Callable[[str], bool]


def without_dead_links(text: str, is_title: Titled) -> tuple[str, list[str]]:
    """Return a text without the texts of dead links, and those of them that are titles.

    `is_title` tells whether an entry has this title. A text of nothing else stays as it is.
    """
    titles: list[str] = []
    lines = [
        _read(line, is_title, titles) if _MARK.search(line) else line for line in text.split("\n")
    ]
    left = _BLANK_LINES.sub("\n\n", "\n".join(line for line in lines if line is not None)).strip()
    return (left, titles) if left else (text, titles)


def _read(line: str, is_title: Titled, titles: list[str]) -> str | None:
    """Return a line without its links, None if it was nothing else; their titles go to `titles`."""
    pieces, done = [], 0
    for mark in _MARK.finditer(line):
        if any(pair.start() < mark.end() <= pair.end() for pair in _PAIRED.finditer(line)):
            continue
        piece = line[done : mark.start()]
        left = _unlinked(piece, is_title, titles)
        if left == piece and line[mark.end() :].strip():
            continue  # a mark in the middle of something else
        pieces.append(left)
        done = mark.end()
    if not pieces:
        return line
    left = " ".join(filter(None, (piece.strip() for piece in (*pieces, line[done:]))))
    return left if _BULLET.sub("", left, count=1) else None


def _unlinked(piece: str, is_title: Titled, titles: list[str]) -> str:
    """Return what stands before a link, and the link's own text where that says something."""
    bullet = _BULLET.match(piece)
    begin = bullet.end() if bullet else 0
    starts = [begin, *(end.end() for end in _SENTENCE_END.finditer(piece, begin))]
    for start in starts:  # a title may be of several sentences
        if is_title(piece[start:].strip()):
            titles.append(piece[start:].strip())
            return piece[:start]
    last = starts[-1]
    text = piece[last:]
    leads = _LEADS.search(text)
    named = bullet and last == begin  # one of a list, which names what there is
    if leads and (named or len(text) > _LONGEST_LINK):
        return piece[: last + leads.start()]
    asks = text.rstrip().endswith("?") and len(text) <= _LONGEST_LINK
    return piece[:last] if leads or asks else piece
