"""Calls to Slack that no answer depends on, so that a failure is only logged."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import translated
from bots.slack.ids import Place
from core.errors import PlatformError

logger = logging.getLogger(__name__)


T = TypeVar("T")
Json = dict[str, Any]


async def tell(
    client: AsyncWebClient, place: Place, user: str, text: str, blocks: list[Json] | None = None
) -> None:
    """Show a message to one person alone.

    Raises:
        PlatformError: Slack does not accept it.
    """
    with translated("chat.postEphemeral"):
        await client.chat_postEphemeral(
            channel=place.channel,
            user=user,
            text=text,
            blocks=blocks,
            thread_ts=place.thread or None,
        )


async def quietly(what: str, call: Awaitable[T]) -> T | None:
    """Return the result of a call, or None with a line in the log if it fails."""
    try:
        with translated(what):
            return await call
    except PlatformError as error:
        logger.info("left out: %s", error)
        return None
