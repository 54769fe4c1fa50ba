"""The clock of the local OpenAI, by which all its streams say their tokens.

A timer a token costs more than the token. So what is due is written every few milliseconds, of
each stream in one go.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_TICK_S = 0.004


@dataclass(slots=True)
class _Stream:
    frames: Sequence[bytes]
    writer: asyncio.StreamWriter
    due: float
    gap_s: float
    done: asyncio.Future[bool]
    sent: int = 0

    def write(self, now: float) -> None:
        """Write all frames that are due by now."""
        if self.done.done():  # its task was cancelled
            return
        if self.writer.is_closing():  # the client is gone
            self.done.set_result(False)
            return
        count = len(self.frames) - self.sent
        if self.gap_s:
            count = min(count, int((now - self.due) / self.gap_s) + 1)
        self.writer.write(b"".join(self.frames[self.sent : self.sent + count]))
        self.sent += count
        self.due += count * self.gap_s
        if self.sent == len(self.frames):
            self.done.set_result(True)


@dataclass(slots=True)
class Clock:
    """Writes the frames of streams when they are due."""

    streams: list[_Stream] = field(default_factory=list)
    ticking: bool = False

    async def write(
        self, frames: Sequence[bytes], writer: asyncio.StreamWriter, first_s: float, gap_s: float
    ) -> bool:
        """The first after `first_s`, then one every `gap_s`; False if the client leaves."""
        loop = asyncio.get_running_loop()
        stream = _Stream(frames, writer, time.monotonic() + first_s, gap_s, loop.create_future())
        if not frames or not (first_s or gap_s):
            await asyncio.sleep(0)
            stream.write(stream.due)
        else:
            self.streams.append(stream)
            if not self.ticking:
                self.ticking = True
                loop.call_later(_TICK_S, self._tick, loop)
        return await stream.done

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = time.monotonic()
        for stream in self.streams:
            if stream.due <= now:
                stream.write(now)
        self.streams = [stream for stream in self.streams if not stream.done.done()]
        self.ticking = bool(self.streams)
        if self.ticking:
            loop.call_later(_TICK_S, self._tick, loop)
