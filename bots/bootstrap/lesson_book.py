"""The book of lessons from the command line, where the search loads with the first lesson."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.bootstrap.lessons import book_of, gate_of
from bots.bootstrap.search import build_retriever, load_language
from bots.bootstrap.stores import Stores, open_stores
from config.profiles import profile_of
from config.settings import Settings
from core.errors import NoFaqError
from core.lessons.book import LessonBook
from core.lessons.gate import Examined, Gate
from core.ports import Lessons
from core.types import Lesson


@asynccontextmanager
async def open_book(settings: Settings) -> AsyncIterator[tuple[LessonBook, Stores]]:
    """Open the stores and the book over them; running processes take in what changes.

    Raises:
        FaqbotError: see `open_stores`. Where a lesson is looked at, also what `build_retriever`
            raises, but that there is no FAQ yet: then there is nothing to hold it against.
    """
    profile, loaded = profile_of(settings), list[Gate]()

    def load(lessons: Lessons) -> Gate:
        try:
            retriever, language = build_retriever(settings)
        except NoFaqError:
            return gate_of(profile, None, load_language(settings.profile), lessons)
        return gate_of(profile, retriever, language, lessons)

    async def examine(lesson: Lesson) -> Examined:
        if not loaded:
            loaded.append(await asyncio.to_thread(load, stores.lessons))
        return await loaded[0].examine(lesson)

    async def nothing_searched() -> None:
        """Do nothing, as no question is answered here."""

    async with open_stores(settings) as stores:
        book = book_of(
            stores,
            profile,
            examine=examine,
            catch_up=nothing_searched,
            settings=settings,
        )
        yield book, stores
