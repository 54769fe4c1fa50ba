"""Requests for chat completions, in the forms that a server takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from core.llm.completions import CompletionRequest
from core.llm.dialect import Forms, ModelParameter
from core.llm.prompts import ChatMessage
from core.llm.tool_calls import Tool

Json = dict[str, Any]

PARAMETERS: Final = (
    ModelParameter(
        "response_format",
        ("json_schema", "json_object", ""),
        re.compile(
            r"response_?format|json[ _-]?(?:schema|object|mode)|structured|grammar|guided",
            re.IGNORECASE,
        ),
    ),
    ModelParameter(
        "max_completion_tokens",
        ("max_completion_tokens", "max_tokens", ""),
        re.compile(r"\bmax_(?:completion_)?tokens\b", re.IGNORECASE),
    ),
    ModelParameter(
        "temperature", ("temperature", ""), re.compile(r"\btemperature\b", re.IGNORECASE)
    ),
    ModelParameter(
        "stream_options",
        ("stream_options", ""),
        re.compile(r"stream_options|include_usage", re.IGNORECASE),
    ),
    ModelParameter(
        "tools",
        ("tools", ""),
        re.compile(r"\btools?\b|tool_?choice|function_?call", re.IGNORECASE),
    ),
    ModelParameter("stream", ("stream", ""), re.compile(r"\bstream(?:ing)?\b", re.IGNORECASE)),
    ModelParameter(
        "system",
        ("system", ""),
        re.compile(
            r"\bsystem (?:role|message|prompt)|['\"]system['\"]|\broles?\b|developer",
            re.IGNORECASE,
        ),
    ),
)


def chat_body(model: str, request: CompletionRequest, forms: Forms) -> Json:
    """Return the body of a request, in the forms that the server takes."""
    body: Json = {"model": model, "messages": _messages(request.messages, forms)}
    if forms["stream"]:
        body["stream"] = True
        if forms["stream_options"]:
            body["stream_options"] = {"include_usage": True}
    if name := forms["max_completion_tokens"]:
        body[name] = request.max_tokens
    if forms["temperature"]:
        body["temperature"] = request.temperature
    if request.schema and (kind := forms["response_format"]):
        body["response_format"] = {"type": kind}
        if kind == "json_schema":
            schema = {"name": request.schema.name, "strict": True}
            body["response_format"][kind] = {**schema, "schema": request.schema.as_json()}
    if request.tools and forms["tools"]:
        body["tools"] = [{"type": "function", "function": _function(t)} for t in request.tools]
    return body


def _function(tool: Tool) -> Json:
    return {"name": tool.name, "description": tool.about, "parameters": tool.as_json()}


def _messages(messages: Sequence[ChatMessage], forms: Forms) -> list[ChatMessage]:
    """Return the messages; where no system is known, its text stands before the first."""
    if forms["system"] or messages[0]["role"] != "system":
        return list(messages)
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]
