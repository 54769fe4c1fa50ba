"""Calls to a platform that are seen to their end although their task is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Final, TypeVar

T = TypeVar("T")

_LANDS_WITHIN_S: Final = 4.0


async def to_its_end(call: Coroutine[object, object, T]) -> T:
    """Make a call; if it is cancelled on its way, return when nothing of it can come any more.

    Whoever is next looks for messages, and edits them: what lands later is found by nobody, or
    overwrites the newer.
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
    """Retrieve an error that nobody may be left to ask for."""
    if not task.cancelled():
        task.exception()
