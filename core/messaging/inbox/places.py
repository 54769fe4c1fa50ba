"""The places of a worker: how many conversations of a platform are at work at a time."""

from __future__ import annotations

import asyncio


class Places:
    """The conversations that may be at work at a time, on one platform.

    What a dead process has left would wait for a place until an answer ends, so places are lent for
    it: one for each question, also when further processes die before the first ones are returned.
    """

    def __init__(self, number: int) -> None:
        self._free = asyncio.Semaphore(number)
        self._lent = 0

    async def take(self) -> None:
        """Wait for a free place, and take it."""
        await self._free.acquire()

    def lend(self, number: int) -> None:
        """Add places, which are withdrawn when they are given back."""
        self._lent += number
        for _ in range(number):
            self._free.release()

    def give_back(self, _ended: object = None) -> None:
        """Give a place back, to the next conversation unless it was lent."""
        if self._lent:
            self._lent -= 1
        else:
            self._free.release()
