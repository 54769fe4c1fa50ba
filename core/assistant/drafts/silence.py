"""A stream of pieces that reports when its first piece is late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")


async def or_silence(
    pieces: AsyncGenerator[T], after_s: float, hurry: asyncio.Event
) -> AsyncGenerator[T | None]:
    """Yield the pieces; yield None before them if the first has not come after `after_s`.

    The first piece is awaited in a task of its own, so that the timeout does not cancel it. Close
    this generator before `pieces`.

    Raises:
        TimeoutError: the first piece was late, and `hurry` was set.
    """
    first = asyncio.ensure_future(anext(pieces, None))
    hurried = asyncio.create_task(hurry.wait())
    try:
        if not (await asyncio.wait({first}, timeout=after_s))[0]:
            yield None
            await asyncio.wait({first, hurried}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                raise TimeoutError("the model is silent, and the person has asked another question")
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
