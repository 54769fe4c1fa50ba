"""Retries of the work on events, which Discord does not deliver again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from core.errors import PlatformError, StorageError
from core.retry import with_pauses

_RETRIES_S: Final = (0.3, 1.0, 3.0)  # Discord delivers a message only once, also if a store fails

T = TypeVar("T")


async def retried(work: Callable[[], Awaitable[T]]) -> T:
    """Return the result of the work, repeated for some seconds; it has to be idempotent.

    Raises:
        FaqbotError: the last attempt failed, or Discord refuses the work for good.
    """
    return await with_pauses(work, pauses_s=_RETRIES_S, after=(PlatformError, StorageError))
