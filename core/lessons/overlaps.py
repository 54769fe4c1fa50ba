"""Overlaps: lessons whose question the FAQ answers by now, too, and may answer differently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.types import Entry, Lesson, LessonState

Answering = Callable[[Sequence[Lesson]], Sequence[Entry | None]]
"""Returns the entry that answers each lesson's question; see `core.retrieval.overlay.rehearsal`."""

SaysOtherwise = Callable[[str, Entry], bool]
"""Whether an answer contradicts an entry; see `core.lessons.contradiction`."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A lesson, the title of the entry that answers its question, and whether they contradict."""

    lesson: Lesson
    title: str
    contradicts: bool


def overlaps_of(
    lessons: Sequence[Lesson], answering: Answering, says_otherwise: SaysOtherwise
) -> list[Overlap]:
    """Return the lessons whose question an entry answers, contradictions first.

    It takes some milliseconds for each lesson: call it in a thread.

    Raises:
        FaqIndexError: the FAQ cannot be searched now.
    """
    learnt = (LessonState.SERVED, LessonState.EXPIRED)
    kept = [one for one in lessons if one.state in learnt]
    found = [
        Overlap(lesson, entry.title, says_otherwise(lesson.answer, entry))
        for lesson, entry in zip(kept, answering(kept), strict=True)
        if entry
    ]
    return sorted(found, key=lambda one: not one.contradicts)
