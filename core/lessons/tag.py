"""The tag of a reply that teaches, such as `#학습`: a separate word outside of quotes and code.

A tag in a quote is another person's, and one in code is an example. All functions take time linear
in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

# A quote may stand in a list.
_QUOTED_LINE: Final = re.compile(
    r"^[ \t]*(?:(?:[-*+•]|\d{1,2}[.)])[ \t]+)*(?:>>>[\s\S]*|>[^\n]*)", re.MULTILINE
)
# A run of backticks pairs with the next run of its length. Three backticks or tildes at the start
# of a line open a block, which lasts to the end of the text if it is not closed.
_CODE_MARK: Final = re.compile(r"`+|^[ \t]*~{3,}", re.MULTILINE)
_BLOCK_MARK_CHARS: Final = 3
_SPOKEN: Final = re.compile(
    r'"[^"\n]*"|“[^”\n]*”|‘[^’\n]*’|「[^」\n]*」|『[^』\n]*』|«[^»\n]*»|‹[^›\n]*›'
    r"|(?<!\w)'[^'\n]*'(?!\w)"  # no apostrophe
)
_NUMBER: Final = re.compile(r"[^\S\n]*(\d{1,2})[.)]?(?=\s|$)")
_BLANKS: Final = re.compile(r"[^\S\n]")
# A reply that writes the question above its answer once: "Q: … A: …", "질문: … 답변: …".
_HEADING: Final = re.compile(
    r"\**(?:Q|질문|문)\**\s?[.:：)]\**\s*[^\n]{1,300}?\s{1,20}"
    r"\**(?:A|답변|답)\**\s?[.:：)]\**\s*(?P<answer>\S[\s\S]*)",
    re.IGNORECASE,
)
_NEXT: Final = re.compile(r"^\**(?:Q|질문|문)\**\s?[.:：)]", re.IGNORECASE | re.MULTILINE)
# What sets the tag off from the answer: "#학습! …", "#학습 - …", and "… #학습." at its end.
_SET_OFF: Final = re.compile(
    r"[!:：,，.~…]+(?=\s|$)|[!:：,，](?=\w)|[^\S\n]+(?:[-–—:：]|->|=>|→)(?=\s)"
)


def is_lesson(text: str, tag: str) -> bool:
    """Return whether the tag is in a text, outside of quotes and code."""
    return next(_tags(_composed(text), tag), None) is not None


def without_tag(text: str, tag: str, *, numbered: bool = False) -> str:
    """Return the stripped text without all tags that count.

    If `numbered`, the number after a tag is removed as well.
    """
    composed = _composed(text)
    parts: list[str] = []
    place = 0
    for found in _tags(composed, tag):
        start, end = found.span()
        if numbered and (number := _NUMBER.match(composed, end)):
            end = number.end()
        if mark := _SET_OFF.match(composed, end):
            end = mark.end()
        while start > place and _BLANKS.match(composed, start - 1):
            start -= 1
        while end < len(composed) and _BLANKS.match(composed, end):
            end += 1
        around = composed[start - 1 : start] + composed[end : end + 1] if start else ""
        inside = len(around) > 1 and "\n" not in around
        parts += [composed[place:start], " " if inside else ""]
        place = end
    return ("".join(parts) + composed[place:]).strip()


def without_question(answer: str) -> str:
    """Return the answer of a reply that repeats its question as a heading; else the whole reply."""
    found = _HEADING.fullmatch(answer)
    return found["answer"] if found and not _NEXT.search(found["answer"]) else answer


def number_after(text: str, tag: str) -> int | None:
    """Return the number of a question after the tag, as in `#학습 2 답변`; None without one."""
    composed = _composed(text)
    numbers = (_NUMBER.match(composed, found.end()) for found in _tags(composed, tag))
    return next((int(number[1]) for number in numbers if number), None)


def _tags(text: str, tag: str) -> Iterator[re.Match[str]]:
    word = _tag(tag)
    if not word.search(text):  # nearly all messages have no tag
        return iter(())
    return word.finditer(_own_words(text))


@lru_cache(maxsize=8)
def _tag(tag: str) -> re.Pattern[str]:
    """Return the pattern of the tag with the separators around it."""
    word = rf"[#＃]{re.escape(_composed(tag).lstrip('#＃'))}"
    # A tag in a link or in code does not count, since people write about the tag in this way.
    alone = rf"(?<![\w#＃/&`]){word}(?![\w`]|\]\()"
    set_off = rf"\({word}\)|\[{word}\](?!\()|(?<![*`])\*{{1,2}}{word}\*{{1,2}}"
    return re.compile(f"{set_off}|{alone}", re.IGNORECASE)


def _own_words(text: str) -> str:
    """Return the text with code and quotes blanked out, in the same length."""
    for spans in (_code, _quotes):
        parts: list[str] = []
        place = 0
        for start, end in spans(text):
            parts += [text[place:start], "`" * (end - start)]
            place = end
        text = "".join(parts) + text[place:]
    return text


def _quotes(text: str) -> Iterator[tuple[int, int]]:
    place = 0
    spans = [found.span() for form in (_QUOTED_LINE, _SPOKEN) for found in form.finditer(text)]
    for start, end in sorted(spans):
        if start >= place:
            yield start, end
        place = max(place, end)


def _code(text: str) -> Iterator[tuple[int, int]]:
    marks = list(_CODE_MARK.finditer(text))
    later: defaultdict[str, list[int]] = defaultdict(list)
    for number in range(len(marks) - 1, -1, -1):
        later[marks[number][0].strip()].append(number)
    number = 0
    while number < len(marks):
        mark = marks[number]
        same = later[mark[0].strip()]
        while same and same[-1] <= number:
            same.pop()
        if same:
            closing = same.pop()
            yield mark.start(), marks[closing].end()
            number = closing
        elif len(mark[0].strip()) >= _BLOCK_MARK_CHARS and _begins_line(text, mark.start()):
            yield mark.start(), len(text)
            return
        number += 1


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip(" \t>")


def _composed(text: str) -> str:
    """Return the text with Hangul composed to syllables, since a Mac may send single letters."""
    return unicodedata.normalize("NFC", text)
