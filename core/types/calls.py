"""The calls of a platform that the processes of one installation make together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallBudget:
    """A budget of a platform: at most `limit` calls in any `window_s` seconds.

    With `drips`, calls come back one by one, and `limit` bounds a burst.
    """

    name: str
    limit: int
    window_s: float
    drips: bool = False


@dataclass(frozen=True, slots=True)
class CountedCalls:
    """All calls of a budget that still count, and whether one more may be made, which is counted.

    `ages_s` are the seconds since each of them, the oldest first; a call that is being made may
    have a negative age.
    """

    granted: bool
    ages_s: Sequence[float]
