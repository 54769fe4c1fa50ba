"""Requests for chat completions and what comes back, as pure functions.

What came is read leniently, for each server has its own way: `docs/models.md` names them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from core.errors import ModelReplyError, ModelUnavailableError
from core.llm.completions import CompletionRequest, Finish, Piece, TokenCounts
from core.llm.dialect import Forms, ModelParameter
from core.llm.openai.errors import told_error
from core.llm.prompts import ChatMessage

Json = dict[str, Any]

PARAMETERS: Final = (
    ModelParameter(
        "response_format",
        ("json_schema", "json_object", ""),
        re.compile(r"response_?format|json_?schema|json_object|structured|grammar", re.IGNORECASE),
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
# OpenAI's, and those of Mistral, Gemini, Cohere, GLM and DeepSeek behind the same form.
_FINISHES: Final = {
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "model_length": Finish.LENGTH,
    "content_filter": Finish.FILTERED,
    "safety": Finish.FILTERED,
    "refusal": Finish.FILTERED,
    "recitation": Finish.FILTERED,
    "prohibited_content": Finish.FILTERED,
    "blocklist": Finish.FILTERED,
    "error_toxic": Finish.FILTERED,
    "sensitive": Finish.FILTERED,
}
_BROKEN: Final = ("error", "abort", "cancelled", "insufficient_system_resource")
_BOM = b"\xef\xbb\xbf"
_FRAME, _FRAME_BYTES = b"data:", 5
_DONE, _DONE_WITHIN = b"[DONE]", 8
_LONGEST_FRAME_BYTES = 16_000_000
_SAID_CHARS = 200


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
    return body


class ReplyReader:
    """Turns the bytes of a reply into pieces: of a stream, or of one JSON body.

    The last piece has a finish, unless the reply ended too early.
    """

    def __init__(self, where: str, headers: Mapping[str, str]) -> None:
        self._where = where
        self._headers = headers
        self._rest = b""
        self._whole: bool | None = None  # one JSON body; None while nothing has come
        self._finish: Finish | None = None
        self._counts: TokenCounts | None = None
        self._thought = False

    def feed(self, data: bytes) -> Piece:
        """Return the text in these bytes.

        Raises:
            ModelReplyError: they are no reply.
            ModelError: they tell of an error.
        """
        self._rest += data
        if self._whole is None:
            self._look()
        if len(self._rest) > _LONGEST_FRAME_BYTES:
            raise ModelReplyError(f"{self._where} sent a frame without an end")
        if self._whole is not False:
            return Piece()
        *lines, self._rest = self._rest.split(b"\n")
        text = self._text(lines)
        return Piece(text, thought=self._thought)

    def close(self) -> Piece:
        """Return the rest, now that no bytes follow.

        Raises:
            ModelError: as `feed`.
        """
        rest, self._rest = self._rest, b""
        text = self._text_of(self._json(rest)) if self._whole else self._text([rest])
        return Piece(text, self._finish, self._counts, thought=self._thought)

    def _look(self) -> None:
        """Decide what this is by its first bytes, for a content type may be anything."""
        self._rest = self._rest.removeprefix(_BOM).lstrip()
        if self._rest[:1] == b"<":
            raise ModelReplyError(
                f"{self._where} answered with a page in place of a completion: "
                f"{_readable(self._rest)}; check OPENAI_BASE_URL, which often ends with /v1"
            )
        if self._rest and not _BOM.startswith(self._rest):
            self._whole = self._rest[:1] in (b"{", b"[", b'"')

    def _text(self, lines: Sequence[bytes]) -> str:
        told = [line[_FRAME_BYTES:].strip() for line in lines if line.startswith(_FRAME)]
        frames = [frame for frame in told if frame[:1] == b"{"]
        if any(_DONE in frame[:_DONE_WITHIN] for frame in told):
            self._finish = self._finish or Finish.STOP
        if not frames:
            return ""
        parsed = self._json(b"[" + b",".join(frames) + b"]")
        return "".join(self._text_of(frame) for frame in parsed)

    def _text_of(self, reply: object) -> str:
        """Return the text of a frame or a body, and take note of what else it says."""
        if not isinstance(reply, dict):
            raise self._no_reply(reply)
        if error := reply.get("error"):
            raise told_error(error, self._headers, self._where)
        if isinstance(usage := reply.get("usage"), dict):
            self._counts = _counts(usage)
        choices = reply.get("choices")
        if self._whole and not choices:
            raise self._no_reply(reply)
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        if reason := str(choice.get("finish_reason") or "").lower():
            if reason in _BROKEN:
                raise ModelUnavailableError(f"{self._where} ended an answer with {reason!r}")
            self._finish = _FINISHES.get(reason, Finish.STOP)
        # Some repeat the whole message beside the last, empty delta.
        said = choice["delta"] if isinstance(choice.get("delta"), dict) else choice.get("message")
        if not isinstance(said, dict):
            return ""
        if said.get("refusal"):
            self._finish = Finish.FILTERED
        self._thought = self._thought or _has_thought(said)
        return _content(said.get("content"))

    def _json(self, data: bytes) -> Any:  # noqa: ANN401 - whatever came
        try:
            return orjson.loads(data)
        except ValueError as error:
            raise self._no_reply(data) from error

    def _no_reply(self, said: object) -> ModelReplyError:
        return ModelReplyError(f"{self._where} sent what is no completion: {_readable(said)}")


def _messages(messages: Sequence[ChatMessage], forms: Forms) -> list[ChatMessage]:
    """Return the messages; where no system is known, its text stands before the first."""
    if forms["system"] or messages[0]["role"] != "system":
        return list(messages)
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def _content(content: object) -> str:
    """Return text from a string or from a list of parts; thinking is no text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(map(_part, content))


def _has_thought(said: Mapping[str, Any]) -> bool:
    """Return whether a message tells of thinking, as DeepSeek, vLLM, OpenRouter and Mistral do."""
    if said.get("reasoning_content") or said.get("reasoning"):
        return True
    content = said.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type") == "thinking" for part in parts)


def _part(part: object) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else ""
    return text if isinstance(text, str) else ""


def _counts(usage: Mapping[str, Any]) -> TokenCounts:
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
    return TokenCounts(
        _count(usage.get("prompt_tokens")), _count(cached), _count(usage.get("completion_tokens"))
    )


def _count(told: object) -> int:
    return int(told) if isinstance(told, int | float) and told > 0 else 0


def _readable(said: object) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())[:_SAID_CHARS]
