"""When calls are granted: endings first, then the furthest behind, within the platform's count."""

import asyncio
from itertools import pairwise

import pytest
from fakes.leaping_loop import leap
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RateLimitedError
from core.messaging.delivery.pacer import MIN_INTERVAL_S, SENTENCE_S, Pacer
from core.messaging.delivery.window import Window


def now():
    return asyncio.get_running_loop().time()


async def take(pacer, lane, times, *, takes_s=0.0):
    async with pacer.turn(lane):
        times.append(now())
        await asyncio.sleep(takes_s)


async def grow(pacer, *, seconds, chars_per_s=45, tick_s=0.1, name="", log):
    """A message that grows, then ends: every grant goes to the log as (time, name, ends)."""
    with pacer.lane() as lane:
        begun, visible = now(), 0

        def behind():
            return int((now() - begun) * chars_per_s) - visible

        async def write():
            nonlocal visible
            while True:
                async with pacer.turn(lane):
                    visible += behind()
                    ends = lane.ends
                    log.append((now(), name, ends))
                    await asyncio.sleep(0.05)
                if ends:
                    return
                pacer.update(lane, hidden=behind(), ends=lane.ends)

        writing = asyncio.create_task(write())
        for _ in range(round(seconds / tick_s)):
            pacer.update(lane, hidden=behind(), ends=False)
            await asyncio.sleep(tick_s)
        pacer.update(lane, hidden=behind(), ends=True)
        await writing


def test_a_window_grants_its_limit_and_no_more():
    window = Window(3, 10.0)
    for _ in range(3):
        assert window.free(0.0) > 0
        window.begin()
    assert window.free(0.0) == 0
    window.end(1.0)
    assert window.free(10.9) == 0, "it may have been counted when it landed"
    assert window.free(11.0) == 1


def test_a_call_in_flight_counts_until_it_lands():
    window = Window(1, 1.0)
    window.begin()
    assert window.free(100.0) == 0
    window.end(100.0)
    assert window.free(100.5) == 0
    assert window.free(101.0) == 1


