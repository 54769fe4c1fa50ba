"""Synchronises the overlay with the stored lessons, which any process may change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Final

import numpy as np

from core.errors import FaqbotError, ModelError
from core.ports import Embedder, Lessons, TextKind, Vectors
from core.retrieval.lexical.index import Fields
from core.retrieval.overlay.lessons import NOTHING, LessonOverlay, Prepared, entry_of, newest
from core.retrieval.vectors import passage_of, unit
from core.text.korean import Analyzer
from core.types import Lesson, LessonState

logger = logging.getLogger(__name__)

Warm = Callable[[Sequence[str], Sequence[str]], Awaitable[None]]

_LOOK_S: Final = 1.0  # the interval at which changes by other processes are looked for
_EMBED_AGAIN_S: Final = 30.0
_READ_S: Final = 6.0  # how long a question waits for the store and the embedder
_WARM_S: Final = 5.0  # how long it waits for the embedder; after that it searches without meaning
_PAGE: Final = 500
# The part of an answer that is embedded, as long as one chunk of an entry.
_READ_CHARACTERS: Final = 900


class LessonSync:
    """Prepares the lessons of a store for searching; only changed lessons are prepared again."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        lessons: Lessons,
        analyzer: Analyzer,
        embedder: Embedder,
        warm: Warm,
        lay: Callable[[LessonOverlay], None],
        serve_expired: bool = False,
    ) -> None:
        """`warm` embeds questions and answers ahead, so that their vectors are cached.

        `lay` gets the overlay whenever it changes; with `serve_expired`, also expired lessons.
        """
        served = (LessonState.SERVED, LessonState.LIKED, LessonState.EXPIRED)
        self._served = served if serve_expired else served[:2]
        self._lay = lay
        self._lessons = lessons
        self._analyzer = analyzer
        self._embedder = embedder
        self._warm = warm
        self._version: str | None = None
        self._looked_at = float("-inf")
        self._embed_at = float("inf")
        self._known: dict[Lesson, Prepared] = {}
        self._reading = asyncio.Lock()
        self._works: set[asyncio.Task[None]] = set()

    async def catch_up(self, *, now: bool = False) -> None:
        """Load changed lessons; the store is asked once a second, or at once with `now`.

        If the store fails, the failure is logged, and the lessons loaded before stay.
        """
        if not now and (monotonic() < self._looked_at + _LOOK_S or self._reading.locked()):
            return
        self._looked_at = monotonic()
        work = asyncio.create_task(self._read())
        self._works.add(work)
        work.add_done_callback(self._works.discard)
        await asyncio.wait([work], timeout=None if now else _READ_S)
        if work.done():
            work.result()
        else:  # it goes on, so that thousands of lessons are ready some time
            logger.warning("answering with the lessons known so far: the others are being read")

    async def _read(self) -> None:
        """Take in what has changed; a failure is logged."""
        async with self._reading:
            try:
                await self._take_in()
            except FaqbotError as error:
                logger.warning("answering with the lessons known so far: %s", error)

    async def _take_in(self) -> None:
        # The version is read before the lessons: a change in between is then loaded next time.
        version = await self._lessons.version()
        if version == self._version and monotonic() < self._embed_at:
            return
        known = await all_lessons(self._lessons)
        lessons = newest([one for one in known if one.state in self._served])
        fresh = [one for one in lessons if _lacks(self._known.get(one))]
        vectors = await self._vectors(fresh)
        prepared = await asyncio.to_thread(prepared_of, fresh, vectors, self._analyzer)
        self._known = {one: prepared.get(one) or self._known[one] for one in lessons}
        overlay = LessonOverlay.of([*self._known.values()]) if lessons else NOTHING
        if lessons or self._version is not None:
            await asyncio.to_thread(self._lay, overlay)
        self._version = version

    async def _vectors(self, lessons: Sequence[Lesson]) -> Sequence[Vectors | None]:
        """Return the vectors of each lesson, or None where the embedder is away."""
        self._embed_at = float("inf")
        if not lessons:
            return []
        questions = [one.question for one in lessons]
        try:
            async with asyncio.timeout(_WARM_S):
                await self._warm(questions, _passages(lessons))
            return await asyncio.to_thread(vectors_of, self._embedder, lessons)
        except (ModelError, TimeoutError) as error:
            logger.warning("lessons are found by words and letters alone for now: %s", error)
            self._embed_at = monotonic() + _EMBED_AGAIN_S
            return [None] * len(lessons)


def vectors_of(embedder: Embedder, lessons: Sequence[Lesson]) -> list[Vectors]:
    """Return two vectors of each lesson: of its question, and of the question with the answer.

    Raises:
        ModelError: the embedder is away.
    """
    questions = [one.question for one in lessons]
    asked, titles = embedder.embed(questions), embedder.embed(questions, TextKind.TITLE)
    told = embedder.embed(_passages(lessons), TextKind.PASSAGE)
    both = unit(embedder.title_weight * titles + told)
    return [*np.stack([asked, both], axis=1)]


def _passages(lessons: Sequence[Lesson]) -> list[str]:
    return [passage_of(one.question, one.answer[:_READ_CHARACTERS]) for one in lessons]


def prepared_of(
    lessons: Sequence[Lesson], vectors: Sequence[Vectors | None], analyzer: Analyzer
) -> dict[Lesson, Prepared]:
    """Return lessons ready to be searched."""
    terms = analyzer.terms_of([t for one in lessons for t in (one.question, one.answer)])
    pairs = zip(lessons, vectors, terms[::2], terms[1::2], strict=True)
    return {
        one: Prepared(entry_of(one), _fields(one, asked, answer), vector, bool(one.findings))
        for one, vector, asked, answer in pairs
    }


def _lacks(known: Prepared | None) -> bool:
    return known is None or known.vectors is None


def _fields(lesson: Lesson, asked: tuple[str, ...], answer: tuple[str, ...]) -> Fields:
    entry = entry_of(lesson)
    text = lesson.answer
    if lesson.state is LessonState.LIKED:  # only the question of a liked answer is indexed
        answer, text = asked, lesson.question
    return Fields(entry.faq_id, entry.title, (lesson.question,), asked, answer, asked, text)


async def all_lessons(lessons: Lessons) -> list[Lesson]:
    """Return every lesson by its id; they are read a page at a time."""
    found: list[Lesson] = []
    while page := await lessons.page(_PAGE, found[-1].id if found else ""):
        found += page
    return found
