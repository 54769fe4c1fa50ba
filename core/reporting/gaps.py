"""Gaps of the FAQ: questions without an answer or with a disliked one, by meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from core.ports import Archive, Cases, Lessons, Reports, Vectors
from core.retrieval.overlay.lesson_sync import all_lessons
from core.text.korean import compact
from core.types import Feedback, LessonState, Turn, TurnState

Embed = Callable[[Sequence[str]], Vectors]

LATEST: Final = 1_000  # questions without an answer that a report looks at
_DISLIKED: Final = 200  # answers that were disliked, each of which is looked up
_ALIKE: Final = 0.72  # the cosine from which two questions mean the same
_TREND: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gap:
    """One question that was not answered, or whose answer was disliked.

    `expected` is what somebody said would have been right, and `sources` are the titles of the
    entries that it was answered from.
    """

    question_id: str
    session: str
    text: str
    ended_at: datetime
    disliked: bool = False
    expected: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions of one meaning, named by the one in their middle; `gaps` are the latest first.

    `this_week` and `week_before` are how many came in the last seven days and the seven before.
    """

    name: str
    gaps: tuple[Gap, ...]
    this_week: int
    week_before: int


@dataclass(frozen=True, slots=True)
class GapStores:
    """The stores that tell which questions have no answer yet."""

    reports: Reports
    archive: Archive
    lessons: Lessons
    cases: Cases


async def open_gaps(stores: GapStores, *, now: datetime, limit: int = LATEST) -> list[Gap]:
    """Read the gaps that are neither closed nor settled by people since, the latest first.

    Raises:
        StorageError: they cannot be read.
    """
    reports, archive = stores.reports, stores.archive
    later = now + timedelta(days=1)
    unanswered = await reports.latest(limit, before=later, state=TurnState.ESCALATED)
    disliked = {
        one.question_id: one for one in reversed(await reports.rated(_DISLIKED, helpful=False))
    }
    found = {turn.question.id: _gap(turn) for turn in unanswered}
    closed = await reports.closed_gaps([*found, *disliked])
    for turn in await archive.found([one for one in disliked if one not in closed]):
        found[turn.question.id] = _gap(turn, disliked[turn.question.id])
    gaps = [gap for gap in found.values() if gap.question_id not in closed]
    settled = await _settled_since(gaps, stores)
    left = (gap for gap in gaps if gap.question_id not in settled)
    return sorted(left, key=lambda gap: gap.ended_at, reverse=True)


async def _settled_since(gaps: Sequence[Gap], stores: GapStores) -> set[str]:
    """Return the ids of the questions that a lesson in use was taught to, or whose case is over."""
    if not gaps:
        return set()
    oldest = min(gap.ended_at for gap in gaps)
    texts: dict[str, datetime] = {}
    ids: dict[str, datetime] = {}
    for lesson in await all_lessons(stores.lessons):
        if lesson.state is LessonState.SERVED and lesson.learned_at >= oldest:
            texts[compact(lesson.question)] = lesson.learned_at
            ids[lesson.question_id] = lesson.learned_at
    taught = {
        gap.question_id
        for gap in gaps
        for at in (texts.get(compact(gap.text)), ids.get(gap.question_id))
        if at and gap.ended_at <= at
    }
    cases = await stores.cases.of_questions([gap.question_id for gap in gaps])
    over = (case for case in cases if not case.is_open)
    return taught | {one.question.id for case in over for one in case.waiters}


def grouped(gaps: Sequence[Gap], embed: Embed, *, now: datetime) -> list[GapGroup]:
    """Group gaps by meaning, the largest group first. Takes a while: call it in a thread."""
    worded: dict[str, list[Gap]] = {}
    for gap in gaps:
        worded.setdefault(gap.text, []).append(gap)
    if not worded:
        return []
    texts = list(worded)
    vectors = embed(texts)
    groups = [
        _group([worded[texts[row]] for row in rows], vectors[rows], now=now)
        for rows in _clusters(vectors, [len(worded[text]) for text in texts])
    ]
    return sorted(groups, key=lambda group: (-len(group.gaps), group.name))


def _clusters(vectors: Vectors, weights: Sequence[int]) -> list[list[int]]:
    """Return clusters of rows, each near to its first row, which was asked most often."""
    alike = vectors @ vectors.T >= _ALIKE
    np.fill_diagonal(alike, val=True)
    clusters: list[list[int]] = []
    left = np.ones(len(vectors), dtype=bool)
    for row in sorted(range(len(vectors)), key=lambda row: -weights[row]):
        if left[row]:
            rows = np.flatnonzero(alike[row] & left)
            left[rows] = False
            clusters.append(rows.tolist())
    return clusters


def _group(worded: Sequence[Sequence[Gap]], vectors: Vectors, *, now: datetime) -> GapGroup:
    """Group the gaps of some wordings, each of which has a vector."""
    middle = int(np.argmax(vectors @ vectors.mean(axis=0))) if len(worded) > 1 else 0
    name = worded[middle][0].text
    every = (gap for gaps in worded for gap in gaps)
    within = tuple(sorted(every, key=lambda gap: gap.ended_at, reverse=True))
    ages = [now - gap.ended_at for gap in within]
    return GapGroup(
        " ".join(name.split()),
        within,
        this_week=sum(age < _TREND for age in ages),
        week_before=sum(_TREND <= age < 2 * _TREND for age in ages),
    )


def _gap(turn: Turn, opinion: Feedback | None = None) -> Gap:
    question = turn.question
    return Gap(
        question.id,
        question.session,
        question.text,
        turn.finished_at,
        disliked=opinion is not None,
        expected=opinion.expected if opinion else "",
        sources=turn.sources,
    )