def test_a_burst_comes_back_one_by_one_where_the_platform_lets_it_drip():
    window = Window(3, 3.0, drips=True)
    granted = []
    for tenth in range(60):
        while window.free(tenth / 10):
            window.begin()
            window.end(tenth / 10)
            granted.append(tenth / 10)
    assert granted == [0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_refusal_freezes_the_window():
    window = Window(3, 10.0)
    window.freeze(5.0)
    assert window.free(4.9) == 0
    assert window.changes_at(1.0) == 5.0
    assert window.free(5.0) == 3


def test_a_call_that_the_platform_refuses_holds_all_others_back():
    async def refused():
        pacer = Pacer(Window(5, 1.0))
        with pytest.raises(RateLimitedError):
            async with pacer.slot():
                raise RateLimitedError("too fast", retry_after_s=7.0)
        async with pacer.slot():
            return now()

    assert leap(refused()) == pytest.approx(7.0, abs=0.1)


def test_a_window_counts_what_others_have_used():
    """What the platform says is left is less than what this process knows of."""
    window = Window(5, 5.0)
    window.begin()
    window.learn(limit=5, remaining=1, reset_after_s=2.0, called_at=10.0, now=10.0)
    window.end(10.0)
    assert window.free(10.0) == 1
    assert window.free(11.9) == 1
    assert window.free(12.0) == 5  # all come back when the platform's window ends


def test_calls_that_come_back_together_are_there_for_what_grows_beyond():
    """One is left now, five come back in two seconds and five more after another five."""
    window = Window(5, 5.0)
    window.learn(limit=5, remaining=1, reset_after_s=2.0, called_at=10.0, now=10.0)
    assert [window.coming(10.0, seconds) for seconds in (1.0, 3.0, 8.0)] == [1, 6, 11]


def test_a_window_learns_another_limit():
    window = Window(5, 5.0)
    window.begin()
    window.learn(limit=10, remaining=9, reset_after_s=8.0, called_at=0.0, now=0.0)
    window.end(0.0)
    assert (window.limit, window.window_s) == (10, 8.0)
    assert window.free(0.0) == 9


def test_a_response_that_was_long_on_its_way_does_not_put_off_the_end_of_its_window():
    """The window ends at 5.0; a response of 4.0 that comes at 4.9 would put it off to 5.9."""
    window = Window(5, 5.0)
    for left, called_at, arrived in ((4, 0.0, 0.0), (3, 3.9, 4.9)):
        window.begin()
        reset_after_s = 5.0 - called_at
        window.learn(
            limit=5, remaining=left, reset_after_s=reset_after_s, called_at=called_at, now=arrived
        )
        window.end(arrived)
    assert (window.free(4.99), window.free(5.0)) == (3, 5)


def test_a_window_whose_end_the_platform_has_put_off_is_waited_for():
    """No way of the response explains an end that is later by more than the call took."""
    window = Window(5, 5.0)
    for called_at in (0.0, 1.0):
        window.begin()
        window.learn(
            limit=5, remaining=0, reset_after_s=5.0, called_at=called_at, now=called_at + 0.1
        )
        window.end(called_at + 0.1)
    assert (window.free(5.9), window.free(6.1)) == (0, 5)


def test_a_call_of_a_window_that_ended_while_it_was_on_its_way_is_not_counted_in_the_next():
    window = Window(5, 5.0)
    for left, called_at, arrived in ((1, 0.0, 0.0), (0, 4.0, 6.0)):
        window.begin()
        reset_after_s = 5.0 - called_at
        window.learn(
            limit=5, remaining=left, reset_after_s=reset_after_s, called_at=called_at, now=arrived
        )
        window.end(arrived)
    assert window.free(6.0) == 5


@given(st.lists(st.floats(0, 3), min_size=5, max_size=40), st.integers(1, 5))
def test_however_calls_come_no_window_holds_more_than_the_limit(pauses, limit):
    """Counted at any moment in which the platform might have counted them."""

    async def calls():
        pacer = Pacer(Window(limit, 2.0))
        times = []
        with pacer.lane() as lane:
            pacer.update(lane, hidden=1, ends=True)
            for pause in pauses:
                await take(pacer, lane, times, takes_s=0.2)
                await asyncio.sleep(pause)
        return times

    times = leap(calls())
    for first, beyond in zip(times, times[limit:], strict=False):
        assert beyond - (first + 0.2) >= 2.0 - 1e-9


def test_interim_writes_are_spread_over_the_time_that_answers_take():
    """Not at once, with nothing left for the second half."""
    log = []
    leap(grow(Pacer(Window(20, 60.0)), seconds=11, log=log))
    times = [time for time, _, ends in log if not ends]
    assert len(times) >= 12
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) < 2.5 * min(gaps)


@pytest.mark.parametrize("answers", [1, 4, 10])
def test_what_is_hidden_is_near_the_least_that_so_many_calls_allow(answers):
    """The seconds between the writes of an answer, squared, add up to what people cannot see."""
    log = []

    async def together():
        pacer = Pacer(Window(50, 60.0))
        names = [str(number) for number in range(answers)]
        await asyncio.gather(
            *(grow(pacer, seconds=11, tick_s=1 / 45, name=name, log=log) for name in names)
        )

    leap(together())
    squares = 0.0
    for name in {name for _, name, _ in log}:
        times = [0.0, *(time for time, one, _ in log if one == name)]
        squares += sum((after - before) ** 2 for before, after in pairwise(times))
    assert len(log) <= 50
    assert squares < 1.15 * (11 * answers) ** 2 / 50


def test_the_first_call_of_a_window_is_made_early_so_that_the_next_window_is():
    """The others wait for a step of their own, since they share the calls that are left."""
    log = []

    async def together():
        pacer = Pacer(Window(5, 5.0))
        await asyncio.gather(*(grow(pacer, seconds=4, name=str(n), log=log) for n in range(4)))

    leap(together())
    first, second = (time for time, *_ in log[:2])
    assert first < SENTENCE_S + 0.2
    assert second > first + 0.3


def test_answers_that_follow_each_other_share_the_window_once_that_is_known():
    """Four a minute: all end in time, and after the first minute each grows until its end."""
    log = []

    async def one_after_the_other():
        pacer = Pacer(Window(50, 60.0))

        async def begin(number):
            await asyncio.sleep(15 * number)
            await grow(pacer, seconds=11, name=str(number), log=log)

        await asyncio.gather(*(begin(number) for number in range(12)))

    leap(one_after_the_other())
    for number in range(12):
        times = [time - 15 * number for time, name, _ in log if name == str(number)]
        assert times[-1] - 11 < 0.2
        if number >= 4:
            gaps = [after - before for before, after in pairwise([0.0, *times])]
            assert max(gaps) < 2.0


