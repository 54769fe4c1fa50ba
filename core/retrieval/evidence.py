"""The evidence that an entry answers a question: the numbers that decisions are made from.

They are comparable between FAQs of any size, style and language. Numbers that are not (scores,
margins) are replaced by how rarely an everyday message reaches them on the same FAQ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores
from core.text.utterances.back_references import is_named

Floats = NDArray[np.float64]

# The rows of an array of signals, shape (6, entries).
SIGNALS: Final = ("words", "letters", "grams", "meaning", "alignment", "title_alignment")
# The numbers that are compared with those of everyday messages; see `core.retrieval.everyday`.
MEASURES: Final = (
    *("score", "margin", "gap"),
    *SIGNALS,
    *("meaning_margin", "meaning_gap", "alignment_margin"),
)
FACTS: Final = ("agreement", "coverage", "unknown", "missing", "length", *MEASURES)
_RIVALS: Final = 9
_ALIKE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The distinct terms of a question, with their information in the FAQ; shapes are (terms,)."""

    terms: tuple[str, ...]
    idf: Floats
    known: NDArray[np.bool_]
    most: float  # the idf of a term that no entry has

    @classmethod
    def of(cls, terms: Mapping[str, float], lexical: LexicalIndex) -> QuestionTerms:
        """Weigh terms by their idf in the FAQ; unknown terms count most.

        `terms` maps each term to its weight in the question.
        """
        idf = [lexical.idf(term) * weight for term, weight in terms.items()]
        known = [term in lexical.words.terms for term in terms]
        return cls(tuple(terms), np.array(idf, float), np.array(known, bool), lexical.unknown_idf)


def measures(signals: Scores, fused: Scores, rows: Sequence[int]) -> Floats:
    """Return the `MEASURES` of some entries for a question, shape (rows, 12).

    A margin is the distance of an entry's score to the best other one, a gap its distance to the
    mean of the ten best. Those of the meaning alone tell most where entries are few: words that
    many questions share, such as "how do I", bring the scores of all entries near to one another.
    That of the alignment tells whether another entry covers the question's words as well.

    Args:
        signals: shape (6, entries), in the order of `SIGNALS`.
        fused: their weighted sum, shape (entries,).
        rows: the rows of the entries to measure.
    """
    of_meaning = _ahead(signals[SIGNALS.index("meaning")], rows)
    covered, _ = _ahead(signals[SIGNALS.index("alignment")], rows)
    return np.column_stack(
        [fused[rows], *_ahead(fused, rows), signals[:, rows].T, *of_meaning, covered]
    ).astype(float)


def _ahead(scores: Scores, rows: Sequence[int]) -> tuple[Scores, Scores]:
    """Return the margin and the gap of some rows, each of shape (rows,)."""
    count = min(_RIVALS + 1, len(scores))
    best = np.sort(np.partition(scores, -count)[-count:] if count else scores)[::-1]
    own = scores[rows]
    second = best[1] if len(best) > 1 else 0.0
    rival = np.where(own >= best[0], second, best[0])
    among = own >= best[-1]
    others = (best.sum() - np.where(among, own, best[-1])) / max(len(best) - 1, 1)
    return own - rival, own - others


def coverage(
    signals: Scores, rows: Sequence[int], asked: QuestionTerms, lexical: LexicalIndex
) -> Floats:
    """Return the first five `FACTS` of some entries for a question, shape (rows, 5).

    They are the share of the signals in which the entry is first, the share of the question's idf
    that the entry covers, the share of it in terms that no entry has, the highest idf of a term
    that the entry lacks, and the number of terms.
    """
    size = len(rows)
    agreement = (signals[:, rows] >= signals.max(axis=1)[:, None] - _ALIKE).mean(axis=0)
    if not asked.terms:
        return np.column_stack([agreement, np.zeros(size), np.ones(size), np.zeros((size, 2))])
    covered = lexical.covers(asked.terms, rows)
    total = max(float(asked.idf.sum()), 1e-6)
    lacking = np.where(covered, 0.0, asked.idf).max(axis=1) / asked.most
    unknown = float(asked.idf[~asked.known].sum()) / total
    length = float(np.log1p(len(asked.terms)))
    return np.column_stack(
        [
            agreement,
            covered @ asked.idf / total,
            np.full(size, unknown),
            lacking,
            np.full(size, length),
        ]
    )


def own_share(terms: Mapping[str, float], rows: Sequence[int], lexical: LexicalIndex) -> Floats:
    """Return the share of the idf of a question's own nouns that entries cover, shape (rows,).

    It is 1 for a question that names nothing. `terms` maps each term to its weight; a weight below
    1 marks a term of the conversation.
    """
    nouns = {term: 1.0 for term, weight in terms.items() if weight == 1.0 and is_named(term)}
    if not nouns:
        return np.ones(len(rows))
    own = QuestionTerms.of(nouns, lexical)
    return np.asarray(lexical.covers(own.terms, rows) @ own.idf / max(float(own.idf.sum()), 1e-6))
