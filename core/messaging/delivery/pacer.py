"""Pacing of messages: edit budgets under a platform's rate limits.

Every live message has a lane in the pacer of the bucket that its edits are counted in. A token is
kept back for the last edit of each, so that no interim edit can stand in the way of an ending; what
is left is spread over the time for which answers are expected to grow.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

# An interim edit sooner than this after the last one of its message adds more flicker than text.
MIN_INTERVAL_S: Final = 0.2
# A token kept for an ending may be spent if another comes back before the ending.
_LENT_S: Final = 0.7
_SPARE_SHARE: Final = 20  # one token in so many is kept for answers that have not begun
_EXPECTED_S: Final = 11.0  # how long an answer grows, until some have been seen
_LOOK_S: Final = 0.05  # the interval at which waiting answers are looked at
_LEARNING_SHARE: Final = 0.2  # the weight of the latest answer in that expectation


class Window:
    """A budget of calls. At most `limit` are made in any `window_s` seconds.

    A call counts from when it is granted until `window_s` after it has returned, since nobody knows
    when in between the platform has counted it: so no platform counts more strictly.
    """

    def __init__(self, limit: int, window_s: float, *, drips: bool = False) -> None:
        """With `drips`, calls come back one by one: `limit` is a burst, then a steady pace."""
        self.limit = limit
        self.window_s = window_s
        self._drips = drips
        self._in_flight = 0
        self._landed: deque[float] = deque()
        self._frozen_until = 0.0
        self._resets_at = float(
            "-inf"
        )  # the time at which all calls come back, if the platform says so

    def share(self, limit: int, window_s: float) -> None:
        """Change the part of the platform's budget that this process may use."""
        self.limit, self.window_s = limit, window_s

    def free(self, now: float) -> int:
        """Return how many calls may be made now."""
        if now < self._frozen_until:
            return 0
        self._forget(now)
        return max(self.limit - self._in_flight - len(self._landed), 0)

    def coming(self, now: float, seconds: float) -> int:
        """Return how many calls may be made in the next `seconds`, all in all."""
        self._forget(now)
        if now + seconds < self._frozen_until:
            return 0
        kept = sum(landed > now + seconds - self.window_s for landed in self._landed)
        rounds = max(
            int(seconds / self.window_s), 0
        )  # calls that are spent now come back at that pace
        return self.limit - self._in_flight - kept + rounds * self.limit

    def changes_at(self, now: float) -> float:
        """Return the time at which more calls become possible; infinity if time changes nothing."""
        if now < self._frozen_until:
            return self._frozen_until
        self._forget(now)
        return self._landed[0] + self.window_s if self._landed else float("inf")

    def resets_in(self, now: float) -> float:
        """Return the seconds until all calls come back; infinity if they come back one by one."""
        return self._resets_at - now if now < self._resets_at else float("inf")

    def begin(self) -> None:
        """Count a call that is being made."""
        self._in_flight += 1

    def end(self, now: float) -> None:
        """Count a call that has returned, whatever its result."""
        self._in_flight -= 1
        if self._drips:
            # The burst counts as if it had been spread over the window before.
            interval_s = self.window_s / self.limit
            last = self._landed[-1] if self._landed else float("-inf")
            now = max(now - self.window_s + interval_s, last + interval_s)
        elif now < self._resets_at:
            now = self._resets_at - self.window_s
        self._landed.append(now)

    def freeze(self, until: float) -> None:
        """Grant nothing before `until`, since the platform refused a call."""
        self._frozen_until = max(self._frozen_until, until)

    def learn(self, *, limit: int, remaining: int, reset_after_s: float, now: float) -> None:
        """Take over what the platform says of the bucket, which others may use, too.

        All calls of its window come back together, when that ends. Called while the call whose
        answer says so is still in flight, and counted in `remaining`.
        """
        self.limit = limit
        self.window_s = max(self.window_s, reset_after_s)
        self._resets_at = now + reset_after_s
        landed = max(limit - remaining - self._in_flight, 0)
        self._landed = deque([self._resets_at - self.window_s] * landed)

    def _forget(self, now: float) -> None:
        while self._landed and self._landed[0] <= now - self.window_s:
            self._landed.popleft()


