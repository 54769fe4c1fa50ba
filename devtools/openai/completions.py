"""The bodies and the frames of chat completions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from core.llm.prompts import estimate_tokens
from devtools.openai.faults import Fault
from devtools.openai.ways import Refused, Way
from devtools.openai.wire import chunk
from devtools.openai.words import reply_to, stretched, tokens

Json = dict[str, Any]

_REASONS = {"filter": "content_filter", "length": "length"}


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply to a request, in pieces of about a token, and the tokens it took."""

    request: Json
    pieces: list[str]
    usage: Json
    fault: Fault | None

    @property
    def body(self) -> Json:
        """The whole completion, for a request that does not stream."""
        reason = _REASONS.get(self.fault.kind if self.fault else "", "stop")
        said = self.pieces[: self.fault.after] if reason != "stop" and self.fault else self.pieces
        message = {"role": "assistant", "content": "".join(said), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage}

    def frames(self, way: Way) -> list[bytes]:
        """Return one frame for each piece, up to the one after which the fault strikes."""
        head = self._head("chat.completion.chunk")
        frame = json.dumps({**head, "choices": [0]}, ensure_ascii=False).split("[0]")
        fault = self.fault
        said = self.pieces[: fault.after] if fault and fault.kind != "say" else self.pieces
        return [
            chunk(
                f'data: {frame[0]}[{{"index":0,"delta":{{"content":{_content(piece, way)}}},'
                f'"finish_reason":null}}]{frame[1]}\n\n'
            )
            for piece in said
        ]

    def last_frames(self) -> bytes:
        """Return the frames that end the stream: the reason, the usage if it is wanted, the end."""
        head = self._head("chat.completion.chunk")
        reason = _REASONS.get(self.fault.kind if self.fault else "", "stop")
        last = [{"index": 0, "delta": {}, "finish_reason": reason}]
        ends = chunk(f"data: {json.dumps({**head, 'choices': last})}\n\n")
        if (self.request.get("stream_options") or {}).get("include_usage"):
            told = json.dumps({**head, "choices": [], "usage": self.usage})
            ends += chunk(f"data: {told}\n\n")
        return ends + chunk("data: [DONE]\n\n") + b"0\r\n\r\n"

    def _head(self, kind: str) -> Json:
        model = self.request["model"]
        return {"id": "chatcmpl-local", "object": kind, "created": 0, "model": model}


def complete(
    request: Json,
    *,
    context_tokens: int,
    remembered: str | None,
    answer_tokens: int,
    fault: Fault | None,
) -> Completion:
    """Return what the model says: what it was tuned to, what the fault wants, or an answer.

    `answer_tokens` is how long an answer is made; 0 leaves its length alone.

    Raises:
        Refused: the prompt is longer than the model's context.
    """
    prompt = sum(estimate_tokens(message["content"]) + 4 for message in request["messages"])
    if prompt > context_tokens:
        text = f"This model's maximum context length is {context_tokens} tokens."
        raise Refused(400, "context_length_exceeded", text)
    schema = request.get("response_format", {}).get("json_schema", {}).get("name")
    text = remembered or reply_to(request["messages"], schema)
    if fault and fault.kind == "say":
        text = fault.text
    elif answer_tokens and not is_guard(request):
        text = stretched(text, answer_tokens)
    most = request.get("max_completion_tokens") or request.get("max_tokens")
    pieces = tokens(text) if fault and fault.kind == "say" else tokens(text)[: most or None]
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": len(pieces),
        "total_tokens": prompt + len(pieces),
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    return Completion(request, pieces, usage, fault)


def is_guard(request: Json) -> bool:
    """Return whether a completion is asked for as JSON, as the guardrail asks."""
    return bool(request.get("response_format", {}).get("type") == "json_schema")


def _content(piece: str, way: Way) -> str:
    return json.dumps([{"type": "text", "text": piece}] if way.content_as_parts else piece)
