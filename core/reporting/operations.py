"""The operations of the people who run the bot; each change goes into the audit log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

import numpy as np

from core.assistant.assistant import Assistant
from core.lessons.book import LessonBook, Taught
from core.ports import Archive, Inbox, Lessons, Reports, Vectors
from core.reporting.catalogue import Catalogue
from core.reporting.gaps import Embed, GapGroup, grouped, open_gaps
from core.reporting.replay import ReplayCase, ReplayOutcome, outcome_of
from core.reporting.switches import Switchboard
from core.reporting.trial import Trials
from core.stores.counts import entry_counts
from core.stores.tags import entry_tag, person_tag, place_tag, platform_tag
from core.types import (
    AuditEvent,
    Feedback,
    Lesson,
    Question,
    Removed,
    SessionId,
    Turn,
    TurnState,
)

logger = logging.getLogger(__name__)

SESSION: Final = SessionId("console:lessons")
_LOOKED_AT: Final = 1_000  # turns that one search goes through
_PAGE: Final = 100
_MOST_RATED: Final = 1_000  # opinions, the latest, that a search by rating goes through
_MOST_ASKED_AGAIN: Final = 50
_MOST_VECTORS: Final = 5_000  # the vectors of gaps that are kept, so that each is embedded once
_MOST_TAUGHT: Final = 5  # questions of a group that a lesson is stored for
_DRAFT_PARTS: Final = 2
_DRAFT_CHARS: Final = 600


@dataclass(frozen=True, slots=True)
class Filter:
    """The turns that are looked for; "" and None stand for all."""

    text: str = ""
    platform: str = ""
    channel: str = ""
    state: TurnState | None = None
    rated: str = ""  # helpful or unhelpful
    entry: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Turns that were looked for, the last one first; the search goes on `before` that moment."""

    turns: Sequence[tuple[Turn, tuple[Feedback, ...]]]
    before: datetime | None


@dataclass(frozen=True, slots=True)
class LessonEffect:
    """The effect of a lesson: how many questions of its group are answered now, of how many.

    `kept` is what came of storing it for each of them.
    """

    asked: int
    answered: int
    kept: Sequence[Taught] = ()


