"""The number of streams at present, and the pause between two reads of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PAUSE_OF_STREAM_S, _LONGEST_PAUSE_S = 0.0005, 0.2
_PAUSE_OF_BEGINNING_S, _LONGEST_FOR_OTHERS_S = 0.004, 1.0  # about what beginning an answer takes


class StreamLoad:
    """Counts the streams of a process, over all its models."""

    def __init__(self, beginning: Callable[[], int] = lambda: 0) -> None:
        """Count with `beginning` the questions that are not being answered yet."""
        self._beginning = beginning
        self._streams = 0

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Count one stream."""
        self._streams += 1
        try:
            yield
        finally:
            self._streams -= 1

    async def pause(self) -> None:
        """Wait between two reads of a stream: the longer, the more streams there are.

        A read costs about as much for one token as for ten. Below some hundred streams nobody
        could tell, and above it this is what leaves time for the first words of the others: while
        many wait for those, who reads on already waits for some of them.
        """
        for_others_s = min(self._beginning() * _PAUSE_OF_BEGINNING_S, _LONGEST_FOR_OTHERS_S)
        await asyncio.sleep(
            min(self._streams * _PAUSE_OF_STREAM_S, _LONGEST_PAUSE_S) + for_others_s
        )
