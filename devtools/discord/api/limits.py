"""Rate limits: fixed windows per route and major parameter, and the global one.

Discord documents the headers and the global 50 a second, not the numbers of a route; those here
are what its servers are seen to send.
https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field

_HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of `requests` in each window of `per_s` seconds."""

    requests: int
    per_s: float


@dataclass(slots=True)
class RouteLimits:
    """The limits by the name of the route; `enabled` False lets everything through.

    `scale` multiplies all windows: 0.1 makes five in 5 s five in 0.5 s.
    """

    enabled: bool = True
    scale: float = 1.0
    overall: Limit = Limit(50, 1.0)
    other: Limit = Limit(50, 1.0)
    routes: dict[str, Limit] = field(
        default_factory=lambda: {
            "post_message": Limit(5, 5.0),
            "edit_message": Limit(5, 5.0),
            "edit_old_message": Limit(5, 300.0),
            "delete_message": Limit(5, 1.0),
            "react": Limit(1, 0.25),
            "typing": Limit(5, 5.0),
            "create_thread": Limit(50, 300.0),
            "edit_channel": Limit(5, 5.0),
            "rename_channel": Limit(2, 600.0),
            "webhook": Limit(5, 2.0),
            "create_dm": Limit(5, 5.0),
        }
    )


@dataclass(slots=True)
class _Window:
    limit: Limit
    resets_at: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class LimitVerdict:
    """A verdict on a request: refused if `wait_s` is above zero, by the limit of the `scope`."""

    headers: dict[str, str]
    wait_s: float = 0.0
    scope: str = "user"


@dataclass(slots=True)
class Buckets:
    limits: RouteLimits
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _hashes: dict[str, str] = field(default_factory=dict)

    def take(self, route: str, major: str, *, exempt: bool = False) -> LimitVerdict:
        """Count one request; `exempt` from the global limit are the calls of interactions."""
        if not self.limits.enabled:
            return LimitVerdict({})
        if not exempt and (wait_s := self._spend("overall", "", self.limits.overall)[1]):
            return LimitVerdict({"X-RateLimit-Global": "true"}, wait_s, "global")
        limit = self.limits.routes.get(route, self.limits.other)
        window, wait_s = self._spend(route, major, limit)
        return LimitVerdict(self._headers(route, window), wait_s)

    def sublimit(self, route: str, major: str) -> float:
        """Seconds to wait for a limit that no header tells of; 0 if there is room."""
        if not self.limits.enabled:
            return 0.0
        return self._spend(route, major, self.limits.routes[route])[1]

    def reset(self) -> None:
        """Forget everything that was used up."""
        self._windows.clear()

    def _spend(self, route: str, major: str, limit: Limit) -> tuple[_Window, float]:
        now = time.monotonic()
        window = self._windows.get((route, major))
        if window is None or window.resets_at <= now or window.limit is not limit:
            if len(self._windows) > 10_000:
                self._windows = {k: w for k, w in self._windows.items() if w.resets_at > now}
            window = _Window(limit, now + limit.per_s * self.limits.scale)
            self._windows[(route, major)] = window
        if window.used >= limit.requests:
            return window, max(window.resets_at - now, 0.001)
        window.used += 1
        return window, 0.0

    def _headers(self, route: str, window: _Window) -> dict[str, str]:
        left_s = max(window.resets_at - time.monotonic(), 0.0)
        if route not in self._hashes:
            self._hashes[route] = hashlib.md5(route.encode(), usedforsecurity=False).hexdigest()
        return {
            "X-RateLimit-Limit": str(window.limit.requests),
            "X-RateLimit-Remaining": str(window.limit.requests - window.used),
            "X-RateLimit-Reset": f"{time.time() + left_s:.3f}",
            "X-RateLimit-Reset-After": f"{left_s:.3f}",
            "X-RateLimit-Bucket": self._hashes[route],
        }
