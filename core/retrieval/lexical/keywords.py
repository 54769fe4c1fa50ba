"""A keyword alone asks for what a FAQ says of it in general.

"수수료" has the kinds of fees before the fee of one product, and "예약구매" what it is before what
to mind when it is set up: titles that say little but the keyword come first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores

_MOST_TERMS = 2
_LOOKED_AT = 20
# What a title counts that says nothing else, beside scores of about 0 to 1; chosen by reading what
# thirty keywords find.
_WEIGHT = 0.15


def plain_first(
    terms: Sequence[str],
    scores: Scores,
    lexical: LexicalIndex,
    terms_of: Callable[[Sequence[str]], Sequence[Sequence[str]]],
) -> Scores:
    """Return the scores of all entries with the best ones of a keyword in another order.

    `terms` are those of the question: what is more than a keyword stays as it is. The best scores
    themselves stay too, and are given to other entries.
    """
    asked = set(terms)
    if not asked or len(asked) > _MOST_TERMS or any(not term.endswith("/N") for term in asked):
        return scores
    best = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
    titles = [set(found) for found in terms_of([lexical.titles[row] for row in best])]
    shares = np.array([_share(asked, title, lexical) for title in titles], np.float32)
    moved = scores.copy()
    moved[best[np.argsort(-(scores[best] + _WEIGHT * shares), kind="stable")]] = scores[best]
    return moved


def _share(asked: set[str], title: set[str], lexical: LexicalIndex) -> float:
    """Return how much of what a title tells was asked for, 0 to 1."""
    whole = sum(lexical.idf(term) for term in title)
    return sum(lexical.idf(term) for term in title & asked) / whole if whole else 0.0
