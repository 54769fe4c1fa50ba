"""The likeness of questions; questions that ask the same share one case and one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.ports import Vectors
from core.text.korean import Analyzer
from core.text.safety.claims import agree

# Likeness is half the cosine of meaning and half the share of common words. On 500 everyday
# questions that are made to be mistaken for each other, 0.60 finds four fifths of the paraphrases.
# An asker who joins a case is told its question, so a mistake can be seen.
_ALIKE: Final = 0.60


class Likeness:
    """Compares questions by meaning and words; other numbers or a negation make them differ."""

    def __init__(self, analyzer: Analyzer, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._analyzer = analyzer
        self._embed = embed

    def most_alike(self, question: str, others: Sequence[str]) -> int | None:
        """Return the index of the question that asks the same; None if there is none.

        It blocks for some time: call it in a thread.
        """
        if not others:
            return None
        vectors = self._embed([question, *others])
        words, *their_words = map(set, self._analyzer.terms_of([question, *others]))
        scores = [
            (float(vectors[0] @ vector) + _shared(words, theirs)) / 2
            for vector, theirs in zip(vectors[1:], their_words, strict=True)
        ]
        ranked = sorted(range(len(others)), key=lambda place: -scores[place])
        near = (place for place in ranked if scores[place] >= _ALIKE)
        return next((place for place in near if agree(question, others[place])), None)


def _shared(some: set[str], others: set[str]) -> float:
    return 2 * len(some & others) / max(len(some) + len(others), 1)
