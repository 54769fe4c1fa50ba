"""The port of a diary: it knows who is busy when, and it alone decides what is booked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.skills.meetings.meeting import Meeting, Slot
from core.skills.meetings.poll import Poll


class Diary(Protocol):
    """Knows who is busy when, and books. Everything raises `StorageError` if it cannot be used."""

    async def meetings(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """Return the meetings of any of these people that share time with a slot, by start."""
        ...

    async def busy(self, people: Sequence[str], slot: Slot) -> list[Meeting]:
        """Return all that keeps any of these people busy in a slot, by start."""
        ...

    async def starting(self, slot: Slot) -> list[Meeting]:
        """Return the meetings of all people that begin in a slot, by start."""
        ...

    async def find(self, meeting_id: str) -> Meeting | None:
        """Return a meeting, also a cancelled one; None if there is no such."""
        ...

    async def book(self, meeting: Meeting) -> Meeting | None:
        """Return the meeting as it is booked; None if somebody is busy, and nothing was changed.

        One with the same id is booked once: what is there already is returned.
        """
        ...

    async def move(self, meeting_id: str, slot: Slot) -> Meeting | None:
        """Return the moved meeting; None if somebody is busy, or it is cancelled or gone."""
        ...

    async def cancel(self, meeting_id: str) -> Meeting | None:
        """Return the cancelled meeting; None if there is no such. Twice is as good as once."""
        ...

    async def add_poll(self, poll: Poll) -> Poll:
        """Store a poll, and return it; what is there already under its id is returned as it is."""
        ...

    async def find_poll(self, poll_id: str) -> Poll | None:
        """Return a poll in whatever state; None if there is no such."""
        ...

    async def save_poll(self, poll: Poll) -> bool:
        """Store a changed poll; False if somebody else has changed it since it was read."""
        ...

    async def open_polls(self) -> list[Poll]:
        """Return the polls that are open, by id."""
        ...

    async def of_person(self, person: str) -> tuple[list[Meeting], list[Poll]]:
        """Return all meetings and polls that a person began or was named in, also past ones."""
        ...

    async def forget(self, person: str) -> int:
        """Delete what a person began, and name them in no other; return how many it was."""
        ...
