"""The order of results for a bare keyword, which asks for the general entry on a subject.

Titles that say little more than the keyword come first: for "수수료", the kinds of fees before the
fee of one product, and for "예약구매", its description before the advice on setting it up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores

_MOST_TERMS = 2
_LOOKED_AT = 20
# The bonus of a title that is the keyword alone, added to scores of about 0 to 1. It was chosen by
# reading the results of thirty keywords.
_WEIGHT = 0.15


def plain_first(terms: Sequence[str], scores: Scores, lexical: LexicalIndex) -> Scores:
    """Return the scores of all entries, with the best entries of a keyword reordered.

    `terms` are those of the question; the scores of longer questions stay as they are. Reordering
    exchanges the best scores among their entries and does not change their values.
    """
    asked = set(terms)
    if not asked or len(asked) > _MOST_TERMS or any(not term.endswith("/N") for term in asked):
        return scores
    best = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
    titles = [
        {lexical.vocabulary[term] for term in title}
        for title in lexical.title_terms.of_rows(best.tolist())
    ]
    shares = np.array([_share(asked, title, lexical) for title in titles], np.float32)
    moved = scores.copy()
    moved[best[np.argsort(-(scores[best] + _WEIGHT * shares), kind="stable")]] = scores[best]
    return moved


def _share(asked: set[str], title: set[str], lexical: LexicalIndex) -> float:
    """Return the share of a title's idf that the question asked for, 0 to 1."""
    whole = sum(lexical.idf(term) for term in title)
    return sum(lexical.idf(term) for term in title & asked) / whole if whole else 0.0
