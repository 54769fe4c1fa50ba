"""The common parts of completions of every provider: the request, the pieces, and the port."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from core.llm.prompts import ChatMessage
from core.llm.tool_calls import Tool


class Finish(StrEnum):
    """The reason why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Schema:
    """The JSON object that a model returns instead of prose; `properties` are schemas by name."""

    name: str
    properties: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON schema, as strict as OpenAI's strict mode asks for."""
        return {
            "type": "object",
            "properties": dict(self.properties),
            "required": list(self.properties),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """A request to a model of any provider, which may call one of the `tools` instead.

    Somebody reads the beginning of what it `resumes` already.
    """

    messages: Sequence[ChatMessage]
    max_tokens: int
    temperature: float
    schema: Schema | None = None
    tools: Sequence[Tool] = ()
    resumes: bool = False


_MOST_TOKENS = 10_000_000  # no prompt has more: a server that says so has counted something else


def token_count(told: object) -> int | None:
    """Return the tokens that a server has counted, or None where this is no such number."""
    if not isinstance(told, int | float) or not 0 <= told <= _MOST_TOKENS:
        return None
    return int(told)


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The numbers of tokens as the provider counted them; `cached` is a part of `prompt`."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """The text that one read returned; the last piece of a completion has a `finish`.

    `model` names who wrote it, and stands beside `finish`. `thought` tells that the model has
    thought, which takes tokens and is not in the text.
    """

    text: str = ""
    finish: Finish | None = None
    counts: TokenCounts | None = None
    model: str = ""
    thought: bool = False


class Completions(Protocol):
    """A model that completes conversations."""

    @property
    def name(self) -> str:
        """Return the name of the model."""
        ...

    def stream(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Stream a completion; its usage is added to the tab.

        Raises:
            ModelBrokeOffError: the stream ended before the answer did.
            ModelError: it could not be begun, after some retries where they may help.
        """
        ...

    async def pause(self) -> None:
        """Let a stream gather some text between two reads."""
        ...
