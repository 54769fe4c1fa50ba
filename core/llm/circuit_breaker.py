"""A circuit breaker: after some failures calls are refused for a while, then one is let through."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

_LONGEST_S = 300.0


class Breaker:
    """Counts failures in a row and opens after some of them; `clock` is in seconds."""

    def __init__(
        self, *, failures: int = 5, pause_s: float = 15.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Return whether a call may be made; after a pause one may, and the others wait for it."""
        if not self._open_until:
            return True
        if self._trying or self._clock() < self._open_until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """Note that a call succeeded, which closes the breaker."""
        self._failures, self._open_until, self._trying = 0, 0.0, False

    def failed(self, *, pause_s: float | None = None) -> None:
        """Note a failure; `pause_s`, asked by the server, opens the breaker at once."""
        self._failures += 1
        if pause_s is not None or self._trying or self._failures >= self._limit:
            pause_s = min(max(pause_s or 0.0, self._pause_s), _LONGEST_S)
            self._open_until = self._clock() + pause_s
        self._trying = False

    def abandoned(self) -> None:
        """Note that a call ended with neither success nor failure, as when its reader left."""
        self._trying = False
