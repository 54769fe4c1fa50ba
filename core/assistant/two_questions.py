"""Whether a sentence with an "and" asks two questions, of which each has an entry of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.assistant.research import Findings
from core.retrieval.evidence import FACTS
from core.retrieval.hits import Hit
from core.text.asking_sentences import halves_of
from core.text.back_references import is_named
from core.text.korean import Analyzer

# The share of what half a sentence says that an entry has to cover to be about it.
_ABOUT: Final = 0.7
_COVERAGE: Final = FACTS.index("coverage")
_JOINS: Final = ("JC", "JKB", "MAJ", "SL")  # as Kiwi tags 와, 이랑, 및 and "and"


@dataclass(frozen=True, slots=True)
class TwoQuestions:
    """The questions that a sentence may ask on both sides of an "and".

    They are `named` where each says by itself what it asks for, or the sentence says that it asks
    for both. "사이즈와 색상 교환" is about exchanges; "쿠폰 중복이랑 적립금 기한" names two things.
    """

    texts: tuple[str, str]
    named: bool

    @classmethod
    def of(cls, sentence: str, analyzer: Analyzer) -> TwoQuestions | None:
        """Return the questions of a sentence, if each side of it names something."""
        halves = halves_of(sentence)
        if not halves:
            return None
        texts = (halves.first, halves.second)
        if not all(names_something(text, analyzer) for text in texts):
            return None
        named = halves.both or (
            halves.joint is not None
            and _joins_nouns(sentence, halves.joint, analyzer)
            and all(len(analyzer.terms(text)) > 1 for text in texts)
        )
        return cls(texts, named)

    def are_asked(self, whole: Findings, each: Sequence[Findings]) -> bool:
        """Return whether each finds an entry of its own, and a better one than the whole does.

        Where they are named, it is enough that no entry is about both of them.
        """
        first, second = each
        if not (first.answers and second.answers and first.differs_from(second)):
            return False
        if min(first.score, second.score) >= whole.score:
            return True
        return self.named and _no_entry_has_both(each)


def names_something(text: str, analyzer: Analyzer) -> bool:
    """Return whether a text has a noun that names something."""
    return any(map(is_named, analyzer.terms(text)))


def _joins_nouns(sentence: str, joint: int, analyzer: Analyzer) -> bool:
    """Return whether what stands there is a word of its own: the 과 of 결과 is a part of one."""
    return any(
        joint <= token.start <= joint + 1 and token.tag in _JOINS
        for token in analyzer.tokens(sentence)
    )


def _no_entry_has_both(each: Sequence[Findings]) -> bool:
    about = [{hit.faq_id for hit in found.in_context if _is_about(hit)} for found in each]
    firsts = [found.in_context[0].faq_id for found in each]
    own = all(first in its for first, its in zip(firsts, about, strict=True))
    return own and not set.intersection(*about)


def _is_about(hit: Hit) -> bool:
    return bool(hit.facts) and hit.facts[_COVERAGE] >= _ABOUT
