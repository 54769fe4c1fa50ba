"""A short storm of real processes, a kill and an outage: every question is answered, once."""

from bench.storm import Weather, run

SHORT = Weather(
    questions=16,
    people=10,
    seconds=6.0,
    processes=2,
    kills=1,
    outage_s=3.0,
    settles_within_s=60.0,
    edited=0.0,
    deleted=0.0,
    models=False,
)


def test_nothing_is_lost_and_nothing_is_said_twice():
    result = run(SHORT)
    assert len(result.asked) == SHORT.questions
    assert (result.never, result.twice) == (0, 0)
