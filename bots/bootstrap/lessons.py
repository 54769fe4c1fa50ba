"""The book of lessons and the gate before it, on the search that the settings chose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from bots.bootstrap.search import Language
from bots.bootstrap.stores import Stores
from config.resources import GUARDRAIL, ORDERS
from config.settings import Settings
from core.assistant.audiences import Audiences
from core.assistant.guardrails.guardrail import Guardrail, GuardrailModel
from core.assistant.guardrails.orders import OrderReader
from core.assistant.guardrails.wording import WordingModel
from core.lessons.book import LessonBook
from core.lessons.contradiction import Contradictions
from core.lessons.gate import Examined, Gate
from core.lessons.liked import LikedQuestions
from core.lessons.overlaps import Overlap, overlaps_of
from core.lessons.reader import LessonReader
from core.lessons.retraction import Retractions
from core.ports import Lessons, Vectors
from core.profile import Profile
from core.retrieval.audience import Audience, is_within
from core.retrieval.overlay.rehearsal import Rehearsal, answering
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer
from core.types import Entry, Lesson, Turn


class SearchedRehearsal:
    """Implements `core.lessons.gate.Rehearsing` in threads."""

    def __init__(self, retriever: Retriever, analyzer: Analyzer, closed: Sequence[str]) -> None:
        """Exclude `closed` categories from a rehearsal, except the lesson's own."""
        self._retriever = retriever
        self._analyzer = analyzer
        self._closed = closed

    async def near(self, lesson: Lesson) -> Sequence[Entry]:
        """Return the entries that answer the lesson's question, the nearest first."""
        return await asyncio.to_thread(self._rehearsal(lesson).answering, lesson)

    async def taken(self, lesson: Lesson) -> Sequence[str]:
        """Return the entries' own questions that the lesson would take."""
        return await asyncio.to_thread(self._rehearsal(lesson).taken, lesson)

    def _rehearsal(self, lesson: Lesson) -> Rehearsal:
        withheld = tuple(one for one in self._closed if not is_within(lesson.category, [one]))
        return Rehearsal(self._retriever.seen_by(Audience(withheld=withheld)), self._analyzer)


def gate_of(
    profile: Profile, retriever: Retriever | None, language: Language, lessons: Lessons
) -> Gate:
    """Return the gate before lessons; without a search there is no FAQ to hold them against."""
    closed, analyzer = profile.closed_categories, language.analyzer
    rehearsal = SearchedRehearsal(retriever, analyzer, closed) if retriever else None
    return Gate(rehearsal, reader_of(analyzer, language.encoder.embed), profile, lessons=lessons)


def reader_of(analyzer: Analyzer, embed: Callable[[Sequence[str]], Vectors]) -> LessonReader:
    """Return what reads lessons, with the guardrail of any FAQ.

    Raises:
        ConfigError: a model's file is missing or damaged.
    """
    guardrail = Guardrail(GuardrailModel.load(GUARDRAIL), embed, analyzer.terms)
    orders = OrderReader(WordingModel.load(ORDERS), embed)
    return LessonReader(analyzer, embed, guardrail.attack, orders.score)


def overlaps_with(
    retriever: Retriever, analyzer: Analyzer, lessons: Sequence[Lesson]
) -> list[Overlap]:
    """Return the lessons whose question an entry of a search answers, contradictions first.

    It takes some milliseconds for each lesson: call it in a thread.
    """
    says_otherwise = Contradictions(analyzer).says_otherwise
    return overlaps_of(lessons, partial(answering, retriever), says_otherwise)


def liked_of(
    stores: Stores,
    profile: Profile,
    retriever: Retriever,
    analyzer: Analyzer,
    catch_up: Callable[[], Awaitable[None]],
) -> LikedQuestions:
    """Return what lets entries be found by questions whose answers have helped."""
    return LikedQuestions(
        lessons=stores.lessons,
        archive=stores.archive,
        reports=stores.reports,
        taken=SearchedRehearsal(retriever, analyzer, profile.closed_categories).taken,
        leans=lambda text: retriever.aside(retriever.leans, text),
        catch_up=catch_up,
    )


async def category_for(audiences: Audiences, retriever: Retriever, turn: Turn) -> str:
    """Return the category of a lesson, which the people who could see the turn may see.

    That is the category of the entries that it told, else that which the place has alone, else one
    that is for its asker's group alone.

    Raises:
        FaqbotError: who reads the turn is not known now.
    """
    told = [passage.faq_id for passage in turn.passages]
    found = [await retriever.aside(retriever.category_of, faq_id) for faq_id in told]
    return await audiences.category_of(turn.question, [one for one in found if one])


def book_of(
    stores: Stores,
    profile: Profile,
    *,
    examine: Callable[[Lesson], Awaitable[Examined]],
    catch_up: Callable[[], Awaitable[None]],
    settings: Settings,
) -> LessonBook:
    """Return the book of lessons over stores; see `LessonBook`."""
    return LessonBook(
        lessons=stores.lessons,
        cases=stores.cases,
        reports=stores.reports,
        examine=examine,
        catch_up=catch_up,
        retract=Retractions(
            reports=stores.reports,
            archive=stores.archive,
            history=stores.history,
            inbox=stores.inbox,
            profile=profile,
        ).tell,
        longest_characters=profile.longest_lesson_characters,
        review_after=timedelta(days=days) if (days := settings.lesson_review_days) else None,
        wants_second=settings.lesson_second_owner,
    )
