"""The least lag where calls come in windows that open with their first call, as on Discord."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_ROUNDS = 30_000
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """`calls` in each `window_s` seconds, from the first call that is made after the last."""

    calls: int
    window_s: float

    def least_squares_s2(self, *, answers: int, grows_s: float, first_s: float) -> float:
        """Return the least sum of the squared seconds between the writes of some answers.

        It is found by a search. A client can know all that it stands on: that windows open with a
        call, how long answers grow (from earlier ones), and that each needs a call for its ending.
        No answer is written before `first_s`, when there is a sentence.
        """
        rng = random.Random(_SEED)  # noqa: S311 - not for secrets
        most = self.calls * (1 + int(grows_s / self.window_s)) - answers
        best = float("inf")
        for count in range(max(most - answers, 0), most + 1):
            best = min(best, self._searched(rng, count, answers, grows_s, first_s))
        return best

    def _searched(
        self, rng: random.Random, count: int, answers: int, grows_s: float, first_s: float
    ) -> float:
        times = self._allowed([grows_s * (n + 1) / (count + 1) for n in range(count)], first_s)
        best = _squares(times, answers, grows_s) if self._fits(times, answers, grows_s) else 1e9
        for number in range(_ROUNDS):
            width_s = grows_s / 4 * (1 - number / _ROUNDS) + 0.01
            place, by_s = rng.randrange(count), rng.uniform(-width_s, width_s)
            end = place + 1 if number % 2 else count  # one call, or it and all later ones
            moved = [at + by_s * (place <= n < end) for n, at in enumerate(times)]
            moved = self._allowed(moved, first_s)
            if not self._fits(moved, answers, grows_s):
                continue
            squares = _squares(moved, answers, grows_s)
            if squares <= best:
                best, times = squares, moved
        return best

    def _allowed(self, times: Sequence[float], first_s: float) -> list[float]:
        """Return the times with each delayed until its window has room."""
        allowed: list[float] = []
        opened, used, at = float("-inf"), 0, first_s
        for wanted in sorted(times):
            at = max(wanted, at)
            if at < opened + self.window_s and used == self.calls:
                at = opened + self.window_s
            if at >= opened + self.window_s:
                opened, used = at, 0
            used += 1
            allowed.append(at)
        return allowed

    def _fits(self, times: Sequence[float], answers: int, grows_s: float) -> bool:
        """Return whether each answer's ending has a call at the time when it is complete."""
        ended = self._allowed([*times, *[grows_s] * answers], 0.0)
        return ended[-1] <= grows_s + 1e-9


def _squares(times: Sequence[float], answers: int, grows_s: float) -> float:
    """Each write goes to the answer whose last one is longest ago."""
    lasts = [0.0] * answers
    squares = 0.0
    for place, at in enumerate(times):
        squares += (at - lasts[place % answers]) ** 2
        lasts[place % answers] = at
    return squares + sum((grows_s - last) ** 2 for last in lasts)
