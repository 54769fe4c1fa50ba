"""The diary in MongoDB, for installations of several machines.

Who is busy when is kept in one document a person, which is written only if it is as it was read.
So two people cannot both get the same time. The people of a meeting are booked one after
the other, in the order of their names; if one of them is busy, the others are let go again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from core.skills.meetings.meeting import Attendee, Meeting, Slot, person_key
from core.skills.meetings.poll import POLLS, Poll
from core.stores.mongo.database import Document, MongoDatabase
from core.stores.times import in_utc, utc_now

_BY_START: Final = [("start", ASCENDING), ("_id", ASCENDING)]
_BY_ID: Final = [("_id", ASCENDING)]
_KEPT: Final = timedelta(days=30)  # past times that a person's document still holds
# A time without its meeting, of a process that died; the next booking replaces it.
_ABANDONED: Final = timedelta(minutes=5)

Times = list[dict[str, Any]]


class MongoDiary:
    """Implements `Diary` in a database that all processes share."""

    def __init__(self, database: MongoDatabase, clock: Callable[[], datetime] = utc_now) -> None:
        self._db = database
        self._clock = clock

    async def meetings(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """See `Diary`."""
        keys = sorted(set(map(person_key, people)))
        with self._db.translated():
            found = self._db.diary_people.find({"_id": {"$in": keys}})
            times = [time async for person in found for time in person["busy"]]
            ids = sorted({time["meeting"] for time in times if _meets(time, slot)})
            documents = self._db.diary_meetings.find({"_id": {"$in": ids}})
            known = [_meeting(document) async for document in documents]
        there = [one for one in known if not one.cancelled and one.slot.meets(slot)]
        return sorted(there, key=lambda one: (one.slot.start, one.id))

    async def busy(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """See `Diary`: the meetings."""
        return await self.meetings(people, slot)

    async def starting(self, slot: Slot) -> list[Meeting]:
        """See `Diary`."""
        begins = {"$gte": in_utc(slot.start), "$lt": in_utc(slot.end)}
        with self._db.translated():
            found = self._db.diary_meetings.find({"start": begins}).sort(_BY_START)
            meetings = [_meeting(document) async for document in found]
        return [one for one in meetings if not one.cancelled]

    async def find(self, meeting_id: str) -> Meeting | None:
        """See `Diary`."""
        with self._db.translated():
            found = await self._db.diary_meetings.find_one({"_id": meeting_id})
            return _meeting(found) if found else None

    async def book(self, meeting: Meeting) -> Meeting | None:
        """See `Diary`."""
        if there := await self.find(meeting.id):
            return there
        if await self.meetings(meeting.everybody, meeting.slot):
            return None
        with self._db.translated():
            if not await self._take(meeting):
                return None
            try:
                await self._db.diary_meetings.insert_one({"_id": meeting.id, **_fields(meeting)})
            except DuplicateKeyError:
                return await self.find(meeting.id)
            return meeting

    async def move(self, meeting_id: str, slot: Slot) -> Meeting | None:
        """See `Diary`."""
        there = await self.find(meeting_id)
        if there is None or there.cancelled:
            return None
        moved = there
        if (slot.start, slot.end) != (there.slot.start, there.slot.end):
            moved = replace(there, slot=slot, changes=there.changes + 1)
        with self._db.translated():
            if not await self._take(moved):
                return None
            unchanged = {"_id": meeting_id, "changes": there.changes, "cancelled": False}
            change = {"$set": _fields(moved)}
            done = (await self._db.diary_meetings.update_one(unchanged, change)).matched_count == 1
            now = await self.find(meeting_id) or moved  # somebody else may have changed it
            await self._let_go(now, lambda time: now.cancelled or not _is_at(time, now.slot))
        return now if done else None

    async def cancel(self, meeting_id: str) -> Meeting | None:
        """See `Diary`."""
        while (there := await self.find(meeting_id)) and not there.cancelled:
            gone = replace(there, cancelled=True, changes=there.changes + 1)
            unchanged = {"_id": meeting_id, "changes": there.changes}
            with self._db.translated():
                await self._db.diary_meetings.update_one(unchanged, {"$set": _fields(gone)})
        if there:
            await self._let_go(there, lambda _: True)
        return there

    async def add_poll(self, poll: Poll) -> Poll:
        """See `Diary`."""
        with self._db.translated():
            try:
                await self._db.diary_polls.insert_one({"_id": poll.id, **_poll_fields(poll)})
            except DuplicateKeyError:
                return await self.find_poll(poll.id) or poll
            return poll

    async def find_poll(self, poll_id: str) -> Poll | None:
        """See `Diary`."""
        with self._db.translated():
            found = await self._db.diary_polls.find_one({"_id": poll_id})
            return POLLS.validate_json(found["record"]) if found else None

    async def save_poll(self, poll: Poll) -> bool:
        """See `Diary`."""
        saved = replace(poll, version=poll.version + 1)
        unchanged = {"_id": poll.id, "version": poll.version}
        with self._db.translated():
            change = {"$set": _poll_fields(saved)}
            return (await self._db.diary_polls.update_one(unchanged, change)).matched_count == 1

    async def open_polls(self) -> list[Poll]:
        """See `Diary`."""
        return await self._polls({"open": True})

    async def of_person(self, person: str) -> tuple[list[Meeting], list[Poll]]:
        """See `Diary`."""
        key = person_key(person)
        with self._db.translated():
            found = self._db.diary_meetings.find({"attendees": key}).sort(_BY_START)
            meetings = [_meeting(document) async for document in found]
        return meetings, await self._polls({"people": key})

    async def forget(self, person: str) -> int:
        """See `Diary`."""
        key = person_key(person)
        meetings, polls = await self.of_person(person)
        for meeting in meetings:
            if person_key(meeting.organizer) == key:
                await self._let_go(meeting, lambda _: True)
                await self._db.diary_meetings.delete_one({"_id": meeting.id})
                continue
            left = tuple(one for one in meeting.people if one.key != key)
            named = {"$set": _fields(replace(meeting, people=left))}
            await self._db.diary_meetings.update_one({"_id": meeting.id}, named)
        for poll in polls:
            await self._forget_in(poll, person)
        await self._db.diary_people.delete_one({"_id": key})
        return len(meetings) + len(polls)

    async def _forget_in(self, poll: Poll | None, person: str) -> None:
        while poll and poll.names(person):
            kept = poll.forgetting(person)
            if kept is None:
                await self._db.diary_polls.delete_one({"_id": poll.id})
                return
            if await self.save_poll(kept):
                return
            poll = await self.find_poll(poll.id)  # somebody has changed it meanwhile

    async def _polls(self, query: Document) -> list[Poll]:
        with self._db.translated():
            found = self._db.diary_polls.find(query).sort(_BY_ID)
            return [POLLS.validate_json(document["record"]) async for document in found]

    async def _take(self, meeting: Meeting) -> bool:
        """Note a meeting's time with all who come; False, and nothing noted, if one is busy."""
        time = {"meeting": meeting.id, "start": in_utc(meeting.slot.start)}
        time |= {"end": in_utc(meeting.slot.end), "at": self._clock()}
        for key in sorted(meeting.everybody):
            if not await self._noted(key, time, meeting.slot):
                await self._let_go(meeting, lambda one: one["at"] == time["at"])
                return False
        return True

    async def _noted(self, key: str, time: dict[str, Any], slot: Slot) -> bool:
        """Note a time with one person, unless they are busy then with another meeting."""
        while True:
            person = await self._db.diary_people.find_one({"_id": key})
            busy: Times = person["busy"] if person else []
            others = [
                one for one in busy if one["meeting"] != time["meeting"] and _meets(one, slot)
            ]
            if [one for one in others if not await self._is_abandoned(one)]:
                return False
            kept = [one for one in busy if one not in others and self._is_recent(one)]
            if any(one["meeting"] == time["meeting"] and _is_at(one, slot) for one in kept):
                return True
            if await self._write(key, person, [*kept, time]):
                return True

    async def _let_go(self, meeting: Meeting, which: Callable[[dict[str, Any]], bool]) -> None:
        """Take a meeting's times away from those who come."""
        for key in meeting.everybody:
            while person := await self._db.diary_people.find_one({"_id": key}):
                kept = [
                    one for one in person["busy"] if one["meeting"] != meeting.id or not which(one)
                ]
                if len(kept) == len(person["busy"]) or await self._write(key, person, kept):
                    break

    async def _write(self, key: str, person: Document | None, busy: Times) -> bool:
        """Write a person's times; False if they have changed since they were read."""
        if person is None:
            try:
                await self._db.diary_people.insert_one({"_id": key, "version": 1, "busy": busy})
            except DuplicateKeyError:
                return False
            return True
        unchanged = {"_id": key, "version": person["version"]}
        change = {"$set": {"busy": busy, "version": person["version"] + 1}}
        return (await self._db.diary_people.update_one(unchanged, change)).matched_count == 1

    async def _is_abandoned(self, time: dict[str, Any]) -> bool:
        """Return whether the process that noted a time has died before it booked."""
        if self._clock() - time["at"] < _ABANDONED:
            return False
        meeting = await self._db.diary_meetings.find_one({"_id": time["meeting"]})
        return meeting is None or meeting["cancelled"] or meeting["start"] != time["start"]

    def _is_recent(self, time: dict[str, Any]) -> bool:
        return bool(time["end"] > self._clock() - _KEPT)