@dataclass(eq=False, slots=True)
class Lane:
    """One live message in its pacer: how far it is behind, and whether it waits.

    `hidden` counts the characters that people cannot see yet; `ends` is set when the next write is
    the last, which goes before all interim ones.
    """

    hidden: int = 0
    ends: bool = False
    growing_since: float | None = None
    written_at: float = float("-inf")
    turn: asyncio.Future[None] | None = field(default=None, repr=False)

    @property
    def waits(self) -> bool:
        """True while the message wants a turn and has none."""
        return self.turn is not None and not self.turn.done()


class Pacer:
    """Grants calls of one bucket: endings first, then whoever is furthest behind.

    Interim calls are spread evenly over the time for which the live answers are expected to grow,
    so that the first of them do not spend what the last ones need; and at a distance of
    `min_interval_s` for each message.
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
        self._expected_s = _EXPECTED_S
        self._interim_at = self._looked_at = float("-inf")
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
            self._dispatch()

    def update(self, lane: Lane, *, hidden: int, ends: bool) -> None:
        """Say how far the message is behind, while its turn is awaited or not."""
        now = _now()
        if hidden and lane.growing_since is None:
            lane.growing_since = now
        if ends and not lane.ends and lane.growing_since and lane.written_at > lane.growing_since:
            grown_s = now - lane.growing_since
            self._expected_s += _LEARNING_SHARE * (grown_s - self._expected_s)
        # Answers grow far more often than turns are due, and each look costs time.
        news = ends != lane.ends or bool(hidden) != bool(lane.hidden)
        lane.hidden, lane.ends = hidden, ends
        if lane.waits and (news or now - self._looked_at >= _LOOK_S):
            self._dispatch()

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[None]:
        """Wait until the lane may make its call; the call is made inside."""
        lane.turn = granted = asyncio.get_running_loop().create_future()
        try:
            self._dispatch()
            await granted
            yield
        finally:
            lane.turn = None
            if granted.done() and not granted.cancelled():
                self._in_flight -= 1
                self.window.end(_now())
            self._dispatch()

    @asynccontextmanager
    async def slot(self, *, ends: bool = True) -> AsyncIterator[None]:
        """Wait for the turn of a single call, which is made inside; `ends` as in `update`."""
        with self.lane() as lane:
            self.update(lane, hidden=1, ends=ends)
            async with self.turn(lane):
                yield

    def freeze(self, seconds: float) -> None:
        """Grant nothing for so long, since the platform refused a call."""
        self.window.freeze(_now() + seconds)

    @property
    def idle(self) -> bool:
        """True while this pacer has no live message."""
        return not self._lanes

    def _kept_back(self, now: float) -> int:
        """Return the tokens that interim calls leave; most of a short window's come back in time.

        Where all come back together, none is kept for what is expected to end after that.
        """
        back_s = self.window.resets_in(now)
        ending = sum(lane.ends or self._left_s(lane, now) <= back_s for lane in self._lanes)
        return min(ending, self.window.limit // 2) + self.window.limit // _SPARE_SHARE

    def _left_s(self, lane: Lane, now: float) -> float:
        """Return how many seconds an answer is expected to grow still."""
        grown_s = now - lane.growing_since if lane.growing_since else 0.0
        # An answer that has grown longer than expected is likely to grow on.
        return max(self._expected_s - grown_s, grown_s**3 / (3 * self._expected_s**2))

    def _dispatch(self) -> None:
        """Grant whatever may be granted now, and look again when time has changed that."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._looked_at = _now()
        while self._in_flight < self._at_once:  # the end of a call dispatches again
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
                    self._interim_at = now
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

        Its own pace and that of all messages together decide.
        """
        if not lanes:
            return {}
        for_all = self._interim_at + self._spacing_s(now)
        return {lane: max(lane.written_at + self._min_interval_s, for_all) for lane in lanes}

    def _spacing_s(self, now: float) -> float:
        """Return the seconds between interim writes, so that tokens last while answers grow."""
        growing = (lane for lane in self._lanes if not lane.ends and lane.growing_since)
        left_s = max((self._left_s(lane, now) for lane in growing), default=0.0)
        # The free calls have to last until more come back, and all of them until the answers end.
        back_s = min(self.window.changes_at(now) - now, left_s)
        kept = self._kept_back(now)
        return max(
            left_s / max(self.window.coming(now, left_s) - kept, 1),
            back_s / max(self.window.free(now) - kept, 1),
        )


def _now() -> float:
    """The loop's clock, which its timers go by; seconds."""
    return asyncio.get_running_loop().time()
