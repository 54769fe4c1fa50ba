"""Requests to Converse and what comes back, as pure functions.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import orjson

from core.errors import ModelReplyError
from core.llm.completions import CompletionRequest, Finish, Piece, TokenCounts, token_count
from core.llm.dialect import Forms, ModelParameter
from core.llm.tool_calls import CallText, Tool

Json = dict[str, Any]

# Which models take what: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html
PARAMETERS: Final = (
    ModelParameter(
        "stream",
        ("stream", "whole"),
        re.compile(r"streaming|ConverseStream|response ?stream", re.IGNORECASE),
    ),
    ModelParameter(
        "tool choice",
        ("tool", "any", "auto", ""),
        re.compile(r"tool", re.IGNORECASE),
    ),
    ModelParameter("system", ("system", ""), re.compile(r"\bsystem\b", re.IGNORECASE)),
    ModelParameter("temperature", ("temperature", ""), re.compile(r"temperature", re.IGNORECASE)),
)
_FINISHES: Final = {
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "guardrail_intervened": Finish.FILTERED,
    "content_filtered": Finish.FILTERED,
}


def arguments(
    model: str, request: CompletionRequest, forms: Forms, guardrail: tuple[str, str] | None
) -> Json:
    """Return the arguments of `converse` and `converse_stream`.

    `guardrail` is the identifier and the version of one.
    """
    system = [m["content"] for m in request.messages if m["role"] == "system"]
    messages = _messages(request, [] if forms["system"] else system)
    inference: Json = {"maxTokens": request.max_tokens}
    if forms["temperature"]:
        inference["temperature"] = request.temperature
    given: Json = {"modelId": model, "messages": messages, "inferenceConfig": inference}
    if forms["system"] and system:
        given["system"] = [{"text": text} for text in system]
    if request.schema and (choice := forms["tool choice"]):
        spec = {
            "name": request.schema.name,
            "description": "Returns what was asked for.",
            "inputSchema": {"json": request.schema.as_json()},
        }
        detail = {"name": request.schema.name} if choice == "tool" else {}
        tools = [{"toolSpec": spec}]
        if request.tools:  # any of these may be called instead
            choice, detail = ("auto" if choice == "auto" else "any"), {}
            tools += [{"toolSpec": _spec(tool)} for tool in request.tools]
        given["toolConfig"] = {"tools": tools, "toolChoice": {choice: detail}}
    if guardrail:
        given["guardrailConfig"] = {
            "guardrailIdentifier": guardrail[0],
            "guardrailVersion": guardrail[1],
        }
    return given


class PieceReader:
    """Turns the events of a stream into pieces; the last has a finish if the stream had.

    The latest text waits for what follows it: where a guardrail steps in, the text before the end
    is the guardrail's own, and no answer.
    """

    def __init__(self, tools: Sequence[Tool] = ()) -> None:
        """`tools` are those that may be called in place of the object that was asked for."""
        self._tools = {tool.name for tool in tools}
        self._call = CallText()
        self._held = ""
        self._finish: Finish | None = None
        self._counts: TokenCounts | None = None

    def read(self, event: Mapping[str, Any]) -> Piece:
        """Return what is known to be said, now that this event has come.

        Raises:
            ModelReplyError: the model has failed at writing its reply.
        """
        if "messageStop" in event:
            self._finish = _finish(event["messageStop"] or {})
        elif metadata := event.get("metadata"):
            self._counts = _counts(metadata.get("usage") or {})
        text = self._text(event)
        said, self._held = (self._held, text) if text else ("", self._held)
        return Piece(said)

    def close(self) -> Piece:
        """Return the last piece, now that the stream has ended."""
        text = "" if self._finish is Finish.FILTERED else self._held + self._call.close()
        return Piece(text, self._finish, self._counts)

    def _text(self, event: Mapping[str, Any]) -> str:
        """Return what an event adds to the text, or to the call of a tool."""
        start = (event.get("contentBlockStart") or {}).get("start") or {}
        if (name := (start.get("toolUse") or {}).get("name")) in self._tools:
            return self._call.begin(name)
        delta = (event.get("contentBlockDelta") or {}).get("delta") or {}
        given = (delta.get("toolUse") or {}).get("input") or ""
        return str(delta.get("text") or self._call.add(given) or given)


def whole_piece(reply: Mapping[str, Any], tools: Sequence[Tool]) -> Piece:
    """Return the one piece of a reply that does not stream; `tools` as in `PieceReader`.

    Raises:
        ModelReplyError: it is no reply.
    """
    try:
        blocks = reply["output"]["message"]["content"]
        finish = _finish(reply)
        names = {tool.name for tool in tools}
        text = "".join(_text(block, names) for block in blocks)
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelReplyError("Bedrock returned no message") from error
    return Piece(
        "" if finish is Finish.FILTERED else text, finish, _counts(reply.get("usage") or {})
    )


def _messages(request: CompletionRequest, system: list[str]) -> list[Json]:
    """Return the turns; a model that knows no system reads its text before the first."""
    turns: list[Json] = []
    for message in request.messages:
        if message["role"] == "system":
            continue
        text = "\n\n".join([*system, message["content"]])
        system = []
        turns.append({"role": message["role"], "content": [{"text": text}]})
    return turns


def _spec(tool: Tool) -> Json:
    return {
        "name": tool.name,
        "description": tool.about,
        "inputSchema": {"json": tool.as_json()},
    }


def _text(block: Mapping[str, Any], tools: AbstractSet[str]) -> str:
    if "toolUse" in block:
        given = block["toolUse"].get("input") or {}
        call, name = CallText(), block["toolUse"].get("name")
        begun = call.begin(name) if name in tools else ""
        return begun + orjson.dumps(given).decode() + ("}" if begun else "")
    return str(block.get("text") or "")


def _finish(stop: Mapping[str, Any]) -> Finish:
    reason = str(stop.get("stopReason"))
    if reason.startswith("malformed_"):
        raise ModelReplyError(f"Bedrock ended an answer with {reason!r}")
    return _FINISHES.get(reason, Finish.STOP)


def _counts(usage: Mapping[str, Any]) -> TokenCounts | None:
    """Return the tokens, or None if nobody counted them.

    Bedrock counts what was read from a cache beside the input.
    """
    names = ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens", "outputTokens")
    new, read, written, completion = (token_count(usage.get(name)) or 0 for name in names)
    prompt = new + read + written
    return TokenCounts(prompt, read, completion) if prompt else None
