"""Questions written ahead by a model: the ways in which people would ask for an entry."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from core.errors import ModelReplyError
from core.llm.completions import CompletionRequest, Completions, Schema
from core.llm.json_reply import json_object
from core.llm.prompts import Excerpt, Prompt, estimate_tokens, questions_messages

_SCHEMA: Final = Schema(
    "questions",
    {
        "entries": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer"},
                    "questions": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["n", "questions"],
                "additionalProperties": False,
            },
        }
    },
)
_TOKENS_OF_ENTRY = 400  # the most that is paid for
_USUAL_TOKENS_OF_ENTRY = 110
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class QuestionWriter:
    """Asks a model for questions, some entries in a request."""

    completions: Completions
    prompt: Prompt

    async def write(self, entries: Sequence[Excerpt]) -> list[tuple[str, ...]]:
        """Return the questions of each entry as the model wrote them; none for one left out.

        Raises:
            ModelError: no such reply, after some retries.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return _questions(await self._said(entries), len(entries))
            except ModelReplyError:
                if attempt + 1 == _ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _said(self, entries: Sequence[Excerpt]) -> str:
        messages = questions_messages(self.prompt, entries)
        tokens = _TOKENS_OF_ENTRY * len(entries)
        request = CompletionRequest(messages, tokens, temperature=0.7, schema=_SCHEMA)
        async with aclosing(self.completions.stream(request)) as pieces:
            return "".join([piece.text async for piece in pieces])


def expected_tokens(prompt: Prompt, entries: Sequence[Excerpt]) -> tuple[int, int]:
    """Estimate the tokens of one request's prompt and reply."""
    messages = questions_messages(prompt, entries)
    told = sum(estimate_tokens(message["content"]) for message in messages)
    return told, _USUAL_TOKENS_OF_ENTRY * len(entries)


def _questions(said: str, count: int) -> list[tuple[str, ...]]:
    try:
        by_number = {
            int(row["n"]): tuple(str(text) for text in row["questions"])
            for row in json_object(said)["entries"]
        }
    except (ValueError, KeyError, TypeError) as error:
        raise ModelReplyError("the model did not return questions") from error
    return [by_number.get(number, ()) for number in range(1, count + 1)]
