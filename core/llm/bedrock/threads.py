"""Blocking iterators read in threads, as boto3 has no other way to stream."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def iterated(
    executor: ThreadPoolExecutor, iterate: Callable[[], Iterator[T]]
) -> AsyncGenerator[T]:
    """Yield what an iterator yields that is made and read in one thread of the executor.

    Where the reader leaves, the iterator is closed at its next item; errors are raised here.
    """
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[tuple[T] | Exception | None] = asyncio.Queue()
    left = threading.Event()

    def tell(item: tuple[T] | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody reads any more
            loop.call_soon_threadsafe(items.put_nowait, item)

    def read() -> None:
        try:
            iterator = iterate()
            for item in iterator:
                if left.is_set():
                    break
                tell((item,))
            with suppress(AttributeError):
                iterator.close()  # type: ignore[attr-defined]  # a generator's, which ends the call
        except Exception as error:  # noqa: BLE001 - raised again where the items are read
            tell(error)
        else:
            tell(None)

    executor.submit(read)
    try:
        while (item := await items.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item[0]
    finally:
        left.set()
