"""A forecast of how long an answer will still grow, from how long earlier ones have grown."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from math import sqrt
from typing import Final

_EXPECTED_S: Final = 11.0  # the forecast before any answer was seen
_REMEMBERED: Final = 32  # answers
# This share of the answers grows longer than all remembered ones, up to `_TIMES_AS_LONG` times.
_LONGER_SHARE: Final = 0.002
_TIMES_AS_LONG: Final = 2.5
_LONGER_STILL: Final = 2.0  # an answer that outgrows even that is expected to double


class Growth:
    """Learns how many seconds the answers of one bucket grow.

    The text that people cannot see yet is least on average if writes come at a rate in proportion
    to the square root of the share of answers that are still growing. `left_s` is the remaining
    time weighted in this way, so that less likely seconds count less.
    """

    def __init__(self) -> None:
        self._latest = deque([_EXPECTED_S])
        self._lengths_s: list[float] = []
        self._left_s: list[float] = []  # the forecast for an answer that outgrows each length
        self._outgrown()

    def learn(self, grown_s: float) -> None:
        """Learn how long an ended answer has grown."""
        self._latest.append(grown_s)
        if len(self._latest) > _REMEMBERED:
            self._latest.popleft()
        self._outgrown()

    def left_s(self, grown_s: float) -> float:
        """Return the seconds that an answer is still expected to grow."""
        place = bisect_right(self._lengths_s, grown_s)
        if place == len(self._lengths_s):
            return max(self._lengths_s[-1] * _TIMES_AS_LONG, grown_s * _LONGER_STILL) - grown_s
        return self._lengths_s[place] - grown_s + self._left_s[place]

    def next_end_s(self, grown_s: float) -> float:
        """Return the seconds until a remembered answer ended; 0 beyond the longest of them."""
        place = bisect_right(self._lengths_s, grown_s)
        return self._lengths_s[place] - grown_s if place < len(self._lengths_s) else 0.0

    def _outgrown(self) -> None:
        lengths: list[float] = []
        for length in self._latest:
            insort(lengths, length)
        longer = len(lengths) * _LONGER_SHARE
        left_s = lengths[-1] * (_TIMES_AS_LONG - 1)
        outgrown = []
        for place in range(len(lengths) - 1, -1, -1):
            grow_on = len(lengths) - 1 - place + longer
            left_s *= sqrt(grow_on / (grow_on + 1))
            outgrown.append(left_s)
            if place:
                left_s += lengths[place] - lengths[place - 1]
        self._lengths_s, self._left_s = lengths, outgrown[::-1]
