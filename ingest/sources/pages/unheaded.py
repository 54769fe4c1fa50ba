"""Questions that are no headings become some: lines in bold, and lines that end with a `?`.

They are questions where there are several, and the heading above them asks nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Final

from ingest.sources.pages.asked import asked_lines, is_question, plain_questions
from ingest.sources.pages.outline import FENCE, PageSection, sections_of

_BOLD: Final = re.compile(
    r"^\s*(?:[-*+]\s+|(?P<number>\d{1,3})[.)]\s+|>\s*)?(?P<mark>\*\*|__)(?P<title>\S.{0,198}?\S)(?P=mark)\s*:?\s*$"
)
_NEXT: Final = re.compile(r"^(?P<number>\d{1,3})[.)]\s+(?P<title>\S.{0,198}[?？])\s*$")
_COUNTED: Final = re.compile(r"(?P<number>\d{1,3})[.)]\s+(?P<title>\S.{0,198}\S)\s*$")
_BRACKETED: Final = re.compile(
    r"\s*[\[【<〈《■●◆]\s*(?P<title>[^\[\]【】<>〈〉《》]{1,30}?)\s*[\]】>〉》]?\s*"
)
_ASKS: Final = re.compile(
    r"[?？]\W*$|(?:나요|까요|가요|니까|하죠|되죠)\W*$|^(?:Q|질문)\s*\d{0,3}\s*[.:)]"
)
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class _Question:
    """A question on a line of a section, both counted from 0, and whether it is in bold."""

    line: int
    title: str


def with_question_headings(text: str) -> str:
    """Return a page whose questions in bold, or alone on a line, are headings."""
    text = _with_numbered(text)
    sections = sections_of(text)
    lone = len(sections) == 1
    found = [(section, _bold(section, lone=lone)) for section in sections]
    if sum(len(questions) for _, questions in found) < 2:
        found = [(section, [] if lone else _plain(section)) for section in sections]
    if not any(questions for _, questions in found):
        return text
    lines = text.split("\n")
    for section, questions in found:
        _set_headings(lines, section, questions)
    return "\n".join(lines)


def _with_numbered(text: str) -> str:
    """Return a page without headings whose lines count its questions, with these as headings.

    Some of them need not ask (`2. 아이디를 잊어버렸어요.`). Lines in brackets above them are the
    headings of their categories.
    """
    lines = text.split("\n")
    counted = {index: match for index, line in enumerate(lines) if (match := _COUNTED.match(line))}
    numbers = [int(match["number"]) for match in counted.values()]
    asking = sum(bool(_ASKS.search(match["title"])) for match in counted.values())
    ends = [*list(counted)[1:], len(lines)]
    answered = all(
        any(map(str.strip, lines[start + 1 : end]))
        for start, end in zip(counted, ends, strict=False)
    )
    in_order = numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 2
    if not (in_order and answered and asking * 2 >= len(numbers) and len(sections_of(text)) == 1):
        return text
    for index, line in enumerate(lines):
        if index in counted:
            lines[index] = f"### {counted[index]['title']}"
        elif bracketed := _BRACKETED.fullmatch(line):
            lines[index] = f"## {bracketed['title']}"
    return "\n".join(lines)


def _bold(section: PageSection, *, lone: bool) -> list[_Question]:
    if section.level and is_question(section.title):
        return []
    found = list(_in_bold(section.lines))
    asking = [question for question in found if _ASKS.search(question.title)]
    if lone and sum(is_question(question.title) for question in found) > 1:
        return found
    return asking


def _in_bold(lines: Sequence[str]) -> Iterator[_Question]:
    """Yield the lines in bold, and the others of a numbered list of which some are."""
    number = 0
    for index, line in _prose(lines):
        match = _BOLD.match(line) or _NEXT.match(line)
        if match and ("mark" in match.re.groupindex or int(match["number"]) == number + 1 > 1):
            number = int(match["number"] or 0)
            yield _Question(index, match["title"])


def _plain(section: PageSection) -> list[_Question]:
    """The questions of a section that consists of questions and answers."""
    if not section.level or is_question(section.title) or len(list(asked_lines(section.text))) > 1:
        return []
    text = "\n".join(section.lines)
    before = len(text) - len(text.lstrip("\n"))
    found = plain_questions(text.lstrip("\n"))
    if not found or found[0].start != 1:
        return []
    return [_Question(question.start - 1 + before, question.title) for question in found]


def _prose(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    fence = ""
    for index, line in enumerate(lines):
        mark = FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence:
            yield index, line


def _set_headings(lines: list[str], section: PageSection, questions: Sequence[_Question]) -> None:
    level = "#" * min(section.level + 1, _DEEPEST)
    ends = [*(question.line for question in questions[1:]), len(section.lines)]
    for question, end in zip(questions, ends, strict=False):
        lines[section.first + question.line] = f"{level} {question.title}"
        answer = slice(section.first + question.line + 1, section.first + end)
        lines[answer] = dedent("\n".join(lines[answer])).split("\n") if lines[answer] else []
