"""The subject of a statement: what it speaks of, and what it says that this is or does.

Two statements of the same form on other subjects, such as the prices of two plans, do not
contradict each other. A subject that cannot be told is no other than any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kiwipiepy import Token

_TOPIC: Final = frozenset({"은/JX", "는/JX", "ᆫ/JX", "이/JKS", "가/JKS"})
_NAMING: Final = ("NN", "XR", "XPN", "XSN", "SL", "SH", "SN")
_SAYING: Final = ("NNG", "NNP", "VV", "VA", "XR")
# The verbs after which an English subject has ended. What comes behind those of the first list says
# what is said; if that is an amount, nothing else is.
_LEADING: Final = (
    "is are was were be costs? has have can may must will should would could do does did cannot"
)
_SAYING_VERBS: Final = """
    takes? opens? closes? starts? begins? ends? lasts? needs? gets? allows? accepts? requires?
    expires? pays? saves? holds? offers? includes? runs? stays? ships? arrives? delivers? gives?
    receives? lets? covers? supports? works? sells? keeps?
"""
_ENGLISH: Final = re.compile(
    r"^\W*(?P<subject>[^.!?;:]{2,60}?)\s"
    rf"(?:(?:{'|'.join(_LEADING.split())})\b(?:\s(?P<main>[a-z]+))?"
    rf"|(?P<verb>{'|'.join(_SAYING_VERBS.split())})\b)",
    re.IGNORECASE,
)
# What begins and what ends are two matters, and so are the least and the most.
_APART: Final = (
    ("open", "close"),
    ("start", "end"),
    ("begin", "end"),
    ("start", "finish"),
    ("열", "닫"),
    ("시작", "끝나"),
    ("시작", "종료"),
    ("시작", "마감"),
    ("입실", "퇴실"),
    ("체크인", "체크아웃"),
)
_APART_PAIRS: Final = frozenset(frozenset(pair) for pair in _APART)


@dataclass(frozen=True, slots=True)
class Subject:
    """The words of a subject, the last of them its `head`, and the word that is `said` of it.

    `said` is "" if only an amount is said. Without words the subject is not known.
    """

    words: tuple[str, ...] = ()
    said: str = ""

    def is_apart(self, other: Subject) -> bool:
        """Return whether one says that something begins, and the other that something ends."""
        return frozenset({self.said, other.said}) in _APART_PAIRS

    def has_form_of(self, other: Subject, is_same: Callable[[str, str], bool]) -> bool:
        """Return whether both say the same of something, or speak of two of the same kind."""
        if not (self.words and other.words):
            return False
        return self.said == other.said or is_same(self.words[-1], other.words[-1])


def subject_of(
    tokens: Sequence[Token],
    text: str,
    *,
    word_of: Callable[[Token], str],
    words_of: Callable[[str], list[str]],
) -> Subject:
    """Return the subject of a statement, by its particle in Korean and its verb in English.

    `word_of` returns the content of a token, "" for none, and `words_of` the English words of a
    text that have content.
    """
    for place, token in enumerate(tokens):
        if f"{token.form}/{token.tag}" not in _TOPIC:
            continue
        begin = place
        while begin and tokens[begin - 1].tag.startswith(_NAMING):
            begin -= 1
        if begin < place:
            rest = [word_of(one) for one in tokens[place + 1 :] if one.tag.startswith(_SAYING)]
            said = [word for word in rest if word]
            words = tuple(filter(None, map(word_of, tokens[begin:place])))
            return Subject(words, said[-1] if said else "")
    found = _ENGLISH.match(text)
    if found is None:
        return Subject()
    said = words_of(found["verb"] or found["main"] or "")
    return Subject(tuple(words_of(found["subject"])), said[0] if said else "")
