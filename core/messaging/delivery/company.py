"""A forecast of how many answers will begin before the spent calls of a bucket come back."""

from __future__ import annotations

from collections import deque
from typing import Final

_KEPT_SHARE: Final = 0.9  # the decay of the forecast with each answer of a quieter window
_MOST_KEPT: Final = 100


class Company:
    """Learns how many answers follow each other within one window of a bucket of calls.

    An answer that begins after others have ended within the window has only the calls that they
    left. The forecast lets later answers leave more. A busy window is remembered for some answers.
    """

    def __init__(self) -> None:
        self._ended: deque[float] = deque(maxlen=_MOST_KEPT)  # when each ended answer had begun
        self.expected = 0.0

    def note_begun(self, now: float, window_s: float) -> None:
        """Note that an answer begins to grow, and count those that have ended within the window."""
        lately = sum(began > now - window_s for began in self._ended)
        self.expected = max(float(lately), self.expected * _KEPT_SHARE)

    def note_ended(self, began: float) -> None:
        """Note that an answer which began at that time has ended."""
        self._ended.append(began)
