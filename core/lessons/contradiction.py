"""Contradictions: whether an answer says otherwise than a text on the same subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kiwipiepy import Token

from core.text.korean import Analyzer
from core.text.safety.claims import contradicts
from core.text.sentences import sentences

# Where another statement begins: connective endings that order nothing, and punctuation.
_JOINS: Final = frozenset("고 며 으며 지만 는데 ᆫ데 은데 으나 나".split())  # noqa: SIM905
_NOT: Final = frozenset(
    """
    안/MAG 못/MAG 않/VX 못하/VX 없/VA 없이/MAG 말/VX 아니/VCN 불/XPN 미/XPN 비/XPN
    not/SL no/SL never/SL cannot/SL nor/SL without/SL
    """.split()  # noqa: SIM905 - a list of words is easier to read so
)
_NOT_ENGLISH: Final = re.compile(r"n['’]t\b|\b(?:not|cannot)\b", re.IGNORECASE)
# Words that deny another: "쉬다" is not to be open, "유료" not to be free.
_OPPOSITES: Final = {
    "쉬": "열",
    "닫": "열",
    "휴무": "열",
    "휴관": "열",
    "휴업": "열",
    "휴원": "열",
    "휴진": "열",
    "유료": "무료",
    "금지": "허용",
    "제외": "포함",
    "별도": "포함",
    "선택": "필수",
    "거절": "허용",
    "closed": "open",
    "forbidden": "allowed",
    "prohibited": "allowed",
    "excluded": "included",
}
_SAME: Final = {"운영": "열", "영업": "열", "개관": "열", "진료": "열"}
# A statement with a limit says the opposite of one without it, and both are right.
_LIMITS: Final = re.compile(
    r"지나|넘|초과|이후|외에|말고|제외|않으면|아니면|못하면|아닌|없으면|전에는|전까지|미만|미달|경우|동안[은만]"
    r"|\b(?:except|unless|only|after|until|other than|but)\b|[가-힣]만\b",
    re.IGNORECASE,
)
_WEEKDAYS: Final = frozenset(
    """
    월요일 화요일 수요일 목요일 금요일 토요일 일요일 평일 주말
    monday tuesday wednesday thursday friday saturday sunday weekday weekend
    """.split()  # noqa: SIM905 - as above
)
_SAME_MATTER: Final = 0.5
_FEWEST_WORDS: Final = 2
_CONTENT: Final = ("NN", "NR", "VV", "VA", "XR", "SL", "SN", "MAG")
_EMPTY: Final = frozenset("하 되 있 이 그 저 것 수 때 등 및 또 이렇 그렇 드리 주 보".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class _Statement:
    """The content words of a statement, whether it denies, and the words that limit it."""

    words: frozenset[str]
    denies: bool
    limits: frozenset[str]


class Contradictions:
    """Compares an answer with a text, sentence by sentence."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def says_otherwise(self, answer: str, text: str) -> bool:
        """Return whether any sentence of an answer contradicts a text on the same subject.

        It names another amount, date or time, or denies what the text says, or the other way round.
        """
        if any(contradicts(one, text) for one in sentences(answer) if one.strip()):
            return True
        said, known = list(self._statements(answer)), list(self._statements(text))
        return any(_is_denied(one, known) or _is_on_another_day(one, known) for one in said)

    def _statements(self, text: str) -> Iterator[_Statement]:
        for sentence in sentences(text):
            tokens = self._analyzer.tokens(sentence)
            start = 0
            for place, token in enumerate(tokens):
                after = tokens[place + 1] if place + 1 < len(tokens) else None
                joins = token.tag == "EC" and token.form in _JOINS
                if after is None or token.tag == "SP" or (joins and after.tag != "VX"):
                    part = tokens[start : place + 1]
                    begin, end = part[0].start, token.start + token.len
                    if statement := _statement(part, sentence[begin:end]):
                        yield statement
                    start = place + 1


def _statement(tokens: Sequence[Token], text: str) -> _Statement | None:
    """Return what some tokens state; None if they have no content."""
    negations = sum(f"{token.form.lower()}/{token.tag}" in _NOT for token in tokens)
    negations = max(negations, len(_NOT_ENGLISH.findall(text)))
    words = set()
    for token in tokens:
        word = token.form.lower().strip(".,!?'")
        word = word.removesuffix("s") if word.endswith(("days", "ends")) else word
        if not token.tag.startswith(_CONTENT) or word in _EMPTY or f"{word}/{token.tag}" in _NOT:
            continue
        if opposite := _OPPOSITES.get(word):
            negations += 1
            word = opposite
        words.add(_SAME.get(word, word))
    if not words:
        return None
    return _Statement(frozenset(words), negations % 2 == 1, frozenset(_LIMITS.findall(text)))


def _is_on_another_day(said: _Statement, known: Sequence[_Statement]) -> bool:
    """Return whether all statements on the same matter name other days of the week."""
    days = said.words & _WEEKDAYS
    near = _nearest(said.words - days, known) if days else []
    return bool(near) and all(
        one.denies is said.denies and one.words & _WEEKDAYS and not one.words & days for one in near
    )


def _is_denied(said: _Statement, known: Sequence[_Statement]) -> bool:
    """Return whether those statements that are on the same matter all say the opposite."""
    near = _nearest(said.words, known)
    return bool(near) and all(
        one.denies is not said.denies and one.limits == said.limits for one in near
    )


def _nearest(words: frozenset[str], known: Sequence[_Statement]) -> list[_Statement]:
    """Return the statements that share most of some words, if those are enough."""
    shared = [(len(words & one.words), one) for one in known]
    most = max((count for count, _ in shared), default=0)
    if most < max(_FEWEST_WORDS, _SAME_MATTER * len(words)):
        return []
    return [one for count, one in shared if count == most]
