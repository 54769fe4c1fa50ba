"""Guardrail and query rewriting in one structured call, whose label is known before its end."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from core.errors import ModelBrokeOffError, ModelReplyError, ModelStalledError
from core.llm.completions import CompletionRequest, Completions, Schema
from core.llm.json_reply import json_object
from core.llm.prompts import Prompt, reading_messages
from core.llm.tool_calls import Tool, call_in
from core.types import Classification, Exchange, Label

logger = logging.getLogger(__name__)

# The label comes first: a strict schema is answered in its own order, and the label is what a
# person waits for. https://platform.openai.com/docs/guides/structured-outputs#key-ordering
_SCHEMA: Final = Schema(
    "reading",
    {
        "label": {"type": "string", "enum": list(Label)},
        "query": {"type": "string"},
        "confidence": {"type": "number"},
    },
)
_LABEL = re.compile(r'"label"\s*:\s*"([^"]+)"', re.IGNORECASE)
_WORDS = re.compile("|".join(label.replace("_", "[_ -]?") for label in Label), re.IGNORECASE)
_TOKENS = 120
_TOKENS_OF_CALL = 280
_LONGEST_QUERY_CHARS = 200
_ATTEMPTS = 2
# The confidence of a label that has none, or that was found in prose: the local judge decides.
_UNTOLD, _IN_PROSE = 0.8, 0.5


@dataclass(frozen=True, slots=True)
class QuestionClassifier:
    """A classifier of questions by a model."""

    completions: Completions
    prompt: Prompt

    async def read(
        self, question: str, history: Sequence[Exchange], *, tools: Sequence[Tool] = ()
    ) -> AsyncGenerator[Label | Classification]:
        """Yield the label as soon as it is certain, then the whole reading.

        The model may call one of the `tools` instead. A reply that is no reading is asked for once
        more, unless it fell silent; one that breaks off after its label counts as that label alone.

        Raises:
            ModelError: no label.
        """
        for attempt in range(_ATTEMPTS):
            label: Label | None = None
            said = ""
            try:
                async with aclosing(self._stream(question, history, tools)) as stream:
                    async for text in stream:
                        said += text
                        if label:
                            await self.completions.pause()
                        elif label := _label(said):
                            yield label
                yield _classification(said)
            except (ModelReplyError, ModelBrokeOffError) as error:
                if label:
                    yield Classification(label)
                elif attempt + 1 == _ATTEMPTS or isinstance(error, ModelStalledError):
                    raise
                else:
                    logger.warning("asking again for the label of a question: %s", error)
                    continue
            return

    async def _stream(
        self, question: str, history: Sequence[Exchange], tools: Sequence[Tool]
    ) -> AsyncGenerator[str]:
        messages = reading_messages(self.prompt, question, history)
        most = _TOKENS + (_TOKENS_OF_CALL if tools else 0)
        request = CompletionRequest(messages, most, temperature=0, schema=_SCHEMA, tools=tools)
        async with aclosing(self.completions.stream(request)) as pieces:
            async for piece in pieces:
                yield piece.text


def _label(said: str) -> Label | None:
    match = _LABEL.search(said)
    return _label_of(match[1]) if match else None


def _label_of(text: str) -> Label | None:
    """Return the label of its name, in whatever case and with whatever between its words."""
    name = re.sub(r"[\s-]+", "_", text.strip().lower())
    return Label(name) if name in list(Label) else None


def _classification(said: str) -> Classification:
    """Return what a reply says; one in prose counts if it names a single label."""
    try:
        fields = {name.lower(): value for name, value in json_object(said).items()}
    except ModelReplyError:
        named = {_label_of(match[0]) for match in _WORDS.finditer(said)}
        label = named.pop() if len(named) == 1 else None
        fields = {"confidence": _IN_PROSE}
    else:
        if call := call_in(fields):
            return Classification(Label.ON_TOPIC, call=call)
        label = _label_of(str(fields.get("label")))
    if label is None:
        raise ModelReplyError("the model did not label the question")
    query = fields.get("query")
    query = query.strip()[:_LONGEST_QUERY_CHARS] if isinstance(query, str) else ""
    return Classification(label, query, _confidence(fields.get("confidence")))


def _confidence(told: object) -> float:
    """Return a confidence from 0 to 1, of a share or of a percentage."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return _UNTOLD
    share = told / 100 if told > 1 else told
    return min(max(float(share), 0.0), 1.0)
