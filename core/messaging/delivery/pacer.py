"""Pacing of messages: edit budgets under a platform's rate limits.

Every live message has a lane in the pacer of the bucket that its edits are counted in. A token is
kept back for the last edit of each, so that no interim edit can delay an ending. The remaining
tokens are spread over the time for which answers are expected to grow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from core.bounded import BoundedDict
from core.errors import RateLimitedError
from core.messaging.delivery.company import Company
from core.messaging.delivery.growth import Growth
from core.messaging.delivery.window import Window

# More frequent interim edits of a message would add more flicker than text.
MIN_INTERVAL_S: Final = 0.2
# A token that is kept for an ending may be spent if another one comes back so soon.
_LENT_S: Final = 0.7
_SPARE_SHARE: Final = 50  # one token in so many is kept for answers that have not begun
# The first text of an answer is about a sentence; less is shown when this much time has passed.
_SENTENCE_CHARS: Final = 24
SENTENCE_S: Final = 0.3
_LOOK_S: Final = 0.05  # the interval at which waiting answers are looked at


@dataclass(eq=False, slots=True)
class Lane:
    """The state of one live message in its pacer.

    `hidden` is the number of characters that people cannot see yet. `ends` is set when the next
    write goes before all interim ones: it is the last, or it replaces what nobody writes any more.
    """

    hidden: int = 0
    ends: bool = False
    growing_since: float | None = None
    written_at: float = float("-inf")
    turn: asyncio.Future[None] | None = field(default=None, repr=False)

    @property
    def shows_text(self) -> bool:
        """True if people can see a part of the text."""
        return self.growing_since is not None and self.written_at >= self.growing_since

    def grown_s(self, now: float) -> float:
        """Return for how many seconds the text has grown."""
        return now - self.growing_since if self.growing_since is not None else 0.0

    def waited_s(self, now: float) -> float:
        """Return the seconds since people last saw all text that had been written."""
        if self.growing_since is None:
            return 0.0
        return now - max(self.written_at, self.growing_since)

    @property
    def waits(self) -> bool:
        """True while the message waits for its turn."""
        return self.turn is not None and not self.turn.done()


class Pacer:
    """Grants calls of one bucket: endings first, then the message that is furthest behind.

    Each message is written at equal intervals over the time for which the live answers are expected
    to grow, so that early writes do not spend the tokens of late ones. An interval is at least
    `min_interval_s`.
    """

    def __init__(
        self,
        window: Window,
        *,
        at_once: int = 64,
        min_interval_s: float = MIN_INTERVAL_S,
    ) -> None:
        """`at_once` bounds the calls in flight."""
        self.window = window
        self._at_once = at_once
        self._min_interval_s = min_interval_s
        self._in_flight = 0
        self._lanes: dict[Lane, None] = {}  # in the order in which they were opened
        self._growth = Growth()
        self._company = Company()
        self._looked_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def lane(self) -> Iterator[Lane]:
        """Open a lane for a message while it is live; a token is reserved for its ending."""
        lane = Lane()
        self._lanes[lane] = None
        try:
            yield lane
        finally:
            del self._lanes[lane]
            if lane.growing_since is not None:
                self._company.note_ended(lane.growing_since)
            self._dispatch()

    def update(self, lane: Lane, *, hidden: int, ends: bool) -> None:
        """Set how many characters of the message are hidden, and whether its next write is last."""
        now = _now()
        if hidden and lane.growing_since is None:
            lane.growing_since = now
            self._company.note_begun(now, self.window.window_s)
        if ends and not lane.ends and lane.growing_since and lane.shows_text:
            self._growth.learn(now - lane.growing_since)
        # Answers grow far more often than turns are due, and each dispatch costs time.
        news = ends != lane.ends or bool(hidden) != bool(lane.hidden)
        lane.hidden, lane.ends = hidden, ends
        if lane.waits and (news or now - self._looked_at >= _LOOK_S):
            self._dispatch()

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[None]:
        """Wait until the lane may make its call, which is made inside.

        If the platform refuses it for its rate limit, no call is granted for as long as it says.
        """
        try:
            await self._wait(lane)
            yield
        except RateLimitedError as error:
            self.window.freeze(_now() + error.retry_after_s)
            raise
        finally:
            granted, lane.turn = lane.turn, None
            if granted and granted.done() and not granted.cancelled():
                self._in_flight -= 1
                self.window.end(_now())
            self._dispatch()

    async def _wait(self, lane: Lane) -> None:
        """Wait until the lane is granted a call, and no other process has taken that."""
        while True:
            lane.turn, written_at = asyncio.get_running_loop().create_future(), lane.written_at
            self._dispatch()
            await lane.turn
            if await self.window.take():
                return
            self._in_flight -= 1
            self.window.end(_now())
            lane.written_at = written_at

    @asynccontextmanager
    async def slot(self, *, ends: bool = True) -> AsyncIterator[None]:
        """Wait for the turn of a call outside any lane, made inside; `ends` as in `update`."""
        with self.lane() as lane:
            self.update(lane, hidden=1, ends=ends)
            async with self.turn(lane):
                yield

    def note_written(self, lane: Lane) -> None:
        """Note that a new message, whose call has another budget, has just shown all text."""
        lane.written_at = _now()
        lane.growing_since = lane.growing_since or lane.written_at

    @property
    def frozen_s(self) -> float:
        """The seconds for which the platform grants no call; 0 if it has not refused one."""
        return self.window.frozen_s(_now())

    @property
    def idle(self) -> bool:
        """True while this pacer has no live message."""
        return not self._lanes

    def _kept_back(self, now: float) -> int:
        """Return the tokens that interim calls must leave for endings.

        Of a short window, most tokens come back before the endings. If all tokens come back
        together, none is kept for endings that are expected after that, or so shortly before it
        that they can wait.
        """
        back_s = self.window.resets_in(now)
        ending = sum(
            lane.ends or self._growth.next_end_s(lane.grown_s(now)) <= back_s - _LENT_S
            for lane in self._lanes
        )
        most = self.window.share // 2 if back_s == float("inf") else self.window.share - 1
        return min(ending, most) + self._spare

    @property
    def _spare(self) -> int:
        """Return the tokens that are kept for the endings of answers that have not begun."""
        expected = min(ceil(self._company.expected), self.window.share // 4)
        return self.window.share // _SPARE_SHARE + expected

    def _dispatch(self) -> None:
        """Grant all calls that may be made now, and set a timer for the next change."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._looked_at = _now()
        while self._in_flight < self._at_once:  # each call dispatches again when it ends
            now = _now()
            waiting = [lane for lane in self._lanes if lane.waits]
            free = self.window.free(now)
            ending = next((lane for lane in waiting if lane.ends), None)
            if ending and free:
                self._grant(ending)
                continue
            wake_at = self.window.changes_at(now)
            due = self._due([lane for lane in waiting if lane.hidden], now)
            if due and free and self.window.coming(now, _LENT_S) > self._kept_back(now):
                ready = [lane for lane, due_at in due.items() if due_at <= now]
                if ready:
                    self._grant(max(ready, key=lambda lane: lane.hidden))
                    continue
                wake_at = min(wake_at, *due.values())
            elif due and wake_at - _LENT_S > now:
                wake_at -= _LENT_S
            if (due or ending) and wake_at < float("inf"):
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(max(wake_at - now, 0.001), self._dispatch)
            return

    def _grant(self, lane: Lane) -> None:
        if lane.turn:
            lane.turn.set_result(None)
            lane.written_at = _now()
            self._in_flight += 1
            self.window.begin()

    def _due(self, lanes: Sequence[Lane], now: float) -> dict[Lane, float]:
        """Return the time at which each message's next interim write is due.

        The sum of hidden text is least if all intervals of all messages are equal. The first one is
        long enough for a sentence.
        """
        if not lanes:
            return {}
        # With no call in the window, an early call starts it early, and comes back early.
        step_s = 0.0 if self.window.free(now) == self.window.limit else self._step_s(now)
        return {lane: self._due_at(lane, step_s) for lane in lanes}

    def _due_at(self, lane: Lane, step_s: float) -> float:
        at = lane.written_at + max(step_s, self._min_interval_s)
        if lane.shows_text or lane.growing_since is None:
            return at
        sentence_s = 0.0 if lane.hidden >= _SENTENCE_CHARS else SENTENCE_S
        return max(at, lane.growing_since + max(step_s, sentence_s))

    def _step_s(self, now: float) -> float:
        """Return the seconds between two writes of a message for which the tokens last.

        The ending is the last of these writes. All tokens have to last until the answers end, and
        the free ones until more come back.
        """
        growing = [lane for lane in self._lanes if not lane.ends]
        left_s = [self._growth.left_s(lane.grown_s(now)) for lane in growing]
        longest_s = max(left_s, default=0.0)
        since_s = sum(lane.waited_s(now) for lane in growing)
        others = len(self._lanes) - len(growing) + self._spare
        calls = self.window.coming(now, longest_s) - others
        step_s = max((since_s + sum(left_s)) / max(calls, 1), self._fair_step_s(len(growing)))
        back_s = self.window.changes_at(now) - now
        if back_s < longest_s:
            calls = self.window.coming(now, _LENT_S) - self._kept_back(now)
            then = min(len(growing), self.window.share)
            step_s = max(step_s, (since_s + back_s * len(growing)) / max(calls + then, 1))
        return step_s

    def _fair_step_s(self, growing: int) -> float:
        """Return the interval, in seconds, that leaves enough for answers likely to begin soon."""
        if not self._company.expected:
            return 0.0
        together = growing + self._company.expected
        return min(self._growth.left_s(0.0), self.window.window_s) * together / self.window.share


class Pacers:
    """The pacers of buckets, by their names; of those that are idle the least recently used go."""

    def __init__(self, most: int) -> None:
        # A second pacer of a bucket in use would double it.
        self._kept: BoundedDict[str, Pacer] = BoundedDict(most, in_use=lambda pacer: not pacer.idle)

    def of(self, bucket: str, make: Callable[[], Pacer]) -> Pacer:
        """Return the pacer of a bucket, which is made if it is not there."""
        pacer = self._kept.get(bucket) or make()
        self._kept[bucket] = pacer  # which is the latest one in use now
        return pacer


def _now() -> float:
    """Return the time of the event loop's clock, in seconds, by which its timers go."""
    return asyncio.get_running_loop().time()
