"""Retries of what Discord does not deliver again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from core.errors import PlatformError, StorageError
from core.retry import with_pauses

_RETRIES_S: Final = (0.3, 1.0, 3.0)  # Discord delivers a message once, whatever the store does

T = TypeVar("T")


async def retried(work: Callable[[], Awaitable[T]]) -> T:
    """Return what the work gives, trying again for some seconds; doing it twice changes nothing.

    Raises:
        FaqbotError: the last attempt failed, too, or Discord refuses it for good.
    """
    return await with_pauses(work, pauses_s=_RETRIES_S, after=(PlatformError, StorageError))
