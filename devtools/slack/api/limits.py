"""Slack's rate limits: one sliding minute per method and workspace, one message a second a channel.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

_TIER_1, _TIER_2, _TIER_3, _TIER_4 = 10, 20, 50, 100  # Tier 1 tolerates "a small burst"
_SPECIAL = 600
_READING = ("conversations.history", "conversations.replies")
_READ_IN_A_PAGE = 15

CALLS_A_MINUTE = {
    "apps.connections.open": _TIER_1,
    "assistant.threads.setStatus": _SPECIAL,
    "assistant.threads.setSuggestedPrompts": _TIER_4,
    "assistant.threads.setTitle": _TIER_4,
    "auth.test": _SPECIAL,
    "bots.info": _TIER_3,
    "chat.appendStream": _TIER_4,
    "chat.delete": _TIER_3,
    "chat.getPermalink": _SPECIAL,
    "chat.postEphemeral": _TIER_4,
    "chat.postMessage": 300,  # "several hundred a minute" in a workspace, whatever the channel
    "chat.startStream": _TIER_2,
    "chat.stopStream": _TIER_2,
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.join": _TIER_3,
    "conversations.list": _TIER_2,
    "conversations.members": _TIER_4,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "oauth.v2.access": _TIER_4,
    "reactions.add": _TIER_3,
    "reactions.remove": _TIER_2,
    "team.info": _TIER_3,
    "usergroups.users.list": _TIER_2,
    "users.conversations": _TIER_3,
    "users.info": _TIER_4,
    "views.open": _TIER_4,
    "views.publish": _TIER_4,
    "views.push": _TIER_4,
    "views.update": _TIER_4,
}


@dataclass(slots=True)
class Limits:
    """The limits of calls: `minute_s` is the length of a minute, and `on` False lets all pass.

    `posts_in_a_burst` messages may follow each other in a channel before one a second holds.
    `is_distributed` reads messages as apps outside of Slack's Marketplace have to: 15 in a call,
    and one call a minute.
    """

    on: bool = True
    minute_s: float = 60.0
    posts_in_a_burst: int = 3
    is_distributed: bool = False
    calls_a_minute: dict[str, int] = field(default_factory=lambda: dict(CALLS_A_MINUTE))
    now: Callable[[], float] = time.monotonic
    _calls: defaultdict[tuple[str, str], deque[float]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _posts: dict[str, tuple[float, float]] = field(default_factory=dict)

    def refused_s(self, team: str, method: str, channel: str = "") -> int:
        """0 and the call is counted, or the whole seconds after which it may be tried again."""
        if not self.on:
            return 0
        now = self.now()
        calls = self._calls[team, method]
        while calls and calls[0] <= now - self.minute_s:
            calls.popleft()
        if len(calls) >= self._calls_a_minute_of(method):
            return max(1, math.ceil(calls[0] + self.minute_s - now))
        if method == "chat.postMessage" and channel:
            second_s = self.minute_s / 60
            left, at = self._posts.get(channel, (float(self.posts_in_a_burst), now))
            left = min(self.posts_in_a_burst, left + (now - at) / second_s)
            if left < 1:
                return max(1, math.ceil((1 - left) * second_s))
            self._posts[channel] = (left - 1, now)
        calls.append(now)
        return 0

    def page_of(self, method: str, asked: int) -> int:
        """Return how many messages a page has if so many are asked for."""
        return min(asked, _READ_IN_A_PAGE) if self._is_bound(method) else asked

    def _calls_a_minute_of(self, method: str) -> int:
        return 1 if self._is_bound(method) else self.calls_a_minute.get(method, _TIER_3)

    def _is_bound(self, method: str) -> bool:
        return self.is_distributed and method in _READING
