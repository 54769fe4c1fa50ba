"""A stream that is waited for with patience: after a while its silence is a piece of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")


async def or_silence(
    pieces: AsyncGenerator[T], after_s: float, hurry: asyncio.Event
) -> AsyncGenerator[T | None]:
    """Yield the pieces, and before them None if there is none for so long.

    The first piece is waited for in a task of its own, so that waiting does not disturb it. Close
    this before `pieces`.

    Raises:
        TimeoutError: there was none for so long, and then somebody was in a hurry.
    """
    first = asyncio.ensure_future(anext(pieces, None))
    hurried = asyncio.create_task(hurry.wait())
    try:
        if not (await asyncio.wait({first}, timeout=after_s))[0]:
            yield None
            await asyncio.wait({first, hurried}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                raise TimeoutError
        piece = await first
    finally:
        first.cancel()
        hurried.cancel()
        await asyncio.gather(first, hurried, return_exceptions=True)
    if piece is None:
        return
    yield piece
    async for piece in pieces:
        yield piece
