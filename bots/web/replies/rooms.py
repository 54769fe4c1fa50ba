"""The rooms of open conversations: all windows of a room get every change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.types import SessionId


@dataclass(eq=False, slots=True)
class Room:
    """One conversation that is open in so many windows."""

    windows: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Rooms:
    """The conversations that are open, by session."""

    def __init__(self) -> None:
        self._rooms: dict[SessionId, Room] = {}

    @contextmanager
    def open(self, session: SessionId) -> Iterator[Room]:
        """Yield the room, which stays for as long as a window has it open."""
        room = self._rooms.setdefault(session, Room())
        room.windows += 1
        try:
            yield room
        finally:
            room.windows -= 1
            if not room.windows:
                self._rooms.pop(session, None)

    def wake(self, session: SessionId) -> None:
        """Have every window look at the conversation anew."""
        if room := self._rooms.get(session):
            room.changed.set()
            room.changed = asyncio.Event()

    def close(self) -> None:
        """Wake every window, so that it sees that the server ends."""
        for session in self._rooms:
            self.wake(session)
