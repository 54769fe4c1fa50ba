"""Calls that are only there to be nice: whether they work changes nothing that matters."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackClientError

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def quietly(call: Awaitable[T]) -> T | None:
    """What the call gives; None, and a line in the log, if Slack refuses or cannot be reached."""
    try:
        return await call
    except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
        logger.info("left out: %s", error)
        return None
