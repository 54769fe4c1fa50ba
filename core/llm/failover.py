"""A second provider takes over where the first is down."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.errors import (
    ModelMisconfiguredError,
    ModelReplyError,
    ModelRequestError,
    ModelUnavailableError,
)
from core.llm.completions import CompletionRequest, Completions, Piece

logger = logging.getLogger(__name__)

# Errors that the prompt has caused, by its length or a filter, are not among these.
_DOWN = (ModelUnavailableError, ModelMisconfiguredError, ModelRequestError, ModelReplyError)


class FailoverCompletions:
    """Implements `core.llm.completions.Completions` over two others, the preferred one first.

    An answer that breaks off in the middle is not restarted here: its reader asks for the rest, and
    gets it from whichever of the two is there by then.
    """

    def __init__(self, first: Completions, second: Completions) -> None:
        self.name = first.name
        self._first = first
        self._second = second

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Implement `Completions.stream`."""
        begun = False
        try:
            async with aclosing(self._first.stream(request)) as pieces:
                async for piece in pieces:
                    begun = True
                    yield piece
        except _DOWN as error:
            if begun:
                raise
            logger.warning("%s takes over: %s", self._second.name, error)
        else:
            return
        async with aclosing(self._second.stream(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def pause(self) -> None:
        """Implement `Completions.pause`."""
        await self._first.pause()
