"""The least lag that a client of Discord can know of: a search finds what an exact count finds."""

import math

import pytest

from bench.lag_windows import Windows

CALLS, WINDOW_S = 5, 5.0


def exact_squares_s2(grows_s, first_s, step_s):
    """The least sum of the squared gaps of one answer whose calls are at multiples of a step.

    All ways to its last call are followed, by the window that is open and the calls in it.
    """
    last, first = round(grows_s / step_s), math.ceil(first_s / step_s)
    window = round(WINDOW_S / step_s)
    least = [
        {} for _ in range(last + 1)
    ]  # by the call's time: (window's opening, calls) -> squares
    for at in range(first, last + 1):
        least[at][at, 1] = (at * step_s) ** 2
    for at in range(first, last):
        for (opened, calls), squares in least[at].items():
            for then in range(at + 1, last + 1):
                new = then >= opened + window
                if not new and calls == CALLS:
                    continue
                state = (then, 1) if new else (opened, calls + 1)
                gap = squares + ((then - at) * step_s) ** 2
                least[then][state] = min(gap, least[then].get(state, math.inf))
    return min(least[last].values())


@pytest.mark.parametrize("grows_s", [8.0, 11.0])
def test_the_search_finds_what_an_exact_count_finds(grows_s):
    searched = Windows(calls=CALLS, window_s=WINDOW_S).least_squares_s2(
        answers=1, grows_s=grows_s, first_s=0.3
    )
    assert searched == pytest.approx(exact_squares_s2(grows_s, 0.3, 0.1), rel=0.02)
