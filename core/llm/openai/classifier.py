"""Guardrail and query rewriting in one structured call, whose label is known before its end."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import orjson

from core.errors import ModelBrokeOffError, ModelReplyError
from core.llm.openai.client import OpenAIClient
from core.llm.prompts import Prompt, reading_messages
from core.types import Classification, Exchange, Label

logger = logging.getLogger(__name__)

# The label comes first: a strict schema is answered in its own order, and the label is what a
# person waits for. https://platform.openai.com/docs/guides/structured-outputs#key-ordering
_FORMAT: Final[dict[str, Any]] = {
    "type": "json_schema",
    "json_schema": {
        "name": "reading",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {
                "label": {"type": "string", "enum": list(Label)},
                "query": {"type": "string"},
                "confidence": {"type": "number"},
            },
            "required": ["label", "query", "confidence"],
            "additionalProperties": False,
        },
    },
}
_LABEL = re.compile(r'\s*\{\s*"label"\s*:\s*"(\w+)"')
_TOKENS = 120
_LONGEST_QUERY_CHARS = 200
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class OpenAIReader:
    """A classifier of questions by a model."""

    client: OpenAIClient
    model: str
    prompt: Prompt

    async def read(
        self, question: str, history: Sequence[Exchange]
    ) -> AsyncGenerator[Label | Classification]:
        """Yield the label as soon as it is certain, then the whole reading.

        A reply that is no reading is asked for once more; one that breaks off after its label
        counts as that label alone.

        Raises:
            ModelError: no label.
        """
        for attempt in range(_ATTEMPTS):
            label: Label | None = None
            said = ""
            try:
                async with aclosing(self._stream(question, history)) as stream:
                    async for text in stream:
                        said += text
                        if label:
                            await self.client.pause()
                        elif label := _label(said):
                            yield label
                yield _reading(said)
            except (ModelReplyError, ModelBrokeOffError) as error:
                if label:
                    yield Classification(label)
                elif attempt + 1 == _ATTEMPTS:
                    raise
                else:
                    logger.warning("asking again what a question is: %s", error)
                    continue
            return

    async def _stream(self, question: str, history: Sequence[Exchange]) -> AsyncGenerator[str]:
        messages = reading_messages(self.prompt, question, history)
        stream = self.client.stream(
            self.model,
            messages,
            response_format=_FORMAT,
            max_completion_tokens=_TOKENS,
            temperature=0,
        )
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                yield piece.text


def _label(said: str) -> Label | None:
    match = _LABEL.match(said)
    return Label(match[1]) if match and match[1] in list(Label) else None


def _reading(said: str) -> Classification:
    try:
        fields = orjson.loads(said)
        confidence = min(max(float(fields["confidence"]), 0.0), 1.0)
        query = str(fields["query"]).strip()[:_LONGEST_QUERY_CHARS]
        return Classification(Label(fields["label"]), query, confidence)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelReplyError("the model did not say what the question is") from error
