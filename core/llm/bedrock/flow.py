"""A Bedrock flow, which is kept in AWS, consists of prompts, and is invoked by its alias.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_InvokeFlow.html
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

import orjson

from core.llm.bedrock.client import BedrockClient
from core.llm.completions import CompletionRequest, Finish, Piece
from core.llm.dialect import Forms

_SERVICE = "bedrock-agent-runtime"


@dataclass(frozen=True, slots=True)
class BedrockFlow:
    """Implements `core.llm.resilient.ProviderModel`: the flow reads all messages as one document.

    The flow sets the limits and the temperature itself, and counts no tokens.
    """

    client: BedrockClient
    flow: str
    alias: str

    @property
    def name(self) -> str:
        """Return the flow and its alias, as the settings name them."""
        return f"{self.flow}/{self.alias}"

    async def attempt(
        self, request: CompletionRequest, _forms: Forms, read_s: float
    ) -> AsyncGenerator[Piece]:
        """Implement `ProviderModel.attempt`; a flow sends its output in one or a few pieces."""
        document = "\n\n".join(message["content"] for message in request.messages)
        node = {
            "content": {"document": document},
            "nodeName": "FlowInputNode",
            "nodeOutputName": "document",
        }
        events = self.client.events(
            _SERVICE,
            "invoke_flow",
            "responseStream",
            read_s=read_s,
            flowIdentifier=self.flow,
            flowAliasIdentifier=self.alias,
            inputs=[node],
        )
        async with aclosing(events) as stream:
            async for event in stream:
                if output := event.get("flowOutputEvent"):
                    said = (output.get("content") or {}).get("document", "")
                    yield Piece(said if isinstance(said, str) else orjson.dumps(said).decode())
                elif "flowCompletionEvent" in event:
                    yield Piece(finish=Finish.STOP)
