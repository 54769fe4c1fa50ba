"""Reminders: a meeting that begins soon is told of in the conversation where it was booked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.ports import Archive, History, Inbox
from core.press_ids import press_id
from core.skills.meetings.diary import Diary, Meeting, Slot
from core.skills.meetings.words import Words
from core.types import Turn, TurnState

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reminders:
    """Tells of meetings that begin within `before`."""

    diary: Diary
    history: History
    archive: Archive
    inbox: Inbox
    words: Words
    before: timedelta

    async def run(self, now: datetime) -> int:
        """Hand in what is due, and return how much was; what was handed in before stays as it is.

        Raises:
            StorageError: a store failed; what is left goes with the next run.
        """
        soon = await self.diary.starting(Slot(now, now + self.before))
        return sum([await self._handed_in(meeting, now) for meeting in soon])

    async def _handed_in(self, meeting: Meeting, now: datetime) -> bool:
        """Store a turn that is shown like any other, and say whether it is a new one."""
        booked = await self.archive.find(meeting.id)
        if booked is None:  # the conversation was deleted
            return False
        slot = Slot(*(at.astimezone(now.tzinfo) for at in (meeting.slot.start, meeting.slot.end)))
        minutes = -((now - slot.start) // _MINUTE)
        text = self.words.texts["reminder"].format(minutes=minutes)
        # A meeting that was moved is told of again; one that was not, once.
        name = press_id(meeting.id, f"reminder {meeting.changes}")
        question = replace(
            booked.question, id=name, text=meeting.title, asked_at=now, edited_at=None
        )
        turn = Turn(
            question,
            TurnState.ANSWERED,
            f"{text}\n\n{self.words.about(replace(meeting, slot=slot))}",
            finished_at=now,
        )
        is_new = await self.history.append(turn)
        await self.inbox.receive(question)
        return is_new
