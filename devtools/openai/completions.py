"""The bodies and the frames of chat completions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from core.llm.prompts import estimate_tokens
from devtools.openai.faults import Fault
from devtools.openai.tools import called
from devtools.openai.ways import RequestRefused, Way
from devtools.openai.wire import chunk
from devtools.openai.words import reply_to, stretched, tokens

Json = dict[str, Any]

_CALL = "call_local"
_REASONS = {"filter": "content_filter", "length": "length"}


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply to a request, in pieces of about a token, and the tokens it took."""

    request: Json
    pieces: list[str]
    usage: Json
    fault: Fault | None
    call: str = ""  # the tool that it calls; the pieces are then its arguments

    @property
    def body(self) -> Json:
        """The whole completion, for a request that does not stream."""
        cut = self.fault and self.fault.kind in _REASONS
        text = "".join(self.pieces[: self.fault.after] if cut and self.fault else self.pieces)
        message: Json = {"role": "assistant", "content": text, "refusal": None}
        if self.call:
            function = {"name": self.call, "arguments": text}
            call = {"id": _CALL, "type": "function", "function": function}
            message |= {"content": None, "tool_calls": [call]}
        reason = self._reason
        choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage}

    def frames(self, way: Way) -> list[bytes]:
        """Return one frame for each piece, up to the one after which the fault strikes."""
        head = self._head("chat.completion.chunk")
        frame = json.dumps({**head, "choices": [0]}, ensure_ascii=False).split("[0]")
        fault = self.fault
        whole = fault is None or fault.kind in ("say", "call")
        said = self.pieces if whole else self.pieces[: fault.after]
        deltas = self._call_deltas(said) if self.call else _text_deltas(said, way)
        return [
            chunk(
                f'data: {frame[0]}[{{"index":0,"delta":{delta},'
                f'"finish_reason":null}}]{frame[1]}\n\n'
            )
            for delta in deltas
        ]

    def last_frames(self) -> bytes:
        """Return the frames that end the stream: the reason, the usage if it is wanted, the end."""
        head = self._head("chat.completion.chunk")
        last = [{"index": 0, "delta": {}, "finish_reason": self._reason}]
        ends = chunk(f"data: {json.dumps({**head, 'choices': last})}\n\n")
        if (self.request.get("stream_options") or {}).get("include_usage"):
            told = json.dumps({**head, "choices": [], "usage": self.usage})
            ends += chunk(f"data: {told}\n\n")
        return ends + chunk("data: [DONE]\n\n") + b"0\r\n\r\n"

    @property
    def _reason(self) -> str:
        ended = "tool_calls" if self.call else "stop"
        return _REASONS.get(self.fault.kind if self.fault else "", ended)

    def _call_deltas(self, arguments: list[str]) -> list[str]:
        """The name of a call, then its arguments in pieces.

        https://platform.openai.com/docs/guides/function-calling#streaming
        """
        function = {"name": self.call, "arguments": ""}
        begun = {"index": 0, "id": _CALL, "type": "function", "function": function}
        further = [{"index": 0, "function": {"arguments": piece}} for piece in arguments]
        return [json.dumps({"tool_calls": [one]}) for one in (begun, *further)]

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
        RequestRefused: the prompt is longer than the model's context.
    """
    prompt = sum(estimate_tokens(message["content"]) + 4 for message in request["messages"])
    if prompt > context_tokens:
        text = f"This model's maximum context length is {context_tokens} tokens."
        raise RequestRefused(400, "context_length_exceeded", text)
    schema = request.get("response_format", {}).get("json_schema", {}).get("name")
    tools = request.get("tools") or []
    call = called(tools, request["messages"][-1]["content"]) if tools else None
    if fault and fault.kind == "call":
        name, _, text = fault.text.partition(" ")
        call = (name, text)
    elif call:
        text = json.dumps(call[1], ensure_ascii=False)
    else:
        text = remembered or reply_to(request["messages"], schema)
    if fault and fault.kind == "say":
        text, call = fault.text, None
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
    return Completion(request, pieces, usage, fault, call[0] if call else "")


def is_guard(request: Json) -> bool:
    """Return whether a completion is asked for as JSON, as the guardrail asks."""
    return bool(request.get("response_format", {}).get("type") == "json_schema")


def _text_deltas(pieces: list[str], way: Way) -> list[str]:
    return [f'{{"content":{_content(piece, way)}}}' for piece in pieces]


def _content(piece: str, way: Way) -> str:
    return json.dumps([{"type": "text", "text": piece}] if way.content_as_parts else piece)
