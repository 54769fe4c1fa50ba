"""The ranking of search results: their order and their confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.retrieval import confidence
from core.retrieval.evidence import Floats, QuestionTerms, coverage, measures
from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores
from core.retrieval.signals import Signals
from core.retrieval.snapshot import Snapshot
from core.text.korean import compact
from core.types import Exchange

SECOND_SCORE: Final = 0.75
"""The share of the best entry's score that a second one needs to be an answer beside it."""

_SHOWN_SHARE = 0.8
_SPELT_ALIKE = 0.4  # cosine of letters
_TWINS_AMONG = 20  # the nearest hidden entries


def judged(
    snapshot: Snapshot, found: Signals, fused: Scores, seen: NDArray[np.bool_], rows: Sequence[int]
) -> tuple[Floats, list[tuple[float, ...]]]:
    """Return the confidence of each of some visible rows, shape (rows,), and the facts of each.

    The confidence is that among all entries, and 0 for one that is far behind a hidden entry, so
    that a question that a hidden entry answers best is not answered from another one. The facts
    are those among the visible entries: the guardrail calls a question off topic or not whether
    there is a hidden entry or not.
    """
    alone = np.where(seen, fused, np.float32(0))
    sure, facts = _judged(snapshot, masked(found, seen), alone, rows)
    if rows and not seen.all():
        counted = np.ones(len(seen), bool)
        counted[_twins(snapshot.lexical, found, seen, rows)] = False
        scores = np.where(seen, fused, found.fused) * counted
        sure, _ = _judged(snapshot, masked(found, counted), scores, rows)
        sure = np.where(scores[rows] < SECOND_SCORE * scores[~seen].max(), 0.0, sure)
    return sure, facts


def masked(found: Signals, seen: NDArray[np.bool_]) -> Signals:
    """Return the signals with those of the other rows as if nothing in them matched."""
    return found if seen.all() else replace(found, values=np.where(seen, found.values, 0))


def _twins(
    lexical: LexicalIndex, found: Signals, seen: NDArray[np.bool_], rows: Sequence[int]
) -> list[int]:
    """Return the nearest hidden rows that have the title of one of the visible `rows`.

    They answer the same question for other readers.
    """
    titles = {compact(lexical.titles[row]) for row in rows}
    nearest = best(found.fused, ~seen, _TWINS_AMONG)
    return [row for row in nearest if compact(lexical.titles[row]) in titles]


def _judged(
    snapshot: Snapshot, found: Signals, fused: Scores, rows: Sequence[int]
) -> tuple[Floats, list[tuple[float, ...]]]:
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
    return np.where(exact, 1.0, sure), list(map(tuple, facts.tolist()))


def after(last: Exchange, lexical: LexicalIndex, scores: Scores) -> Scores:
    """Return the scores with that of the last answer lowered.

    The asker has read it, so it is less likely to answer the next question. If its sources are
    unknown, it is taken to be the entry whose title is spelled like the last question.
    """
    shown = [lexical.title_rows[title] for title in last.sources if title in lexical.title_rows]
    if not last.sources:
        letters = lexical.letter_scores(last.user)
        shown = [int(row) for row in np.flatnonzero(letters >= _SPELT_ALIKE)]
    lowered = scores.copy()
    lowered[shown] *= _SHOWN_SHARE
    return lowered


def once(rows: Sequence[int], lexical: LexicalIndex, limit: int) -> list[int]:
    """Return the first row of each entry, at most `limit`; liked questions are further rows."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(lexical.faq_ids[row], row)
    return list(first.values())[:limit]


def best(scores: Scores, seen: NDArray[np.bool_], limit: int) -> list[int]:
    """Return the visible rows with the highest scores, best first; ties keep the FAQ's order."""
    limit = min(limit, int(seen.sum()))
    if limit == 0:
        return []
    scores = np.where(seen, scores, np.float32(-np.inf))
    least = np.partition(scores, -limit)[-limit]
    top = np.flatnonzero(scores >= least)
    return [int(row) for row in top[np.argsort(-scores[top], kind="stable")][:limit]]
