"""Calls that are only there to be nice: whether they work changes nothing that matters."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TypeVar

from bots.slack.errors import translated
from core.errors import PlatformError

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def quietly(what: str, call: Awaitable[T]) -> T | None:
    """What the call gives; None, and a line in the log, if Slack refuses or cannot be reached."""
    try:
        with translated(what):
            return await call
    except PlatformError as error:
        logger.info("left out: %s", error)
        return None