def _meets(time: dict[str, Any], slot: Slot) -> bool:
    return bool(time["start"] < slot.end and slot.start < time["end"])


def _is_at(time: dict[str, Any], slot: Slot) -> bool:
    return bool(time["start"] == in_utc(slot.start) and time["end"] == in_utc(slot.end))


def _fields(meeting: Meeting) -> Document:
    """Return what is stored of a meeting beside its id, which no update may change."""
    return {
        "title": meeting.title,
        "organizer": meeting.organizer,
        "people": [[one.name, one.id] for one in meeting.people],
        "attendees": list(meeting.everybody),
        "start": in_utc(meeting.slot.start),
        "end": in_utc(meeting.slot.end),
        "changes": meeting.changes,
        "cancelled": meeting.cancelled,
    }


def _meeting(document: Document) -> Meeting:
    people: Iterable[Sequence[str]] = document["people"]
    return Meeting(
        document["_id"],
        document["title"],
        document["organizer"],
        tuple(Attendee(*one) for one in people),
        Slot(document["start"], document["end"]),
        document["changes"],
        document["cancelled"],
    )


def _poll_fields(poll: Poll) -> Document:
    return {
        "version": poll.version,
        "open": poll.state == "open",
        "people": sorted({person_key(poll.organizer), *(one.key for one in poll.people)}),
        "record": POLLS.dump_json(poll).decode(),
    }
