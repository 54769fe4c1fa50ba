"""The account of the calls of one budget, in milliseconds of the store's clock, in every store."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from typing import Final

from core.types import CallBudget, CountedCalls

# A platform counts a call at some time between its beginning and its response.
_UNDERWAY_MS: Final = 500


def counted(
    calls: Sequence[int], now_ms: int, budget: CallBudget, *, uncounted_s: Sequence[float] = ()
) -> tuple[list[int], bool]:
    """Return the calls that count from now on, the oldest first, and whether one more may be made.

    It is among them then. `uncounted_s` are the ages of calls that were made without the account.
    """
    window_ms = int(budget.window_s * 1000)
    made = [*calls, *(now_ms - int(age_s * 1000) for age_s in uncounted_s)]
    kept = sorted(at for at in made if at > now_ms - window_ms)
    granted = len(kept) < budget.limit
    if granted:
        at = now_ms + _UNDERWAY_MS
        if budget.drips:
            # A burst is counted as if its calls had been spread over the window before.
            interval_ms = window_ms // budget.limit
            at += interval_ms - window_ms
            at = max(at, kept[-1] + interval_ms) if kept else at
        insort(kept, at)
    return kept, granted


def told(calls: Sequence[int], now_ms: int, *, granted: bool) -> CountedCalls:
    """Return an account as its readers see it."""
    return CountedCalls(granted, tuple((now_ms - at) / 1000 for at in calls))


def ends_ms(calls: Sequence[int], budget: CallBudget) -> int:
    """Return the time from which no call of the account counts any more."""
    return calls[-1] + int(budget.window_s * 1000)
