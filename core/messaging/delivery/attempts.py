"""The attempts to make the calls of an answer: the pauses after failures, and the last attempt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from core.errors import (
    PlatformError,
    PlatformRefusedError,
    PlatformUnclearError,
    RateLimitedError,
)

logger = logging.getLogger(__name__)

RETRIES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # the pauses after temporary errors
_MOST_INTERIM_FAILURES: Final = 2  # failures of interim edits that lengthen the pause


class Attempts:
    """Counts the failed calls of one answer, and waits before the next attempt."""

    def __init__(self, ends: Callable[[], bool]) -> None:
        """`ends` returns whether the ending is what is to be shown now."""
        self._ends = ends
        self.rate_limited = 0  # calls that the platform refused for its rate limit
        self.retried = 0  # calls that were repeated after another error
        self._failures = 0
        self._was_unclear = False

    def succeeded(self) -> None:
        """Note that a call was made, so that the next failure is the first of its row."""
        self._failures = 0

    async def failed(self, error: PlatformError) -> None:
        """Wait before the next attempt.

        Raises:
            PlatformError: there will be no further attempt.
        """
        if isinstance(error, RateLimitedError):  # the pacer waits
            self.rate_limited += 1
            logger.warning("%s; waiting for %.1f s", error, error.retry_after_s)
            return
        if isinstance(error, PlatformRefusedError):
            raise error
        if isinstance(error, PlatformUnclearError):
            if self._was_unclear:
                raise PlatformRefusedError(str(error)) from error
            self._was_unclear = True
        if self._ends() and self._failures == len(RETRIES_S):
            raise error
        self.retried += 1
        logger.warning("%s; trying again", error)
        await asyncio.sleep(RETRIES_S[self._failures])
        # Attempts for the ending are counted separately from those for interim edits.
        most = len(RETRIES_S) if self._ends() else _MOST_INTERIM_FAILURES
        self._failures = min(self._failures + 1, most)
