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
        """Store a memory; False if its id is there."""
        ...

    async def of(self, person: str) -> list[Memory]:
        """Return what a person told, oldest first."""
        ...

    async def remove(self, person: str, ids: Sequence[str]) -> int:
        """Delete what a person told, by ids; return how many there were."""
        ...
