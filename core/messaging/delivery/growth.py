"""How long an answer will still grow, judged by how long earlier ones did."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from math import sqrt
from typing import Final

_EXPECTED_S: Final = 11.0  # until some have been seen
_REMEMBERED: Final = 32  # answers
# One answer in so many grows longer than any that is remembered, up to so many times as long.
_LONGER_SHARE: Final = 0.002
_TIMES_AS_LONG: Final = 2.5
_LONGER_STILL: Final = 2.0  # what has outgrown even that is expected to grow as long again


class Growth:
    """How long answers of one bucket grow, in seconds.

    Writes of a growing answer hide the least on average if they come at a rate in proportion to the
    square root of the share of answers that grow for so long. `left_s` is the time that has to be
    filled in this sense: less likely seconds count less.
    """

    def __init__(self) -> None:
        self._latest = deque([_EXPECTED_S])
        self._lengths_s: list[float] = []
        self._left_s: list[float] = []  # at each of these lengths, for what outgrows it
        self._outgrown()

    def learn(self, grown_s: float) -> None:
        """Take in how long an answer has grown."""
        self._latest.append(grown_s)
        if len(self._latest) > _REMEMBERED:
            self._latest.popleft()
        self._outgrown()

    def left_s(self, grown_s: float) -> float:
        """Return the seconds that an answer is expected to grow still."""
        place = bisect_right(self._lengths_s, grown_s)
        if place == len(self._lengths_s):
            return max(self._lengths_s[-1] * _TIMES_AS_LONG, grown_s * _LONGER_STILL) - grown_s
        return self._lengths_s[place] - grown_s + self._left_s[place]

    def next_end_s(self, grown_s: float) -> float:
        """Return the seconds until answers are known to end; 0 beyond all that are remembered."""
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
