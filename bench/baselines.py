"""The plainest searches: BM25 over morphemes, n-grams of letters, and both added.

Nothing in them knows a field, a synonym or a meaning. What ships must never be worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from core.retrieval.lexical.grams import GramIndex
from core.retrieval.lexical.postings import Postings, Scores, saturated
from core.text.korean import Analyzer
from core.types import Entry

NAMES: Final = ("BM25", "n-grams", "both")


@dataclass(frozen=True, slots=True)
class Baselines:
    """The whole text of each entry, by its morphemes and by its letters."""

    titles: Sequence[str]
    analyzer: Analyzer
    words: Postings
    grams: GramIndex

    @classmethod
    def of(cls, entries: Sequence[Entry], analyzer: Analyzer) -> Self:
        """Index entries, each as one text."""
        texts = ["\n".join((e.title, *e.questions, e.text)) for e in entries]
        counts = (dict(Counter(terms)) for terms in analyzer.terms_of(texts))
        return cls(
            [entry.title for entry in entries],
            analyzer,
            saturated(Postings.build(counts), len(entries)),
            GramIndex.build(texts),
        )

    def first(self, question: str) -> tuple[str, ...]:
        """Return the title that each of `NAMES` puts first."""
        size = len(self.titles)
        words = self._word_scores(question)
        grams = self.grams.score(question, size)
        both = words / max(float(words.max()), 1e-9) + grams / max(float(grams.max()), 1e-9)
        return tuple(self.titles[int(np.argmax(scores))] for scores in (words, grams, both))

    def _word_scores(self, question: str) -> Scores:
        known, idf = self.words.terms, self.words.idf
        asked = {t: float(idf[known[t]]) for t in self.analyzer.terms(question) if t in known}
        return self.words.score(asked, len(self.titles))
