"""An answer that is being written before anybody may read it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from contextvars import Context

from core.types import Entry, Written


class Draft:
    """Runs a model ahead of its reader, in a context of its own.

    `entries` are what it is written from, nearest first; `written` is how it ended.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[str | Written],
        entries: Sequence[Entry],
        context: Context,
    ) -> None:
        self.entries = entries
        self.written: Written | None = None
        self._queue: asyncio.Queue[str | Written | Exception] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._pump(pieces), context=context)

    async def pieces(self) -> AsyncGenerator[str | Written]:
        """All pieces from the beginning, what waits in one go, then the one `Written`."""
        while self.written is None:
            piece = await self._queue.get()
            while isinstance(piece, str) and not self._queue.empty():
                following = self._queue.get_nowait()
                if not isinstance(following, str):
                    yield piece
                    piece = following
                else:
                    piece += following
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, Written):
                self.written = piece
            yield piece

    async def drop(self) -> None:
        """Stop writing; harmless when it is finished."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _pump(self, pieces: AsyncGenerator[str | Written]) -> None:
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self._queue.put_nowait(piece)
        except Exception as error:  # noqa: BLE001 - raised again where the draft is read
            self._queue.put_nowait(error)
