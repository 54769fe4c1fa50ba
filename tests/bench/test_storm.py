"""A short storm of real processes, a kill and an outage: every question is answered, once."""

import asyncio
from math import isfinite

import pytest

from bench.storm import Storm, Weather

pytestmark = pytest.mark.waits

SHORT = Weather(
    questions=24,
    people=10,
    seconds=6.0,
    processes=2,
    kills=1,
    outage_s=3.0,
    settles_within_s=90.0,
    redelivered=0.2,
    edited=0.1,
    deleted=0.1,
    further=0.3,
    models=False,
)


def test_nothing_is_lost_and_nothing_is_said_twice(sample_data):
    result = asyncio.run(Storm(SHORT, sample_data).rage())
    assert result.asked == SHORT.questions
    assert (result.lost, result.never, result.twice, result.given_up) == (0, 0, 0, 0)
    assert all(map(isfinite, result.ended_s))  # of what the killed process had in work
    assert (result.left, result.unfinished) == (0, 0)
    assert result.outdated == 0
    assert result.disorder == result.late
