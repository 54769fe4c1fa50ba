"""The messages that the arranger sends by itself: a meeting begins soon, or a poll has lapsed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.errors import PlatformError
from core.ports import Archive
from core.skills.meetings import NAME
from core.skills.meetings.diary import Diary
from core.skills.meetings.meeting import Meeting, Slot
from core.skills.meetings.words import Words
from core.skills.messenger import Messenger
from core.skills.skill import SkillReply
from core.types import Question

logger = logging.getLogger(__name__)

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reminders:
    """Tells of meetings that begin within `before`, and of polls that have lapsed."""

    diary: Diary
    archive: Archive
    messenger: Messenger
    words: Words
    before: timedelta

    async def run(self, now: datetime) -> int:
        """Tell what is due, and return how much that was; what was told before is not told again.

        Raises:
            StorageError: a store failed; what is left goes with the next run.
        """
        told = await self._lapsed(now)
        for meeting in await self.diary.starting(Slot(now, now + self.before)):
            told += await self._reminded(meeting, now)
        return told

    async def _reminded(self, meeting: Meeting, now: datetime) -> int:
        """Post the reminder where the meeting was booked, and send it to each person who comes."""
        booked = await self.archive.find(meeting.id)
        if booked is None:  # the conversation was deleted
            return 0
        slot = Slot(*(at.astimezone(now.tzinfo) for at in (meeting.slot.start, meeting.slot.end)))
        minutes = -((now - slot.start) // _MINUTE)
        text = self.words.texts["reminder"].format(minutes=minutes)
        about = self.words.about(replace(meeting, slot=slot))
        reply = SkillReply(f"{text}\n\n{about}", topic=meeting.id)
        # A meeting that was moved gets another reminder; one that was not gets only one.
        key = f"reminder {meeting.changes}"
        here = replace(booked.question, text=meeting.title)
        places = [here, *(await self._places(meeting, here))]
        told = [await self.messenger.tell(one, reply, skill=NAME, key=key) for one in places]
        return sum(told)

    async def _places(self, meeting: Meeting, near: Question) -> list[Question]:
        """Return where those who come read alone, as far as they can be written to."""
        found: list[Question] = []
        for one in meeting.people:
            try:
                place = await self.messenger.direct(one.id, near)
            except PlatformError as error:
                logger.error("%s is not reminded: %s", one.id, error)
                continue
            if place:
                found.append(replace(place, text=near.text))
        return found

    async def _lapsed(self, now: datetime) -> int:
        """Tell the organiser that not all have answered in time."""
        told = 0
        for poll in await self.diary.open_polls():
            if poll.ends > now or not await self.diary.save_poll(replace(poll, state="lapsed")):
                continue
            reply = SkillReply(self.words.texts["lapsed"], only=(poll.organizer,), topic=poll.id)
            key = f"lapsed {poll.id}"
            told += await self.messenger.tell(poll.place, reply, skill=NAME, key=key)
        return told