def test_a_message_is_not_written_more_often_than_people_can_read():
    log = []
    leap(grow(Pacer(Window(1000, 1.0)), seconds=5, tick_s=0.01, log=log))
    gaps = [after - before for (before, *_), (after, _, ends) in pairwise(log) if not ends]
    assert min(gaps) >= MIN_INTERVAL_S - 1e-9
    assert max(gaps) < MIN_INTERVAL_S + 0.2


@pytest.mark.parametrize("seconds", [5, 11, 40, 200])
@pytest.mark.parametrize("window", [(5, 60.0), (50, 60.0), (5, 5.0)])
def test_the_ending_waits_for_less_than_a_second_however_long_the_answer_grew(seconds, window):
    log = []

    async def timed():
        await grow(Pacer(Window(*window)), seconds=seconds, log=log)

    leap(timed())
    time, _, ends = log[-1]
    assert ends
    assert time - seconds < 0.8


def test_an_answer_that_grows_longer_than_expected_goes_on_being_shown():
    log = []
    leap(grow(Pacer(Window(50, 60.0)), seconds=180, log=log))
    times = [0.0, *(time for time, *_ in log)]
    assert max(after - before for before, after in pairwise(times)) < 20


def test_a_short_window_is_used_to_the_full():
    """Its tokens are back so soon that none has to be kept for the ending."""
    log = []
    leap(grow(Pacer(Window(5, 5.0)), seconds=30, log=log))
    interims = [time for time, _, ends in log if not ends and time > 5]
    assert len(interims) >= 22


def test_an_ending_goes_before_interim_writes():
    async def race():
        pacer = Pacer(Window(1, 10.0))
        order = []

        async def write(name, lane):
            async with pacer.turn(lane):
                order.append((name, now()))

        with pacer.lane() as first, pacer.lane() as interim, pacer.lane() as last:
            pacer.update(first, hidden=1, ends=True)
            await write("first", first)
            pacer.update(interim, hidden=10_000, ends=False)
            pacer.update(last, hidden=1, ends=False)
            waiting = [
                asyncio.create_task(write("interim", interim)),
                asyncio.create_task(write("last", last)),
            ]
            await asyncio.sleep(1)
            pacer.update(last, hidden=1, ends=True)
            await waiting[1]
            waiting[0].cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return order

    assert leap(race()) == [("first", 0.0), ("last", 10.0)]


def test_of_those_that_wait_for_a_call_the_furthest_behind_goes_first():
    async def race():
        pacer = Pacer(Window(1, 2.0, drips=True))
        order = []

        async def write(name, lane):
            async with pacer.turn(lane):
                order.append(name)

        with pacer.lane() as first, pacer.lane() as near, pacer.lane() as far:
            pacer.update(first, hidden=1, ends=True)
            await write("first", first)
            pacer.update(near, hidden=10, ends=False)
            pacer.update(far, hidden=900, ends=False)
            waiting = [asyncio.create_task(write(*one)) for one in (("near", near), ("far", far))]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return order

    assert leap(race()) == ["first", "far"]


def test_a_turn_that_is_given_up_is_not_lost_for_others():
    async def given_up():
        pacer = Pacer(Window(1, 10.0), at_once=1)
        times = []
        with pacer.lane() as one, pacer.lane() as other:
            for lane in (one, other):
                pacer.update(lane, hidden=1, ends=True)
            first = asyncio.create_task(take(pacer, one, times, takes_s=5))
            await asyncio.sleep(1)
            second = asyncio.create_task(take(pacer, other, times))
            await asyncio.sleep(1)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await second
        return times

    assert leap(given_up()) == [0.0, 12.0], "it may have been counted when it was cancelled"


def test_calls_in_flight_are_bounded():
    async def many():
        pacer = Pacer(Window(100, 1.0), at_once=1)
        times = []
        with pacer.lane() as one, pacer.lane() as other:
            for lane in (one, other):
                pacer.update(lane, hidden=1, ends=True)
            await asyncio.gather(
                take(pacer, one, times, takes_s=3), take(pacer, other, times, takes_s=3)
            )
        return times

    assert leap(many()) == [0.0, 3.0]
