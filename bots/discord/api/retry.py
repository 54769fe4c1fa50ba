"""Retries of what Discord does not deliver again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from core.errors import PlatformError, PlatformRefusedError, StorageError

logger = logging.getLogger(__name__)

_RETRIES_S: Final = (0.3, 1.0, 3.0)  # Discord delivers a message once, whatever the store does

T = TypeVar("T")


async def retried(work: Callable[[], Awaitable[T]]) -> T:
    """Return what the work gives, trying again for some seconds; doing it twice changes nothing."""
    for pause_s in _RETRIES_S:
        try:
            return await work()
        except PlatformRefusedError:
            raise
        except (StorageError, PlatformError) as error:
            logger.warning("%s; trying again", error)
            await asyncio.sleep(pause_s)
    return await work()
