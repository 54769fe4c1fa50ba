"""Limits on how much one person may ask; kept in memory, so each process counts for itself."""

from __future__ import annotations

from collections import deque
from math import ceil
from time import monotonic
from typing import Final

from core.bounded import BoundedDict

_MINUTE_S: Final = 60.0
_DAY_S: Final = 86_400.0
_MOST_PEOPLE: Final = 10_000


class UserLimits:
    """The numbers of questions that a person may ask in a minute and in a day; 0 is no limit."""

    def __init__(self, *, per_minute: int, per_day: int) -> None:
        self._per_minute = per_minute
        self._per_day = per_day
        # In the order of their last question: the first are forgotten when there are too many.
        self._asked: BoundedDict[str, deque[tuple[float, str]]] = BoundedDict(_MOST_PEOPLE)

    @property
    def windows(self) -> list[tuple[int, float]]:
        """The limits as pairs: the number of questions, and the seconds that it counts for."""
        windows = ((self._per_minute, _MINUTE_S), (self._per_day, _DAY_S))
        return [(most, window_s) for most, window_s in windows if most]

    def allow(self, person: str, question: str = "") -> bool:
        """Count a question and return True, or return False if it is one too many."""
        now = monotonic()
        times = self._asked[person] = self._asked.get(person, deque())
        while times and times[0][0] <= now - _DAY_S:
            times.popleft()
        if question and any(known == question for _, known in times):
            return True
        lately = sum(time > now - _MINUTE_S for time, _ in times)
        if (self._per_minute and lately >= self._per_minute) or (
            self._per_day and len(times) >= self._per_day
        ):
            return False
        times.append((now, question))
        return True

    def take_back(self, person: str) -> None:
        """Stop counting the last allowed question, which came to nothing."""
        if times := self._asked.get(person):
            times.pop()

    def wait_s(self, person: str) -> int:
        """Return how many seconds it takes until a person may ask again; 0 if they may."""
        now = monotonic()
        times = [time for time, _ in self._asked.get(person, ())]
        waits = [
            times[-most] + window_s - now
            for most, window_s in ((self._per_minute, _MINUTE_S), (self._per_day, _DAY_S))
            if most and len(times) >= most
        ]
        return ceil(max([0.0, *waits]))