class Operations:
    """The one place behind the console."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        reports: Reports,
        archive: Archive,
        inbox: Inbox,
        lessons: Lessons,
        assistant: Assistant,
        embed: Embed,
        catalogue: Catalogue,
        trials: Trials,
        switchboard: Switchboard,
        book: LessonBook,
        category_of: Callable[[Turn], Awaitable[str]],
    ) -> None:
        """`category_of` is the category of what is learnt from a turn."""
        self.reports = reports
        self.archive = archive
        self.inbox = inbox
        self.lessons = lessons
        self.assistant = assistant
        self._embed = embed
        self._vectors: dict[str, Vectors] = {}
        self.catalogue = catalogue
        self.trials = trials
        self.switchboard = switchboard
        self._book = book
        self._category_of = category_of

    async def find(self, wanted: Filter, *, limit: int, before: datetime) -> Found:
        """Look for turns that ended before a moment, among the last thousand before it.

        Raises:
            StorageError: they cannot be read.
        """
        found: list[tuple[Turn, tuple[Feedback, ...]]] = []
        looked_at, place = 0, before
        while looked_at < _LOOKED_AT:
            most = _PAGE if looked_at == 0 else _LOOKED_AT - looked_at
            page = await self._page(wanted, most, place)
            chosen = [turn for turn in page if _is_wanted(turn, wanted)]
            given: dict[str, list[Feedback]] = {}
            for opinion in await self.archive.opinions([turn.question.id for turn in chosen]):
                given.setdefault(opinion.question_id, []).append(opinion)
            for turn in chosen:
                opinions = tuple(given.get(turn.question.id, ()))
                if not wanted.rated or any(_is_rated(one, wanted.rated) for one in opinions):
                    found.append((turn, opinions))
                if len(found) == limit:
                    return Found(found, turn.finished_at)
            if len(page) < most:
                return Found(found, None)
            looked_at, place = looked_at + len(page), page[-1].finished_at
        return Found(found, place)

    async def _page(self, wanted: Filter, most: int, before: datetime) -> Sequence[Turn]:
        """Read the last turns before a moment, by the narrowest index that the filter has."""
        if wanted.rated and not (wanted.person or wanted.entry):
            given = await self.reports.rated(_MOST_RATED, helpful=wanted.rated == "helpful")
            turns = await self.archive.found([one.question_id for one in given])
            turns.sort(key=lambda turn: turn.finished_at, reverse=True)
            return [turn for turn in turns if turn.finished_at < before][:most]
        return await self.reports.latest(most, before=before, state=wanted.state, tag=_tag(wanted))

    async def gaps(self) -> list[GapGroup]:
        """Read the open gaps, grouped by meaning.

        Raises:
            StorageError: they cannot be read.
        """
        now = datetime.now(UTC)
        gaps = await open_gaps(self.reports, self.archive, now=now)
        return await asyncio.to_thread(grouped, gaps, self._embedded, now=now)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts; those of the gaps before are known."""
        if len(self._vectors) > _MOST_VECTORS:
            self._vectors.clear()
        if missing := [text for text in texts if text not in self._vectors]:
            self._vectors.update(zip(missing, self._embed(missing), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    async def draft(self, text: str) -> str:
        """Return the parts of the nearest entries as a draft of an answer; "" without any.

        Raises:
            FaqbotError: it cannot be searched for.
        """
        research = await self.assistant.research(text, SessionId("draft"), ())
        near = await self.assistant.nearest(research.hits[:_DRAFT_PARTS])
        return "\n\n".join(entry.text[:_DRAFT_CHARS].strip() for entry in near)

    async def teach(
        self, questions: Sequence[tuple[str, str]], answer: str, *, who: str, approved: bool
    ) -> LessonEffect:
        """Teach the answer to a group's questions, ask them again, and close those it answers.

        `questions` are ids and texts. What the gate finds holds it, unless `who` has `approved`.

        Raises:
            StorageError: it is not stored.
        """
        kept = [
            await self._book.keep(lesson, by=who, approved_by=who if approved else "")
            for lesson in await self.lessons_for(questions, answer, who=who)
        ]
        return replace(await self.ask_again(questions), kept=kept)

    async def lessons_for(
        self, questions: Sequence[tuple[str, str]], answer: str, *, who: str
    ) -> list[Lesson]:
        """Return the lessons that an answer to a group's questions is taught as.

        Raises:
            StorageError: what the questions were answered with cannot be looked up.
        """
        texts = {text: question_id for question_id, text in reversed(questions)}
        return [
            Lesson(
                f"console:{blake2b(f'{text} {answer}'.encode(), digest_size=8).hexdigest()}",
                SESSION,
                text,
                answer,
                author=f"console:{who}",
                author_name=who,
                category=await self._category_for(question_id),
            )
            for text, question_id in list(texts.items())[:_MOST_TAUGHT]
        ]

    async def _category_for(self, question_id: str) -> str:
        turn = await self.archive.find(question_id)
        return await self._category_of(turn) if turn else ""

    async def ask_again(self, questions: Sequence[tuple[str, str]]) -> LessonEffect:
        """Ask a group's questions again, and close those that are answered now.

        Raises:
            FaqbotError: they cannot be searched for, or what is closed cannot be stored.
        """
        assistant = self.assistant.forgetful()
        asked = questions[:_MOST_ASKED_AGAIN]
        outcomes: dict[str, ReplayOutcome] = {}
        for _, text in asked:
            if text not in outcomes:
                outcomes[text] = await outcome_of(assistant, ReplayCase(text))
        answered = {
            text
            for text, one in outcomes.items()
            if one.state is TurnState.ANSWERED and one.sources
        }
        closed = [question_id for question_id, text in questions if text in answered]
        await self.reports.close_gaps(closed, datetime.now(UTC))
        return LessonEffect(len(asked), sum(text in answered for _, text in asked))

    async def correct(
        self, lesson_id: str, answer: str, *, who: str, approved: bool
    ) -> Taught | None:
        """Change a lesson's answer, as `teach` does; None if there is no such lesson.

        Raises:
            StorageError: it is not stored.
        """
        known = await self.lessons.find(lesson_id)
        if known is None:
            return None
        changed = replace(known, answer=answer, learned_at=datetime.now(UTC))
        return await self._book.keep(changed, by=who, approved_by=who if approved else "")

    async def approve(self, lesson_id: str, *, who: str) -> Taught | None:
        """Serve a lesson that is held or has expired; None if there is no such lesson.

        Raises:
            StorageError: it is not served yet.
        """
        known = await self.lessons.find(lesson_id)
        return await self._book.approve(known, by=who) if known else None

    async def unteach(self, lesson_id: str, *, who: str) -> bool:
        """Forget a lesson; False if there is no such lesson.

        Raises:
            StorageError: it is known still.
        """
        return await self._book.undo(lesson_id, by=who) is not None

    async def forget(self, person: str, *, who: str) -> Removed:
        """Delete what a person asked and thought; that it was done is logged, not of whom it was.

        Raises:
            StorageError: not all is deleted.
        """
        removed = await self.archive.forget(person)
        counts = (
            f"{removed.turns} turns, {removed.questions} questions, {removed.feedback} opinions"
        )
        await self.note(who, "person.delete", counts)
        return removed

    async def note(self, who: str, action: str, detail: str = "") -> None:
        """Add a change to the audit log."""
        await self.reports.note(AuditEvent(datetime.now(UTC), who, action, detail))


def last_of_all() -> datetime:
    """Return a moment after every turn."""
    return datetime.now(UTC) + timedelta(days=1)


def _is_wanted(turn: Turn, wanted: Filter) -> bool:
    question: Question = turn.question
    platform, _, place = question.session.partition(":")
    return (
        (wanted.state is None or turn.state is wanted.state)
        and (not wanted.platform or platform == wanted.platform)
        and (not wanted.channel or wanted.channel in place.split(":"))
        and (not wanted.person or question.asker == wanted.person)
        and (not wanted.entry or wanted.entry in entry_counts(turn))
        and (
            not wanted.text
            or wanted.text.casefold() in f"{question.text}\n{turn.answer}".casefold()
        )
    )


def _tag(wanted: Filter) -> str:
    """Return the rarest tag of what is looked for, "" of none."""
    if wanted.person:
        return person_tag(wanted.person)
    if wanted.entry:
        return entry_tag(wanted.entry)
    if wanted.channel:
        return place_tag(wanted.channel)
    return platform_tag(wanted.platform) if wanted.platform else ""


def _is_rated(opinion: Feedback, rated: str) -> bool:
    return opinion.helpful is (rated == "helpful")
