"""When a message may be written: edit budgets under a platform's rate limits.

Every live message has a lane in the pacer of the bucket that its edits are counted in. A token is
kept back for the last edit of each, so that no interim edit can stand in the way of an ending; what
is left is spread over the time for which answers are expected to grow.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

# An interim edit sooner than this after the last one of its message adds more flicker than text.
MIN_INTERVAL_S: Final = 0.25
_SPARE: Final = 2  # tokens for the endings of answers that have not begun
_EXPECTED_S: Final = 12.0  # how long an answer grows, until some have been seen
_LEARNING_SHARE: Final = 0.2  # of the latest answer in that expectation


class Window:
    """At most `limit` calls in any `window_s` seconds, counted as strictly as a platform might.

    A call counts from when it is granted until `window_s` after it has landed, since nobody knows
    when in between the platform has counted it.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit = limit
        self.window_s = window_s
        self._in_flight = 0
        self._landed: deque[float] = deque()
        self._frozen_until = 0.0

    def free(self, now: float) -> int:
        """How many calls may be made now."""
        if now < self._frozen_until:
            return 0
        self._forget(now)
        return max(self.limit - self._in_flight - len(self._landed), 0)

    def coming(self, now: float, seconds: float) -> int:
        """How many calls may be made in the next `seconds`, all in all."""
        self._forget(now)
        if now + seconds < self._frozen_until:
            return 0
        kept = sum(landed > now + seconds - self.window_s for landed in self._landed)
        rounds = max(int(seconds / self.window_s), 0)  # what is spent now comes back as often
        return self.limit - self._in_flight - kept + rounds * self.limit

    def changes_at(self, now: float) -> float:
        """When more calls become possible by the passing of time; infinite if by nothing."""
        if now < self._frozen_until:
            return self._frozen_until
        self._forget(now)
        return self._landed[0] + self.window_s if self._landed else float("inf")

    def begin(self) -> None:
        """A call is being made."""
        self._in_flight += 1

    def end(self, now: float) -> None:
        """A call has landed, whatever came of it."""
        self._in_flight -= 1
        self._landed.append(now)

    def freeze(self, until: float) -> None:
        """The platform refused a call: nothing before `until`."""
        self._frozen_until = max(self._frozen_until, until)

    def learn(self, *, limit: int, remaining: int, reset_after_s: float, now: float) -> None:
        """What the platform says of the bucket; others may have used it, too.

        Called while the call whose answer says so is still in flight, and counted in `remaining`.
        """
        self.limit = limit
        self.window_s = max(self.window_s, reset_after_s)
        self._forget(now)
        unseen = limit - remaining - self._in_flight - len(self._landed)
        back_at = now + reset_after_s - self.window_s
        self._landed.extendleft([back_at] * unseen)

    def _forget(self, now: float) -> None:
        while self._landed and self._landed[0] <= now - self.window_s:
            self._landed.popleft()
