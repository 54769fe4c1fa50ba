"""Questions that a page marks by lines: `Q. …` with its `A. …`, or a line that ends with a `?`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from textwrap import dedent
from typing import Final

_ASK_WORDS: Final = (
    "Q|Question|질문|문|質問|問|问|Frage|Pregunta|Domanda|Pergunta|Vraag|Вопрос|Hỏi|Câu hỏi"
)
_REPLY_WORDS: Final = (
    "A|Answer|답변|답|回答|答え|答|Antwort|Respuesta|Réponse|Risposta|Resposta|Antwoord|Ответ|Đáp"
    "|Trả lời"
)
_MARK_END: Final = r"[.:)\]．：）】]"
_ASKED: Final = re.compile(
    rf"^\s*(?:[-*+]\s+)?(?:\*\*)?\\?[\[(]?(?:{_ASK_WORDS})\s*+\d{{0,3}}\s*\\?{_MARK_END}\s*(\S.*)$"
)
_ANSWERED: Final = re.compile(
    rf"^\s*(?:[-*+]\s+)?(?:\*\*)?\\?[\[(]?(?:{_REPLY_WORDS})\s*+\d{{0,3}}\s*\\?{_MARK_END}(?:\*\*)?\s*(.*)$"
)
_SECOND: Final = re.compile(r"^\s*(?:[-*+]\s+)?(?:\*\*)?\\?[\[(]?B\s*\\?[.:)\]]")
_PLAIN: Final = re.compile(
    r"^(?P<number>\d{1,3}[.)]\s+)?(?:[-*>•·▶■□◆◇○●](?!\*)\s*)?(?:\*\*)?(?P<title>[^\s|>#*].{1,200}?[?？])(?:\*\*)?\s*$"
)

_QUESTION: Final = re.compile(
    r"[?？]\W*$|(?:나요|까요|는지|ㄴ가요|인가요|은가요|을까|습니까|방법|어떻게)[.\s]*$"
    r"|^(?:how|what|why|when|where|who|which|can|could|do|does|is|are|may|should|will)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class QuestionBlock:
    """A question and its answer, in the lines from `start` up to and without `end`, from 1."""

    title: str
    answer: str
    start: int
    end: int


def asked_lines(text: str) -> Iterator[QuestionBlock]:
    """Yield each `Q. …` with the `A. …` that follows it; a heading ends an answer."""
    title, start, answer = "", 0, list[str]()
    answered = False
    number = 0
    for number, line in enumerate(text.split("\n"), 1):
        asked = _ASKED.match(line)
        if asked or (answered and line.startswith("#")):
            if answered:
                yield QuestionBlock(title, "\n".join(answer).strip(), start, number)
            title, start, answer, answered = (_title(asked[1]) if asked else ""), number, [], False
        elif answered:
            answer.append(line)
        elif title and (found := _ANSWERED.match(line)):
            answer, answered = [found[1]], True
    if answered:
        yield QuestionBlock(title, "\n".join(answer).strip(), start, number + 1)


def _title(said: str) -> str:
    return said.rstrip().removesuffix("**").rstrip()


def without_mark(answer: str) -> str:
    """Return an answer without the `A.` before it, which is no first item of `A.`, `B.`."""
    first, *others = answer.split("\n")
    if not (match := _ANSWERED.match(first)) or any(_SECOND.match(line) for line in others):
        return answer
    return "\n".join([match[1], *others]).strip()


def plain_questions(text: str) -> list[QuestionBlock]:
    """Return the questions that begin a paragraph or have a number, if all have answers below.

    For a text with no other mark of what is a question.
    """
    lines = text.split("\n")
    starts = [
        index
        for index, line in enumerate(lines)
        if (match := _PLAIN.match(line))
        and (index == 0 or match["number"] or not lines[index - 1].strip())
    ]
    found = []
    for start, end in pairwise([*starts, len(lines)]):
        match = _PLAIN.match(lines[start])
        answer = dedent("\n".join(lines[start + 1 : end])).strip()
        if match and answer:
            found.append(QuestionBlock(match["title"], answer, start + 1, end + 1))
    return found if len(found) > 1 and len(found) == len(starts) else []


def is_question(title: str) -> bool:
    """Return whether a title asks, in Korean or English."""
    return bool(_QUESTION.search(title))
