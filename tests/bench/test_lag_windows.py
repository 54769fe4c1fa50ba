"""The least lag that a client of Discord can know of: a search finds what an exact count finds."""

import math
from functools import cache

import pytest

from bench.lag_windows import Windows

CALLS, WINDOW_S = 5, 5.0


def exact_squares_s2(answers, grows_s, first_s, step_s):
    """The least sum of the squared gaps of answers whose calls are at multiples of a step.

    All ways to their last calls are followed, by when each answer was written last, the window that
    is open and the calls in it.
    """
    last, first = round(grows_s / step_s), math.ceil(first_s / step_s)
    window = round(WINDOW_S / step_s)

    @cache
    def least(lasts, at, opened, calls):
        free = CALLS if last >= opened + window else CALLS - calls
        ended = sum((last - one) ** 2 for one in lasts)
        found = ended if free >= answers else math.inf
        for then in range(at, last):
            new = then >= opened + window
            if new or calls < CALLS:
                window_then = (then, 1) if new else (opened, calls + 1)
                written = (*lasts[1:], then)  # that of the longest ago
                gap = (then - lasts[0]) ** 2
                found = min(found, gap + least(written, then + (answers == 1), *window_then))
        return found

    return least((0,) * answers, first, -window, 0) * step_s**2


@pytest.mark.parametrize(
    ("answers", "grows_s", "step_s"), [(1, 11.0, 0.1), (2, 8.0, 0.5), (4, 7.0, 1.0)]
)
def test_the_search_finds_what_an_exact_count_finds(answers, grows_s, step_s):
    searched = Windows(calls=CALLS, window_s=WINDOW_S).least_squares_s2(
        answers=answers, grows_s=grows_s, first_s=0.3
    )
    exact = exact_squares_s2(answers, grows_s, 0.3, step_s)
    assert 0.97 * exact < searched < 1.01 * exact
