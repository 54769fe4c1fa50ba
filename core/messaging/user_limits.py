"""Limits on the questions of one person; each process counts in its own memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Final

from core.bounded import BoundedDict

_MINUTE_S: Final = 60.0
_DAY_S: Final = 86_400.0
_MOST_PEOPLE: Final = 10_000


@dataclass(slots=True)
class _Most:
    """The most questions that are allowed."""

    per_minute: int
    per_day: int


class UserLimits:
    """The numbers of questions that a person may ask in a minute and in a day; 0 is no limit."""

    def __init__(self, *, per_minute: int, per_day: int) -> None:
        self._most = _Most(per_minute, per_day)
        self._people = 1
        # In the order of their last question: the first are forgotten when there are too many.
        self._asked: BoundedDict[str, deque[tuple[float, str]]] = BoundedDict(_MOST_PEOPLE)

    def set(self, *, per_minute: int | None = None, per_day: int | None = None) -> None:
        """Change the limits; None leaves a limit as it is."""
        self._most.per_minute = self._most.per_minute if per_minute is None else per_minute
        self._most.per_day = self._most.per_day if per_day is None else per_day

    def of_people(self, count: int) -> UserLimits:
        """Return limits for `count` people together, which follow later changes of these."""
        other = UserLimits(per_minute=0, per_day=0)
        other._most, other._people = self._most, count
        return other

    @property
    def windows(self) -> list[tuple[int, float]]:
        """The limits as pairs of the number of questions and the seconds of its window."""
        most = ((self._most.per_minute, _MINUTE_S), (self._most.per_day, _DAY_S))
        of_all = [(number * self._people, window_s) for number, window_s in most]
        return [(number, window_s) for number, window_s in of_all if number]

    def allow(self, person: str, question: str = "") -> bool:
        """Count a question and return True; return False if it exceeds a limit."""
        now = monotonic()
        times = self._asked[person] = self._asked.get(person, deque())
        while times and times[0][0] <= now - _DAY_S:
            times.popleft()
        if question and any(known == question for _, known in times):
            return True
        for most, window_s in self.windows:
            if sum(time > now - window_s for time, _ in times) >= most:
                return False
        times.append((now, question))
        return True

    def take_back(self, person: str) -> None:
        """Do not count the last allowed question, because it was not stored."""
        if times := self._asked.get(person):
            times.pop()

    def wait_s(self, person: str) -> int:
        """Return the seconds until a person may ask again; 0 if they may ask now."""
        now = monotonic()
        times = [time for time, _ in self._asked.get(person, ())]
        waits = [
            times[-most] + window_s - now for most, window_s in self.windows if len(times) >= most
        ]
        return ceil(max([0.0, *waits]))
