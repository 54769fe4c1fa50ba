"""Lessons that the FAQ answers by now, too, or contradicts: one of the two has to give way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.lessons.gate import says_otherwise
from core.types import Entry, Lesson, LessonState

Answering = Callable[[Sequence[Lesson]], Sequence[Entry | None]]
"""The entries that answer the questions of lessons; see `core.retrieval.overlay.rehearsal`."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A lesson and the title of the entry that answers its question; do they contradict?"""

    lesson: Lesson
    title: str
    contradicts: bool


def overlaps_of(lessons: Sequence[Lesson], answering: Answering) -> list[Overlap]:
    """Return the lessons whose question an entry answers, those that contradict it first.

    Takes some milliseconds a lesson: call it in a thread.

    Raises:
        FaqIndexError: the FAQ cannot be searched now.
    """
    learnt = (LessonState.SERVED, LessonState.EXPIRED)
    kept = [one for one in lessons if one.state in learnt]
    found = [
        Overlap(lesson, entry.title, says_otherwise(lesson.answer, entry.text))
        for lesson, entry in zip(kept, answering(kept), strict=True)
        if entry
    ]
    return sorted(found, key=lambda one: not one.contradicts)
