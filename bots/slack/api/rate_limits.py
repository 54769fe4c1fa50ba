"""Slack's rate limits as budgets that all replies share.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.errors import RateLimitedError
from core.messaging.delivery.pacer import Pacer, Pacers
from core.messaging.delivery.shared_calls import SharedCalls, SharedWindow
from core.messaging.delivery.window import Window
from core.types import CallBudget

# chat.update is of tier 3: "50+ per minute" for each method and workspace. `Window` counts a call
# from before it is sent until a minute after its response, which is stricter than any way in which
# Slack may count, so no reserve is needed.
EDITS_A_MINUTE: Final = 50
# chat.appendStream is of tier 4, chat.startStream and chat.stopStream of tier 2.
APPENDS_A_MINUTE: Final = 100
_WHISPERS_A_MINUTE: Final = 100  # chat.postEphemeral is of tier 4
_DELETES_A_MINUTE: Final = 50  # chat.delete is of tier 3
# conversations.history and conversations.replies are of tier 3; each has a limit of its own.
_SEARCHES_A_MINUTE: Final = 50
_STREAMS_A_MINUTE: Final = 20
STREAM_S: Final = 300.0  # Slack ends a stream after this time
_MINUTE_S: Final = 60.0
# chat.postMessage: "1 per second" for each channel, "short bursts of more are allowed".
_BURST: Final = 3
_POSTS_A_MINUTE: Final = 300  # "several hundred messages per minute" in a workspace
_MOST_KEPT: Final = 2_000


class Streams:
    """Reserves calls for streams, so that each stream that begins can also be stopped.

    No answer waits for a stream: without one, it is shown by edits.
    """

    def __init__(self) -> None:
        self._starts = Window(_STREAMS_A_MINUTE, _MINUTE_S)
        self._stops = Window(_STREAMS_A_MINUTE, _MINUTE_S)
        self._live: dict[str, float] = {}  # the end of each question's reservation
        self._planned: set[str] = set()  # those of them whose stream has not begun yet
        self.unsupported = False  # this workspace has no such methods

    def share(self, calls: int) -> None:
        """Set how many of Slack's calls in a minute this process may use."""
        self._starts.limit = self._stops.limit = calls

    def plan(self, question_id: str, now: float) -> bool:
        """Reserve the calls of a stream until its end; return whether there was room."""
        self._live = {one: ends for one, ends in self._live.items() if ends > now}
        self._planned &= self._live.keys()
        starts = self._starts.free(now) - len(self._planned)
        stops = self._stops.free(now) - len(self._live)
        if self.unsupported or question_id in self._live or min(starts, stops) < 1:
            return False
        self._live[question_id] = now + STREAM_S
        self._planned.add(question_id)
        return True

    def begin(self, question_id: str, now: float) -> None:
        """Note that a reserved stream begins now."""
        self._planned.discard(question_id)
        _count(self._starts, now)

    def end(self, question_id: str, now: float) -> None:
        """Note that a stream was stopped, or did not begin."""
        if self._live.pop(question_id, None) and question_id not in self._planned:
            _count(self._stops, now)
        self._planned.discard(question_id)


class Searches:
    """The budget of a method that reads messages: a call is made at once or not at all.

    A process that knows some messages of an answer continues with them, and waits in no queue.
    """

    def __init__(self, method: str, window: Window) -> None:
        self._method = method
        self._window = window

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Count a call, which is made inside.

        Raises:
            RateLimitedError: no call may be made now; or Slack has refused this one.
        """
        loop, window = asyncio.get_running_loop(), self._window
        if not window.free(loop.time()):
            raise self._refused(loop.time())
        window.begin()
        try:
            if not await window.take():
                raise self._refused(loop.time())
            try:
                yield
            except RateLimitedError as error:
                window.freeze(loop.time() + error.retry_after_s)
                raise
        finally:
            window.end(loop.time())

    def _refused(self, now: float) -> RateLimitedError:
        back_s = min(self._window.changes_at(now) - now, _MINUTE_S)
        return RateLimitedError(f"{self._method}: no call is left for now", retry_after_s=back_s)


class Budgets:
    """The pacers of this process; the least recently used ones are dropped.

    Slack counts all calls in a workspace together, whichever process makes them.
    """

    def __init__(
        self, *, edits_a_minute: int = EDITS_A_MINUTE, calls: SharedCalls | None = None
    ) -> None:
        """`calls` knows the other processes; without it there is one."""
        self._edits_a_minute = edits_a_minute
        self._calls = calls or SharedCalls()
        self._pacers = Pacers(_MOST_KEPT)
        self._streams: dict[str, Streams] = {}

    def posts(self, channel: str) -> Pacer:
        """Return the budget of new messages in a channel."""
        return self._pacer("chat.postMessage", channel, _BURST, float(_BURST), drips=True)

    def messages(self, team: str) -> Pacer:
        """Return the budget of new messages in all channels of a workspace."""
        return self._pacer("chat.postMessage", team, _POSTS_A_MINUTE)

    def whispers(self, team: str) -> Pacer:
        """Return the budget of messages that only one person sees."""
        return self._pacer("chat.postEphemeral", team, _WHISPERS_A_MINUTE)

    def edits(self, team: str) -> Pacer:
        """Return the budget of `chat.update` in a workspace."""
        return self._pacer("chat.update", team, self._edits_a_minute)

    def deletes(self, team: str) -> Pacer:
        """Return the budget of `chat.delete` in a workspace."""
        return self._pacer("chat.delete", team, _DELETES_A_MINUTE)

    def searches(self, team: str, method: str) -> Searches:
        """Return the budget of a method that reads the messages of a workspace."""
        return Searches(method, self._pacer(method, team, _SEARCHES_A_MINUTE).window)

    def appends(self, team: str) -> Pacer:
        """Return the budget of `chat.appendStream` in a workspace."""
        return self._pacer("chat.appendStream", team, APPENDS_A_MINUTE)

    def streams(self, team: str) -> Streams:
        """Return the streams of a workspace: `chat.startStream` and `chat.stopStream`.

        Each process has its share, since it keeps a call for as long as a stream lasts.
        """
        streams = self._streams.setdefault(team, Streams())
        streams.share(max(_STREAMS_A_MINUTE // self._calls.processes(), 1))
        return streams

    def _pacer(
        self,
        method: str,
        place: str,
        limit: int,
        window_s: float = _MINUTE_S,
        *,
        drips: bool = False,
    ) -> Pacer:
        name = f"slack:{method}:{place}"
        budget = CallBudget(name, limit, window_s, drips=drips)
        return self._pacers.of(name, lambda: Pacer(SharedWindow(budget, self._calls)))


def _count(window: Window, now: float) -> None:
    window.begin()
    window.end(now)
