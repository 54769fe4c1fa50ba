"""The port of what people tell the bot to remember."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.types import Memory


class Memories(Protocol):
    """Keeps the memories of each person; `Archive.forget` deletes them, too.

    Everything raises `StorageError` if it cannot be read or written.
    """

    async def add(self, memory: Memory) -> bool:
        """Store a memory; return False if its id is stored already."""
        ...

    async def of(self, person: str) -> list[Memory]:
        """Return the memories of a person, oldest first."""
        ...

    async def remove(self, person: str, ids: Sequence[str]) -> int:
        """Delete memories of a person by their ids; return the number of deleted ones."""
        ...
