"""The lessons as the console lists them, with what the FAQ says on the same question."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from core.lessons.overlaps import Answering, Overlap, SaysOtherwise, overlaps_of
from core.ports import Lessons
from core.retrieval.overlay.lesson_sync import all_lessons
from core.text.korean import compact
from core.types import Lesson, LessonState

_AT_ONCE_S: Final = 0.1  # how long a list waits for what the FAQ says beside its lessons


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A page of lessons: those that wait for approval first, then the latest.

    `count` is how many there are like these, `counts` how many of each state there are in all.
    """

    lessons: Sequence[Lesson]
    count: int
    counts: Mapping[LessonState, int]


async def page_of(
    lessons: Lessons, *, state: LessonState | None, text: str, start: int, most: int
) -> LessonPage:
    """Return a page of the lessons in a state that have a text in question, answer or author.

    Without a `state` liked questions are left out, of which there may be thousands.

    Raises:
        StorageError: they cannot be read.
    """
    known, wanted = await all_lessons(lessons), compact(text)
    chosen = [
        one
        for one in known
        if (one.state is state if state else one.state is not LessonState.LIKED)
        and (not wanted or wanted in compact(f"{one.question} {one.answer} {one.author_name}"))
    ]
    chosen.sort(key=lambda one: one.learned_at, reverse=True)
    chosen.sort(key=lambda one: one.state not in (LessonState.HELD, LessonState.EXPIRED))
    counts = Counter(one.state for one in known)
    return LessonPage(chosen[start : start + most], len(chosen), counts)


class Overlaps:
    """Compares lessons with the FAQ in use, each once for a generation."""

    def __init__(
        self, version: Callable[[], str], answering: Answering, says_otherwise: SaysOtherwise
    ) -> None:
        """Compare with the generation that `version` names; all calls block."""
        self._version = version
        self._answering = answering
        self._says_otherwise = says_otherwise
        self._of = ""
        self._known: dict[Lesson, Overlap | None] = {}
        self._comparing = asyncio.Lock()
        self._work: asyncio.Task[list[Overlap]] | None = None

    async def of(self, lessons: Sequence[Lesson]) -> list[Overlap]:
        """Return the lessons that the FAQ answers, too, or contradicts, those first.

        Raises:
            FaqIndexError: the FAQ cannot be searched now.
        """
        async with self._comparing:
            version = await asyncio.to_thread(self._version)
            if version != self._of:
                self._of, self._known = version, {}
            new = [one for one in lessons if one not in self._known]
            compared = partial(overlaps_of, new, self._answering, self._says_otherwise)
            found = await asyncio.to_thread(compared) if new else []
            self._known |= dict.fromkeys(new) | {one.lesson: one for one in found}
        overlaps = [one for one in map(self._known.get, lessons) if one]
        return sorted(overlaps, key=lambda one: not one.contradicts)

    async def soon(self, lessons: Sequence[Lesson]) -> list[Overlap] | None:
        """Return the same, or None while the lessons are being compared.

        Raises:
            FaqIndexError: as `of`.
        """
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self.of(lessons))
        work = self._work
        await asyncio.wait([work], timeout=_AT_ONCE_S)
        if not work.done():
            return None
        wanted = set(lessons)
        return [one for one in work.result() if one.lesson in wanted]
