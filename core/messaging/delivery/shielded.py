"""Calls to a platform that run to their end although their task is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Final, TypeVar

T = TypeVar("T")

_LANDS_WITHIN_S: Final = 4.0


async def to_its_end(call: Coroutine[object, object, T]) -> T:
    """Make a call; if the task is cancelled meanwhile, wait until the call has ended.

    The next process looks for the messages of the answer and edits them. A call that took effect
    later would leave a message that no process knows, or overwrite a newer text.
    """
    task = asyncio.create_task(call)
    task.add_done_callback(_retrieved)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait({task}, timeout=_LANDS_WITHIN_S)
        finally:
            task.cancel()
        raise


def _retrieved(task: asyncio.Task[T]) -> None:
    """Retrieve the error of a task that may not be awaited, so that asyncio does not report it."""
    if not task.cancelled():
        task.exception()
