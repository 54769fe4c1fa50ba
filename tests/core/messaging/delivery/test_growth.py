"""How long answers are expected to grow, from how long earlier ones did."""

import pytest

from core.messaging.delivery.growth import Growth


def seen(*lengths):
    growth = Growth()
    for length in lengths:
        growth.learn(length)
    return growth


def test_what_answers_usually_take_is_expected():
    growth = seen(*[6.0] * 40)
    assert growth.left_s(0.0) == pytest.approx(6.0, abs=0.5)
    assert growth.left_s(5.0) == pytest.approx(1.0, abs=0.5)
    assert growth.next_end_s(5.0) == pytest.approx(1.0)


def test_rare_lengths_count_less_than_common_ones():
    """Of twenty answers one takes 40 s: some calls are kept for it, not two thirds of them."""
    growth = seen(*[10.0] * 19, 40.0, *[10.0] * 19)
    assert 11.0 < growth.left_s(0.0) < 25.0
    assert 28.0 < growth.left_s(12.0) < 45.0, "this is that one, or longer still"


def test_the_latest_answers_count():
    assert seen(*[40.0] * 40, *[5.0] * 40).left_s(0.0) < 6.0


def test_what_outgrows_everything_goes_on_for_as_long_again():
    growth = seen(5.0, 5.0)
    assert growth.next_end_s(30.0) == 0.0
    assert growth.left_s(100.0) == pytest.approx(100.0)


def test_what_is_left_of_a_growing_answer_never_jumps_to_nothing():
    growth = seen(4.0, 9.0, 15.0, 4.0)
    assert all(growth.left_s(tenth / 10) > 0.0 for tenth in range(1_000))
