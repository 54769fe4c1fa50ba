"""A budget of calls, counted at least as strictly as a platform may count them."""

from __future__ import annotations

from collections import deque


class Window:
    """A budget of calls. At most `limit` are made in any `window_s` seconds.

    A call counts from the moment it is granted until `window_s` after it has returned, because the
    platform may have counted it at any time in between.
    """

    def __init__(self, limit: int, window_s: float, *, drips: bool = False) -> None:
        """Make a window; with `drips`, calls come back one by one, and `limit` bounds a burst."""
        self.limit = limit
        self.window_s = window_s
        self._drips = drips
        self._in_flight = 0
        self._landed: deque[float] = deque()
        self._frozen_until = 0.0
        # The time at which all calls come back, if the platform says so.
        self._resets_at = float("-inf")
        self._is_told = False  # the platform has told the window of the call that ends next

    @property
    def share(self) -> int:
        """The calls that this process may plan with, of those that may be made in a window."""
        return self.limit

    async def take(self) -> bool:
        """Return whether the call that was just begun may be made; it ends in both cases."""
        return True

    def free(self, now: float) -> int:
        """Return how many calls may be made now."""
        if now < self._frozen_until:
            return 0
        self._forget(now)
        return max(self.limit - self._in_flight - len(self._landed), 0)

    def coming(self, now: float, seconds: float) -> int:
        """Return how many calls may be made in the next `seconds`, including the free ones."""
        self._forget(now)
        if now + seconds < self._frozen_until:
            return 0
        if now < self._resets_at:
            beyond_s = now + seconds - self._resets_at
            windows = 1 + int(beyond_s / self.window_s) if beyond_s >= 0 else 0
            return self.free(now) + windows * self.limit
        kept = sum(landed > now + seconds - self.window_s for landed in self._landed)
        rounds = max(
            int(seconds / self.window_s), 0
        )  # calls that are spent now come back at that pace
        return self.limit - self._in_flight - kept + rounds * self.limit

    def changes_at(self, now: float) -> float:
        """Return the time at which more calls become possible; infinity if there is none."""
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
        self._land(now)

    def _land(self, now: float) -> None:
        if self._drips:
            # A burst is counted as if its calls had been spread over the window before.
            interval_s = self.window_s / self.limit
            last = self._landed[-1] if self._landed else float("-inf")
            now = max(now - self.window_s + interval_s, last + interval_s)
        elif self._is_told or now < self._resets_at:
            now = self._resets_at - self.window_s
        self._is_told = False
        self._landed.append(now)

    def freeze(self, until: float) -> None:
        """Grant no call before `until`, since the platform refused one."""
        self._frozen_until = max(self._frozen_until, until)

    def frozen_s(self, now: float) -> float:
        """Return the seconds until calls are granted again after a refusal; 0 if they are."""
        return max(self._frozen_until - now, 0.0)

    def learn(
        self, *, limit: int, remaining: int, reset_after_s: float, called_at: float, now: float
    ) -> None:
        """Adopt the platform's figures of the bucket, which other clients may use, too.

        All calls of its window come back together, when the window ends. Call this while the call
        that was made at `called_at`, and whose response has these figures, still counts as in
        flight. A response that was long on its way makes the end look later than it is, so the
        earliest end counts of those that responses in the same window allow.
        """
        self.limit = limit
        self.window_s = max(self.window_s, reset_after_s)
        latest, earliest = now + reset_after_s, called_at + reset_after_s
        if not earliest <= self._resets_at <= latest:
            self._resets_at = latest
        self._is_told = True
        landed = max(limit - remaining - self._in_flight, 0)
        self._landed = deque([self._resets_at - self.window_s] * landed)

    def _forget(self, now: float) -> None:
        while self._landed and self._landed[0] <= now - self.window_s:
            self._landed.popleft()
