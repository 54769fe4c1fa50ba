"""`faqbot lessons review`: lessons that wait for approval or that the FAQ contradicts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from bots.bootstrap.stores import open_stores
from bots.cli.faq.lessons import read_lessons
from bots.cli.terminal import clean
from config.settings import Settings
from core.errors import NoFaqError
from core.lessons.overlaps import Overlap
from core.text.sections import tidy
from core.types import EntryReview, Lesson, LessonState

_WAITING: Final = (LessonState.HELD, LessonState.OFFERED, LessonState.EXPIRED)


def review_lessons(settings: Settings) -> int:
    """Print what waits for somebody's word, the oldest first, with what was found in it."""
    now = datetime.now(UTC)
    lessons = read_lessons(settings)
    waiting = [
        one for one in lessons if one.state in _WAITING or (one.review_at and one.review_at <= now)
    ]
    overlaps, entries = _beside_the_faq(settings, lessons)
    if not (waiting or overlaps or entries):
        print("no lesson waits for anybody's word")
    for lesson in sorted(waiting, key=lambda one: one.learned_at):
        print(f"{lesson.id}  {lesson.state.value}  {clean(tidy(lesson.question))}")
        print(f"  -> {clean(tidy(lesson.answer))}")
        for finding in lesson.findings:
            print(f"  ! {clean(tidy(finding))}")
    for one in overlaps:
        told = "contradicted" if one.contradicts else "covered"
        print(f"{one.lesson.id}  {told} by the FAQ  {clean(tidy(one.lesson.question))}")
        print(f"  -> {clean(tidy(one.title))}")
    for entry in entries:
        print(f"entry due since {entry.due_at:%Y-%m-%d}  {clean(tidy(entry.title))}")
        print(f"  reviewed {entry.at:%Y-%m-%d} by {clean(tidy(entry.who))}")
    return 0


def _beside_the_faq(
    settings: Settings, lessons: Sequence[Lesson]
) -> tuple[list[Overlap], list[EntryReview]]:
    """Return the lessons that the FAQ answers, too, or contradicts, and entries that are due."""
    overlaps: list[Overlap] = []
    if lessons:
        # Kiwi takes a second to load, and the other commands do without.
        from bots.bootstrap.lessons import overlaps_with
        from bots.bootstrap.search import build_retriever

        with suppress(NoFaqError):
            retriever, language = build_retriever(settings)
            overlaps = overlaps_with(retriever, language.analyzer, lessons)

    async def due() -> list[EntryReview]:
        async with open_stores(settings) as stores:
            now = datetime.now(UTC)
            reviews = await stores.reports.reviews()
            return [one for one in reviews if one.due_at <= now]

    return overlaps, asyncio.run(due())
