"""What is done beside the answering, and whose failing changes nothing that matters."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import translated
from bots.slack.ids import Place
from core.errors import FaqbotError, PlatformError

logger = logging.getLogger(__name__)


T = TypeVar("T")


class Errands:
    """Small tasks that nobody waits for; `close` ends those that are under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, errand: Coroutine[Any, Any, object]) -> None:
        """Begin it; its failing is a line in the log."""
        task = asyncio.create_task(_logged(errand))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancel what is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def tell(client: AsyncWebClient, place: Place, user: str, text: str) -> None:
    """Say something that one person alone sees.

    Raises:
        PlatformError: Slack does not take it.
    """
    with translated("chat.postEphemeral"):
        await client.chat_postEphemeral(
            channel=place.channel, user=user, text=text, thread_ts=place.thread or None
        )


async def _logged(errand: Coroutine[Any, Any, object]) -> None:
    try:
        await errand
    except FaqbotError as error:
        logger.warning("left undone: %s", error)
    except Exception:  # the outermost edge of a task
        logger.exception("left undone")


async def quietly(what: str, call: Awaitable[T]) -> T | None:
    """What the call gives; None, and a line in the log, if Slack refuses or cannot be reached."""
    try:
        with translated(what):
            return await call
    except PlatformError as error:
        logger.info("left out: %s", error)
        return None
