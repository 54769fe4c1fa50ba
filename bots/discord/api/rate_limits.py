"""The rate limits of Discord's channels, shared by all who write there."""

from __future__ import annotations

import asyncio
from typing import Final

from core.bounded import BoundedDict
from core.messaging.delivery.pacer import Pacer, Pacers
from core.messaging.delivery.window import Window

# Discord documents the headers and not the numbers. These observed ones count until a header comes.
_CALLS: Final = 5
_WINDOW_S: Final = 5.0
_DELETES_S: Final = 1.0
_REACTIONS_S: Final = 1.25
# One call in flight for each bucket, because the headers of two would contradict each other.
_AT_ONCE: Final = 1
_MOST_CHANNELS: Final = 2_000
_TYPING_LASTS_S: Final = 8.0  # Discord shows it for ten seconds; two are left for the call


class Budgets:
    """The pacers by channel; the least recently used ones are dropped."""

    def __init__(self) -> None:
        self._pacers = Pacers(_MOST_CHANNELS)
        self._typed: BoundedDict[int, float] = BoundedDict(_MOST_CHANNELS)

    def posts(self, channel: int) -> Pacer:
        """Return the budget of new messages in a channel."""
        return self._pacer("posts", channel, _WINDOW_S)

    def edits(self, channel: int) -> Pacer:
        """Return the budget of edits of messages in a channel."""
        return self._pacer("edits", channel, _WINDOW_S)

    def threads(self, channel: int) -> Pacer:
        """Return the budget of threads that are opened in a channel."""
        return self._pacer("threads", channel, _WINDOW_S)

    def deletes(self, channel: int) -> Pacer:
        """Return the budget of deletions of messages in a channel."""
        return self._pacer("deletes", channel, _DELETES_S)

    def reactions(self, channel: int) -> Pacer:
        """Return the budget of the bot's own reactions in a channel."""
        return self._pacer("reactions", channel, _REACTIONS_S)

    def may_type(self, channel: int) -> bool:
        """Return whether the bot should show that it is typing; False if it just has."""
        now = asyncio.get_running_loop().time()
        if now - self._typed.get(channel, float("-inf")) < _TYPING_LASTS_S:
            return False
        self._typed[channel] = now
        return True

    def _pacer(self, kind: str, channel: int, window_s: float) -> Pacer:
        return self._pacers.of(
            f"{kind}:{channel}", lambda: Pacer(Window(_CALLS, window_s), at_once=_AT_ONCE)
        )
