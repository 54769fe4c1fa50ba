"""An event loop whose clock leaps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine


class _Leaping(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everybody waits, and nothing will ever happen")
            self.now += max(timeout, 0)
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """For code that lives by the loop's clock and by nothing outside of the process."""

    def __init__(self):
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self):
        return self._leaping.now

    def hold_up(self, seconds):
        """Let time pass in which the process does nothing, as on a busy machine."""
        self._leaping.now += seconds


def leap(coroutine: Coroutine[None, None, object]) -> object:
    """Run a coroutine in no time."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(coroutine)
