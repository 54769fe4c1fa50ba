"""Calendars that people keep elsewhere, by CalDAV: they say who is busy, and get the meetings.

The diary stays the one arbiter among meetings of the bot; what stands in a calendar comes on top.
https://www.rfc-editor.org/rfc/rfc4791
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from functools import partial
from typing import Any, Final, TypeVar

from caldav.davclient import DAVClient
from caldav.lib.error import DAVError, NotFoundError

from core.errors import StorageError
from core.skills.meetings.diary import Diary
from core.skills.meetings.invitation import event_uid, invitation
from core.skills.meetings.meeting import Meeting, Slot, person_key
from core.skills.meetings.poll import Poll

logger = logging.getLogger(__name__)

T = TypeVar("T")

_TIMEOUT_S: Final = 10


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a CalDAV server. A calendar is a person's if it has their name or id."""

    url: str
    user: str
    password: str
    zone: tzinfo  # the zone of days and times that name none


class CalendarDiary:
    """Implements `Diary` by another one, and by the calendars of an account."""

    def __init__(self, diary: Diary, account: Account) -> None:
        self._diary = diary
        self._account = account

    async def meetings(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """See `Diary`: the bot's own."""
        return await self._diary.meetings(people, slot)

    async def busy(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """See `Diary`; what stands in a calendar has no title here, and is nobody else's."""
        own = await self._diary.busy(people, slot)
        uids = {event_uid(one) for one in await self._diary.meetings(people, slot)}
        foreign = await self._called(partial(self._events, people, slot, uids))
        return sorted([*own, *foreign], key=lambda one: one.slot.start)

    async def starting(self, slot: Slot) -> list[Meeting]:
        """See `Diary`."""
        return await self._diary.starting(slot)

    async def find(self, meeting_id: str) -> Meeting | None:
        """See `Diary`."""
        return await self._diary.find(meeting_id)

    async def book(self, meeting: Meeting) -> Meeting | None:
        """See `Diary`; the event follows in the calendars of those who have one."""
        if await self._is_taken(meeting):
            return None
        return await self._followed(await self._diary.book(meeting))

    async def move(self, meeting_id: str, slot: Slot) -> Meeting | None:
        """See `Diary`."""
        there = await self._diary.find(meeting_id)
        if there is None or await self._is_taken(replace(there, slot=slot)):
            return None
        return await self._followed(await self._diary.move(meeting_id, slot))

    async def cancel(self, meeting_id: str) -> Meeting | None:
        """See `Diary`."""
        return await self._followed(await self._diary.cancel(meeting_id))

    async def add_poll(self, poll: Poll) -> Poll:
        """See `Diary`."""
        return await self._diary.add_poll(poll)

    async def find_poll(self, poll_id: str) -> Poll | None:
        """See `Diary`."""
        return await self._diary.find_poll(poll_id)

    async def save_poll(self, poll: Poll) -> bool:
        """See `Diary`."""
        return await self._diary.save_poll(poll)

    async def open_polls(self) -> list[Poll]:
        """See `Diary`."""
        return await self._diary.open_polls()

    async def of_person(self, person: str) -> tuple[list[Meeting], list[Poll]]:
        """See `Diary`."""
        return await self._diary.of_person(person)

    async def forget(self, person: str) -> int:
        """See `Diary`; what stands in their calendars stays."""
        return await self._diary.forget(person)

    async def _is_taken(self, meeting: Meeting) -> bool:
        uids = {event_uid(meeting)}
        mine = partial(self._events, meeting.everybody, meeting.slot, uids)
        return bool(await self._called(mine))

    async def _followed(self, meeting: Meeting | None) -> Meeting | None:
        """Bring the calendars in line; the meeting stands in the diary, whatever they do."""
        if meeting:
            try:
                await self._called(partial(self._written, meeting))
            except StorageError as error:
                logger.error("a meeting is not in its calendars: %s", error)
        return meeting

    async def _called(self, work: Callable[[dict[str, Any]], T]) -> T:
        return await asyncio.to_thread(self._with_calendars, work)

    def _with_calendars(self, work: Callable[[dict[str, Any]], T]) -> T:
        """Return what `work` does with the calendars, by whose they are.

        Raises:
            StorageError: the server does not answer, or refuses.
        """
        account = self._account
        try:
            with DAVClient(
                url=account.url,
                username=account.user,
                password=account.password,
                timeout=_TIMEOUT_S,
            ) as client:
                found = client.principal().calendars()  # type: ignore[no-untyped-call]
                return work({person_key(one.get_display_name() or ""): one for one in found})
        except (DAVError, OSError) as error:  # errors of the network are among these
            why = type(error).__name__
            raise StorageError(
                f"the calendars at FAQBOT_CALDAV_URL cannot be used: {why}"
            ) from error

    def _events(
        self, people: Sequence[str], slot: Slot, but: set[str], calendars: dict[str, Any]
    ) -> list[Meeting]:
        """Return what keeps people busy in their calendars, but for events of these ids."""
        found: list[Meeting] = []
        for person in dict.fromkeys(map(person_key, people)):
            if not (calendar := calendars.get(person)):
                continue
            start, end = slot.start.astimezone(UTC), slot.end.astimezone(UTC)
            for event in calendar.search(start=start, end=end, event=True, expand=True):
                part = event.icalendar_component
                taken = Slot(self._moment(part.start), self._moment(part.end))
                free = part.get("transp") == "TRANSPARENT" or part.get("status") == "CANCELLED"
                if str(part.get("uid")) not in but and not free and taken.meets(slot):
                    found.append(Meeting("", "", person, (), taken))
        return found

    def _moment(self, said: datetime | date) -> datetime:
        if not isinstance(said, datetime):
            return datetime.combine(said, time(), self._account.zone)
        return said if said.tzinfo else said.replace(tzinfo=self._account.zone)

    def _written(self, meeting: Meeting, calendars: dict[str, Any]) -> None:
        for person in meeting.everybody:
            if not (calendar := calendars.get(person)):
                continue
            if not meeting.cancelled:
                calendar.add_event(invitation(meeting, datetime.now(UTC), stored=True).text)
                continue
            with suppress(NotFoundError):
                calendar.event_by_uid(event_uid(meeting)).delete()
