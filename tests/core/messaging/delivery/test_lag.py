"""How far messages are behind where calls come back together, as on Discord, by a driven clock.

Four answers of `python -m bench lag` share one channel. Calls may be slow, and the process may be
held up, as on a busy machine.
"""

import asyncio
import random

import pytest
from fakes.leaping_loop import leap

from bench.lag import ANSWER, CHARS_PER_S, FIRST_S, STEP, measure, optimum_chars
from core.errors import RateLimitedError
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.presenter import Presenter
from core.messaging.delivery.window import Window
from core.types import Answered, Delta, Question, SessionId, Status

ANSWERS, CALLS, WINDOW_S = 4, 5, 5.0
OPTIMUM = optimum_chars(3 * CALLS, [0.0] * ANSWERS)


def now():
    return asyncio.get_running_loop().time()


class Bucket:
    """Five calls in a window that opens with its first call; its headers teach a pacer."""

    def __init__(self, rng, takes_s):
        self.rng, self.takes_s = rng, takes_s
        self.pacer = Pacer(Window(CALLS, WINDOW_S), at_once=1)
        self.resets_at, self.used, self.refused = 0.0, 0, 0

    async def call(self):
        called_at = now()
        await asyncio.sleep(self.rng.choice(self.takes_s))
        if now() >= self.resets_at:
            self.resets_at, self.used = now() + WINDOW_S, 0
        reset_after_s = self.resets_at - now()
        refused = self.used == CALLS
        self.used = min(self.used + 1, CALLS)
        left = CALLS - self.used
        await asyncio.sleep(self.rng.choice(self.takes_s))
        self.pacer.window.learn(
            limit=CALLS,
            remaining=left,
            reset_after_s=reset_after_s,
            called_at=called_at,
            now=now(),
        )
        if refused:
            self.refused += 1
            raise RateLimitedError("slow down", retry_after_s=reset_after_s)


class Channel:
    """A channel with answers below each other; `states` has what each message showed, and when."""

    def __init__(self, seed, takes_s):
        rng = random.Random(seed)  # noqa: S311 - not for secrets
        self.posting, self.editing = Bucket(rng, takes_s), Bucket(rng, takes_s)
        self.states, self.begun = {}, {}

    @property
    def refused(self):
        return self.posting.refused + self.editing.refused

    async def events(self, name):
        yield Status("쓰고 있어요")
        await asyncio.sleep(FIRST_S)
        self.begun[name] = started = now()
        for end in range(STEP, len(ANSWER) + STEP, STEP):
            await asyncio.sleep(max(started + end / CHARS_PER_S - now(), 0))
            yield Delta(ANSWER[end - STEP : end])
        yield Answered(ANSWER, (), ())

    async def shown_by_presenter(self, name):
        presenter = Presenter(ChannelReply(self, name), note=confirmed)
        question = Question(name, SessionId("lag:1"), "배송비는?")
        await presenter.present(question, self.events(name), status="찾고 있어요")

    async def shown_each_second(self, name):
        """The usual way: an edit a second; a refusal is slept out."""
        text, states = "", self.states.setdefault(name, [])

        async def read():
            nonlocal text
            async for event in self.events(name):
                text += event.text if isinstance(event, Delta) else ""

        reading = asyncio.create_task(read())
        while not (reading.done() and states and states[-1][1] == text):
            latest = text
            try:
                await (self.editing if states else self.posting).call()
                states.append((now(), latest))
                await asyncio.sleep(1.0)
            except RateLimitedError as error:
                await asyncio.sleep(error.retry_after_s)

    def lag(self):
        """Return the mean lag in characters, and how late the last edit was in seconds."""
        seen = [measure(self.begun[name], states) for name, states in self.states.items()]
        return sum(one.lag_chars for one in seen) / len(seen), max(one.late_s for one in seen)


async def confirmed(_references):
    await asyncio.sleep(0.003)  # as long as a store takes


class ChannelReply:
    """Implements `Reply`."""

    def __init__(self, channel, name):
        self.channel = channel
        self.states = channel.states.setdefault(name, [])
        self.posts, self.edits = channel.posting.pacer, channel.editing.pacer

    async def hint(self, _view):
        """Nothing is shown beside the messages."""

    def render(self, view):
        return [view.text or view.status]

    async def post(self, page, _place):
        await self.channel.posting.call()
        self.states.append((now(), page))
        return "message"

    async def edit(self, _reference, page):
        await self.channel.editing.call()
        self.states.append((now(), page))


def lag_of(show, *, seed=0, takes_s=(0.005,), held_up=()):
    """Return the lag of four answers, and how many calls were refused."""

    async def together():
        loop, channel = asyncio.get_running_loop(), Channel(seed, takes_s)
        for at, seconds in held_up:
            loop.call_at(at, loop.hold_up, seconds)
        await asyncio.gather(*(show(channel, str(number)) for number in range(ANSWERS)))
        return channel

    channel = leap(together())
    return (*channel.lag(), channel.refused)


def ours(**trouble):
    return lag_of(Channel.shown_by_presenter, **trouble)


def fixed(**trouble):
    return lag_of(Channel.shown_each_second, **trouble)


def test_four_answers_in_one_channel_are_within_1_15_of_the_optimum():
    lag_chars, late_s, refused = ours()
    assert lag_chars < 1.15 * OPTIMUM
    assert late_s < 0.2
    assert not refused


@pytest.mark.parametrize("seed", range(8))
def test_slow_calls_do_not_put_answers_behind_a_fixed_second(seed):
    """Each window that seems to end late opens the next one late, until endings take it all."""
    slow = (0.01, 0.02, 0.05, 0.05, 0.1, 0.3)
    lag_chars, late_s, refused = ours(seed=seed, takes_s=slow)
    assert lag_chars < 1.35 * OPTIMUM
    assert lag_chars < fixed(seed=seed, takes_s=slow)[0]
    assert late_s < 1.6, "four endings one after the other, each of up to 0.6 s"
    assert not refused


@pytest.mark.parametrize("seconds", [0.5, 2.0, 3.0])
@pytest.mark.parametrize("at", [1.5, 3.9, 4.2, 6.5])
def test_a_process_that_is_held_up_writes_on_as_soon_as_it_can(at, seconds):
    """The window that opens then may last until shortly after the endings, which can wait.

    A fixed second leaves nothing for endings. After a long pause it may hide a little less until
    they are due, and then it is seconds late.
    """
    lag_chars, late_s, refused = ours(held_up=[(at, seconds)])
    fixed_chars, fixed_late_s, _ = fixed(held_up=[(at, seconds)])
    assert lag_chars < fixed_chars or (
        seconds >= 2 and lag_chars < 1.25 * fixed_chars and late_s < fixed_late_s - 2
    )
    assert late_s < 1.0
    assert not refused
