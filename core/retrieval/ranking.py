"""The order of the entries that were found, and how sure each of them is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.retrieval import confidence
from core.retrieval.evidence import Floats, QuestionTerms, coverage, measures, own_share
from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores
from core.retrieval.signals import Signals
from core.retrieval.snapshot import Snapshot
from core.text.korean import compact
from core.types import Exchange

_SHOWN_SHARE = 0.85
_SPELT_ALIKE = 0.4  # cosine of letters
# An entry that has less of what a question itself names was found by the conversation alone: it is
# most likely the last answer again.
_OWN_SHARE = 0.1


def judged(
    snapshot: Snapshot, found: Signals, fused: Scores, rows: Sequence[int]
) -> tuple[Floats, list[tuple[float, ...]]]:
    """Return the confidence of each row, and its facts."""
    lexical, question = snapshot.lexical, found.query.question
    typed = compact(question)
    exact = np.array([compact(lexical.titles[row]) == typed for row in rows], bool)
    if snapshot.everyday is None or not rows:
        sure = confidence.of_score(fused[rows].astype(float))
        return np.where(exact, 1.0, sure), [()] * len(rows)
    asked = QuestionTerms.of(found.terms, lexical)
    surprise = snapshot.everyday.surprise(question, measures(found.values, fused, rows))
    facts = np.hstack([coverage(found.values, rows, asked, lexical), surprise])
    sure = confidence.of(facts, fused[rows].astype(float))
    if found.query.history:
        sure = np.where(own_share(found.terms, rows, lexical) < _OWN_SHARE, 0.0, sure)
    return np.where(exact, 1.0, sure), list(map(tuple, facts.tolist()))


def after(last: Exchange, lexical: LexicalIndex, scores: Scores) -> Scores:
    """Lower the score of the last answer.

    Whoever asks on has read it, so it is less likely to be the next one. Where nobody says what it
    stood on, that is the entry whose title the last question was spelled like.
    """
    shown = [lexical.title_rows[title] for title in last.sources if title in lexical.title_rows]
    if not last.sources:
        letters = lexical.letter_scores(last.user)
        shown = [int(row) for row in np.flatnonzero(letters >= _SPELT_ALIKE)]
    lowered = scores.copy()
    lowered[shown] *= _SHOWN_SHARE
    return lowered


def once(rows: Sequence[int], lexical: LexicalIndex, limit: int) -> list[int]:
    """Return the first row of each entry, at most `limit`: a liked question is a row of its own."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(lexical.faq_ids[row], row)
    return list(first.values())[:limit]


def best(scores: Scores, seen: NDArray[np.bool_], limit: int) -> list[int]:
    """Rows of the highest scores that may be seen, best first; equal ones as in the source."""
    limit = min(limit, int(seen.sum()))
    if limit == 0:
        return []
    scores = np.where(seen, scores, np.float32(-np.inf))
    top = np.argpartition(-scores, limit - 1)[:limit]
    return [int(row) for row in sorted(top, key=lambda row: (-scores[row], row))]
