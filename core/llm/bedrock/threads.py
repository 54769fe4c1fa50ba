"""Blocking iterators read in threads, as boto3 has no other way to stream."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class Departure:
    """Tells the thread of a reader that the reader has left, also while the thread waits."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._left = False
        self._interrupt: Callable[[], None] | None = None

    def interrupts(self, interrupt: Callable[[], None]) -> None:
        """Call `interrupt`, which must not block, once the reader leaves or if it has left."""
        with self._changing:
            self._interrupt = interrupt
            if not self._left:
                return
        interrupt()

    def leave(self) -> None:
        """Note that nobody reads any more."""
        with self._changing:
            self._left = True
            interrupt = self._interrupt
        if interrupt:
            interrupt()


async def iterated(
    executor: ThreadPoolExecutor, iterate: Callable[[Departure], Iterator[T]]
) -> AsyncGenerator[T]:
    """Yield what an iterator yields that is made and read in one thread of the executor.

    Errors are raised here. If the reader leaves, `iterate` ends.
    """
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[tuple[T] | Exception | None] = asyncio.Queue()
    departure = Departure()

    def tell(item: tuple[T] | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody reads any more
            loop.call_soon_threadsafe(items.put_nowait, item)

    def read() -> None:
        try:
            for item in iterate(departure):
                tell((item,))
        except Exception as error:  # noqa: BLE001 - raised again where the items are read
            tell(error)
        else:
            tell(None)

    waiting = executor.submit(read)
    try:
        while (item := await items.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item[0]
    finally:
        waiting.cancel()  # of no effect once it has begun
        departure.leave()
