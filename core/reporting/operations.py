"""The operations of the people who run the bot; each change goes into the audit log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

import numpy as np

from core.assistant.assistant import Assistant
from core.lessons.book import LessonBook, Taught
from core.ports import Archive, Cases, Inbox, Lessons, Reports, Vectors
from core.reporting.catalogue import Catalogue
from core.reporting.conversations import Filter, Finder, Found
from core.reporting.gaps import Embed, GapGroup, GapStores, grouped, open_gaps
from core.reporting.person_records import Forgotten, PersonRecords
from core.reporting.replay import ReplayCase, ReplayOutcome, outcome_of
from core.reporting.switches import Switchboard
from core.reporting.trial import Trials
from core.retrieval.overlay.lesson_sync import all_lessons
from core.retry import until_back
from core.types import (
    AuditEvent,
    Lesson,
    SessionId,
    Turn,
    TurnState,
)

logger = logging.getLogger(__name__)

SESSION: Final = SessionId("console:lessons")
_MOST_ASKED_AGAIN: Final = 50  # wordings of a group
_MOST_TAUGHT: Final = 5  # questions of a group that a lesson is stored for


@dataclass(frozen=True, slots=True)
class LessonEffect:
    """The effect of a lesson: how many questions of its group are answered now, of how many.

    `kept` is what came of storing it for each of them.
    """

    asked: int
    answered: int
    kept: Sequence[Taught] = ()


class Operations:
    """The operations of the console."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        reports: Reports,
        archive: Archive,
        inbox: Inbox,
        lessons: Lessons,
        cases: Cases,
        assistant: Assistant,
        embed: Embed,
        catalogue: Catalogue,
        trials: Trials,
        switchboard: Switchboard,
        book: LessonBook,
        category_of: Callable[[Turn], Awaitable[str]],
        personal: PersonRecords,
    ) -> None:
        """Give a lesson on a turn the category that `category_of` returns."""
        self.reports = reports
        self.archive = archive
        self.inbox = inbox
        self.lessons = lessons
        self._cases = cases
        self.assistant = assistant
        self._embed = embed
        self._vectors: dict[str, Vectors] = {}
        self.catalogue = catalogue
        self.trials = trials
        self.switchboard = switchboard
        self._book = book
        self._category_of = category_of
        self.personal = personal

    async def warm_up(self) -> None:
        """Read what the views keep in memory, so that nobody waits for it who opens one.

        Raises:
            FaqbotError: it cannot be read.
        """
        await self.catalogue.warm_up()
        await self.gaps()

    async def find(self, wanted: Filter, *, limit: int, before: datetime) -> Found:
        """Look for turns that ended before a moment, among the last thousand before it.

        Raises:
            StorageError: they cannot be read.
        """
        return await Finder(self.reports, self.archive).find(wanted, limit=limit, before=before)

    async def gaps(self) -> list[GapGroup]:
        """Read the open gaps, grouped by meaning.

        Raises:
            StorageError: they cannot be read.
        """
        now = datetime.now(UTC)
        stores = GapStores(self.reports, self.archive, self.lessons, self._cases)
        gaps = await open_gaps(stores, now=now)
        return await asyncio.to_thread(grouped, gaps, self._embedded, now=now)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts; those that the gaps had the last time are known."""
        known = self._vectors
        if missing := [text for text in texts if text not in known]:
            known = known | dict(zip(missing, self._embed(missing), strict=True))
        wanted = {text: known[text] for text in texts}
        self._vectors = wanted
        return np.stack(list(wanted.values()))

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
                author=_author(who),
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
        wordings = list(dict.fromkeys(text for _, text in questions))[:_MOST_ASKED_AGAIN]
        outcomes: dict[str, ReplayOutcome] = {}
        for text in wordings:
            outcomes[text] = await outcome_of(assistant, ReplayCase(text))
        asked = [text for _, text in questions if text in outcomes]
        answered = {
            text
            for text, one in outcomes.items()
            if one.state is TurnState.ANSWERED and one.sources
        }
        closed = [question_id for question_id, text in questions if text in answered]
        await self.reports.close_gaps(closed, datetime.now(UTC))
        return LessonEffect(len(asked), sum(text in answered for text in asked))

    async def _taught_together(self, lesson_id: str) -> list[Lesson]:
        """Return what `teach` has made of a lesson's answer, and it at last; [] if it is gone.

        An act on one of them is meant for the answer: a copy with the old one would still be told.
        The lesson itself is the last, so that an act that fails between them can be repeated.
        """
        known = await self.lessons.find(lesson_id)
        if known is None or known.session != SESSION:
            return [known] if known else []
        about = (known.session, known.author, known.answer)
        every = await all_lessons(self.lessons)
        same = [one for one in every if (one.session, one.author, one.answer) == about]
        return [*(one for one in same if one.id != known.id), known]

    async def correct(
        self, lesson_id: str, answer: str, *, who: str, approved: bool, is_known: bool
    ) -> list[Taught]:
        """Change the answer of a lesson, as `teach` does; [] if there is no such lesson.

        The lesson is then that of `who`, as it is where owners correct one on a platform.
        `is_known` is true if `who` has shown that this is their name.

        Raises:
            StorageError: it is not stored.
        """
        now, approved_by = datetime.now(UTC), who if approved else ""
        return [
            await self._book.keep(
                replace(known, answer=answer, author=_author(who), author_name=who, learned_at=now),
                by=who,
                approved_by=approved_by,
                is_known=is_known,
            )
            for known in await self._taught_together(lesson_id)
        ]

    async def approve(self, lesson_id: str, *, who: str, is_known: bool) -> list[Taught]:
        """Serve a lesson that is held or has expired; [] if there is no such lesson.

        `is_known` is as in `correct`.

        Raises:
            StorageError: it is not served yet.
        """
        together = await self._taught_together(lesson_id)
        return [await self._book.approve(known, by=who, is_known=is_known) for known in together]

    async def expire(self, lesson_id: str, *, who: str) -> bool:
        """Let a lesson expire; return False if there is none.

        Raises:
            StorageError: it is as it was.
        """
        together = await self._taught_together(lesson_id)
        for known in together:
            await self._book.expire(known, by=who)
        return bool(together)

    async def unteach(self, lesson_id: str, *, who: str) -> bool:
        """Delete a lesson; return False if there is none.

        Raises:
            StorageError: it is known still.
        """
        together = await self._taught_together(lesson_id)
        for known in together:
            await self._book.undo(known.id, by=who)
        return bool(together)

    async def forget(self, person: str, *, who: str) -> Forgotten:
        """Delete all that is kept of a person; that it was done is logged, not of whom it was.

        Raises:
            StorageError: not all is deleted.
        """
        gone = await self.personal.forget(person)
        removed = gone.removed
        counts = (
            f"{removed.turns} turns, {removed.questions} questions, {removed.feedback} opinions, "
            f"{removed.memories} memories, {gone.meetings} meetings"
        )
        # All is gone by now: a repeated call would log that there was nothing.
        await until_back(lambda: self.note(who, "person.delete", counts))
        return gone

    async def note(self, who: str, action: str, detail: str = "") -> None:
        """Add a change to the audit log."""
        await self.reports.note(AuditEvent(datetime.now(UTC), who, action, detail))


def _author(who: str) -> str:
    """Return the id of somebody who teaches at the console."""
    return f"console:{who}"
