"""A model of Bedrock, by Converse and ConverseStream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from core.llm.bedrock.client import BedrockClient
from core.llm.bedrock.converse import PieceReader, arguments, whole_piece
from core.llm.completions import CompletionRequest, Piece
from core.llm.dialect import Forms

_SERVICE = "bedrock-runtime"


@dataclass(frozen=True, slots=True)
class BedrockModel:
    """Implements `core.llm.resilient.ProviderModel`.

    `name` is a model's id, an inference profile, or the ARN of either or of a managed prompt's
    version. `guardrail` is the identifier and the version of one that watches.
    """

    client: BedrockClient
    name: str
    guardrail: tuple[str, str] | None = None

    async def attempt(
        self, request: CompletionRequest, forms: Forms, read_s: float
    ) -> AsyncGenerator[Piece]:
        """Implement `ProviderModel.attempt`."""
        given = arguments(self.name, request, forms, self.guardrail)
        if forms["stream"] == "whole":
            reply = await self.client.call(_SERVICE, "converse", read_s=read_s, **given)
            yield whole_piece(reply, request.tools)
            return
        reader = PieceReader(request.tools)
        events = self.client.events(_SERVICE, "converse_stream", "stream", read_s=read_s, **given)
        async with aclosing(events) as stream:
            async for event in stream:
                yield reader.read(event)
        yield reader.close()
