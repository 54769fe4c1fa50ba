"""Retractions: notes below the answers that used a lesson which was undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from core.ports import Archive, History, Inbox, Reports
from core.press_ids import press_id
from core.profile import Profile
from core.retrieval.overlay.lessons import PREFIX
from core.text.languages import to_asker
from core.text.markdown.measure import shortened
from core.types import InboxState, Lesson, Question, Turn, TurnState

_LOOKED_AT: Final = 2_000  # answers, the latest first
_SHOWN_CHARS: Final = 120


class Retractions:
    """Puts a note for each such answer into the inbox; any process of its platform shows it."""

    def __init__(
        self,
        *,
        reports: Reports,
        archive: Archive,
        history: History,
        inbox: Inbox,
        profile: Profile,
    ) -> None:
        self._reports = reports
        self._archive = archive
        self._history = history
        self._inbox = inbox
        self._profile = profile

    async def tell(self, lesson: Lesson) -> list[Question]:
        """Add a note to each answer that used a lesson, saying that the lesson was undone.

        Return the questions that were answered so. Repeating this adds nothing. Deleted questions
        get no note, and are not returned.

        Raises:
            StorageError: some answers have no note yet.
        """
        now, told = datetime.now(UTC), list[Question]()
        for turn in await self._using(lesson, now):
            asked = await self._inbox.find(turn.question.id)
            if asked and asked.state is InboxState.WITHDRAWN:
                continue
            note = self._note(turn.question, lesson, now)
            await self._history.append(note)
            await self._inbox.receive(note.question)
            told.append(turn.question)
        return told

    async def _using(self, lesson: Lesson, now: datetime) -> list[Turn]:
        later = now + timedelta(days=1)
        latest = await self._reports.latest(_LOOKED_AT, before=later, state=TurnState.ANSWERED)
        named = [turn.question.id for turn in latest if lesson.question in turn.sources]
        faq_id = f"{PREFIX}{lesson.id}"
        turns = [await self._archive.find(one) for one in named]  # lists lack the passages
        return [one for one in turns if one and faq_id in [used.faq_id for used in one.passages]]

    def _note(self, question: Question, lesson: Lesson, now: datetime) -> Turn:
        named = press_id(question.id, f"undone {lesson.id}")
        asked = replace(question, id=named, asked_at=now, edited_at=None)
        shown = shortened(" ".join(lesson.question.split()), _SHOWN_CHARS)
        profile = to_asker(self._profile, question.text)
        text = profile.case.retracted.replace("{question}", shown)
        return Turn(asked, TurnState.ANSWERED, text, finished_at=now)
