"""The likeness of questions: two that ask the same share one case and one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.ports import Vectors
from core.text.korean import Analyzer
from core.text.safety.claims import agree

# Half of it is meaning, half the words that both have. On 500 questions of everyday life that are
# made to be mistaken for each other, 0.60 finds four fifths of the paraphrases; whoever joins is
# told which question it is that they wait with.
_ALIKE: Final = 0.60


class Likeness:
    """Compares questions by meaning and by words; what numbers or negation tell apart differs."""

    def __init__(self, analyzer: Analyzer, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self._analyzer = analyzer
        self._embed = embed

    def most_alike(self, question: str, others: Sequence[str]) -> int | None:
        """Return the place of the one that asks the same; None if none does.

        Takes a while: call it in a thread.
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
