"""Background work of events, in order for each message, with an end at shutdown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final

from core.errors import FaqbotError

logger = logging.getLogger(__name__)

_GRACE_S: Final = 1.0  # the time that running tasks get at shutdown, as some are storing things


class BackgroundTasks:
    """Runs work in tasks of its own, so that an error in one does not affect another."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._last: dict[int, asyncio.Task[None]] = {}
        self._closed = False

    def begin(self, work: Coroutine[object, object, object], *, of: int = 0) -> None:
        """Begin work; if it is `of` a message, it waits for earlier work of the same message.

        After `close` nothing begins, since events may still arrive while the client shuts down.
        """
        if self._closed:
            work.close()
            return
        task = asyncio.create_task(_logged(work, self._last.get(of)))
        self._running.add(task)
        if of:
            self._last[of] = task
        task.add_done_callback(lambda ended: self._end(ended, work, of))

    async def close(self) -> None:
        """Wait a moment for the running tasks, and cancel those that take longer."""
        if self._running:
            await asyncio.wait(self._running, timeout=_GRACE_S)
        self._closed = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _end(
        self, task: asyncio.Task[None], work: Coroutine[object, object, object], of: int
    ) -> None:
        work.close()  # a task that was cancelled before it began has not closed its coroutine
        self._running.discard(task)
        if self._last.get(of) is task:
            del self._last[of]


async def _logged(
    work: Coroutine[object, object, object], before: asyncio.Task[None] | None
) -> None:
    try:
        if before:
            await asyncio.wait({before})
        await work
    except FaqbotError as error:
        logger.error("%s", error)
    except Exception:  # the outermost edge of an event
        logger.exception("an event broke off")
