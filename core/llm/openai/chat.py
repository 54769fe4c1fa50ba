"""Answers by a model of OpenAI, or of any server that speaks like it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from core.backends.openai_client import OpenAIClient
from core.backends.openai_reply import Scribe, Seam
from core.errors import (
    ModelBrokeOffError,
    ModelOverflowError,
    ModelRefusedError,
    ModelReplyError,
)
from core.packing import pack
from core.prompting import Prompt, answer_messages, resumed
from core.types import Exchange, Passage, Written

logger = logging.getLogger(__name__)

PASSAGE_TOKENS = 430
_TIGHT_TOKENS = 200  # for a model that reads little
_ANSWER_TOKENS = 900
_BREAKS = 2  # a stream is taken up again that often


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """Implements `core.ports.ChatModel`."""

    client: OpenAIClient
    name: str
    prompt: Prompt
    resume: Prompt

    async def answer(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[str | Written]:
        """Stream Markdown with `[n]`, then one `Written`; its `used` is empty for "not in here".

        A prompt that is too long is asked again with less in it. A stream that breaks off is taken
        up where it stopped.

        Raises:
            ModelError: after all that; text may have been given before.
        """
        try:
            async with aclosing(self._written(question, history, passages, PASSAGE_TOKENS)) as all_:
                async for piece in all_:
                    yield piece
        except ModelOverflowError:
            async with aclosing(self._written(question, (), passages, _TIGHT_TOKENS)) as less:
                async for piece in less:
                    yield piece

    async def _written(
        self,
        question: str,
        history: Sequence[Exchange],
        passages: Sequence[Passage],
        tokens: int,
    ) -> AsyncGenerator[str | Written]:
        excerpts = pack(question, passages, tokens)
        given = passages[: len(excerpts)]
        messages = answer_messages(self.prompt, question, history, excerpts)
        scribe = Scribe(given)
        for breaks in range(_BREAKS + 1):
            again = resumed(messages, scribe.raw, self.resume) if scribe.raw else messages
            try:
                async with aclosing(self._said(again, scribe)) as said:
                    async for text in said:
                        yield text
                break
            except ModelBrokeOffError as error:
                if scribe.finished:
                    break
                if breaks == _BREAKS:
                    raise
                logger.warning("taking up an answer again: %s", error)
        if rest := scribe.close():
            yield rest
        if not scribe.raw.strip():
            raise ModelReplyError(f"{self.name} returned an empty answer")
        yield Written(scribe.used, scribe.offers, self.name, self.prompt.version)

    async def _said(self, messages: list[dict[str, str]], scribe: Scribe) -> AsyncGenerator[str]:
        """What one stream adds to the answer."""
        seam = Seam(scribe.raw)
        begun = False
        options = {"max_completion_tokens": _ANSWER_TOKENS, "temperature": 0.2}
        stream = self.client.stream(self.name, messages, **options)
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                new = seam.feed(piece.text)
                if piece.finish:
                    new += seam.close()
                if text := scribe.feed(new):
                    yield text
                    begun = True
                if piece.finish == "content_filter":
                    raise ModelRefusedError(f"{self.name}: its content filter stopped the answer")
                if begun and not piece.finish:
                    await self.client.pause()
