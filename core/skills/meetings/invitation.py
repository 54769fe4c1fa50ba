"""A meeting as a file that any calendar reads: RFC 5545, https://www.rfc-editor.org/rfc/rfc5545."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from icalendar import Calendar, Event

from core.skills.meetings.meeting import Meeting
from core.types import File

_PRODUCT: Final = "-//faqbot//meetings//"


def invitation(meeting: Meeting, now: datetime, *, stored: bool = False) -> File:
    """Return the meeting as an `.ics`; of one that was moved or cancelled, what says so.

    What is `stored` in a calendar has no method: https://www.rfc-editor.org/rfc/rfc4791#section-4.1
    Opening a later file changes or removes the event: its id stays, and its sequence grows.
    """
    event = Event()
    event.add("uid", event_uid(meeting))
    event.add("sequence", meeting.changes)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", meeting.slot.start.astimezone(UTC))
    event.add("dtend", meeting.slot.end.astimezone(UTC))
    event.add("summary", meeting.title)
    event.add("status", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    if meeting.people:
        event.add("description", ", ".join(one.name for one in meeting.people))
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    if not stored:
        calendar.add("method", "CANCEL" if meeting.cancelled else "PUBLISH")
    calendar.add_component(event)
    return File("meeting.ics", "text/calendar", calendar.to_ical().decode())


def event_uid(meeting: Meeting) -> str:
    """Return the id of the event, which does not reveal where the meeting was asked for."""
    return f"{blake2b(meeting.id.encode(), digest_size=16).hexdigest()}@faqbot"
