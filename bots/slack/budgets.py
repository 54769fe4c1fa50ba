"""Slack's rate limits as budgets that all replies share.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from core.pacing import Pacer, Window

# chat.update is of tier 3: "50+ per minute" a method and workspace. `Window` counts a call from
# before it is sent until a minute after it has landed, which is stricter than any way in which
# Slack may count, so nothing is held back. What another replica takes is learnt by a 429.
EDITS_A_MINUTE: Final = 50
_MINUTE_S: Final = 60.0
# chat.postMessage: "1 per second" a channel, "short bursts of more are allowed".
_BURST: Final = 3
_MOST_KEPT: Final = 2_000


class Budgets:
    """The pacers of this process; those of channels that were not used for long are dropped."""

    def __init__(self) -> None:
        self._pacers: OrderedDict[tuple[str, str], Pacer] = OrderedDict()

    def posts(self, channel: str) -> Pacer:
        """New messages in a channel."""
        return self._pacer(("chat.postMessage", channel), lambda: Window(_BURST, float(_BURST)))

    def edits(self, team: str) -> Pacer:
        """`chat.update` in a workspace."""
        return self._pacer(("chat.update", team), lambda: Window(EDITS_A_MINUTE, _MINUTE_S))

    def _pacer(self, key: tuple[str, str], window: Callable[[], Window]) -> Pacer:
        pacer = self._pacers.get(key)
        if pacer is None:
            pacer = self._pacers[key] = Pacer(window())
            while len(self._pacers) > _MOST_KEPT:
                self._pacers.popitem(last=False)
        self._pacers.move_to_end(key)
        return pacer
