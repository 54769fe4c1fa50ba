"""Reads a chat completion's request, and refuses what the server cannot do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.llm.local.completion import Sampling

Json = dict[str, Any]

_ROLES: Final = ("system", "developer", "user", "assistant")
# A model without tool calls or a grammar cannot do these; the client gets an error.
_UNSUPPORTED: Final = ("tools", "functions", "logprobs")
_MOST_STOPS: Final = 4


class RequestRefusedError(Exception):
    """Raised for a request that is refused, with an error in OpenAI's format."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after_s: int = 0,
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.status = status
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request that was read and checked; `most_tokens` is None where it names no limit."""

    model: str
    messages: tuple[dict[str, str], ...]
    most_tokens: int | None
    temperature: float
    top_p: float
    seed: int | None
    stop: tuple[str, ...]
    streamed: bool
    with_usage: bool

    def sampling(self, room: int) -> Sampling:
        """Return how tokens are chosen, with at most `room` of them."""
        most = min(self.most_tokens or room, room)
        return Sampling(most, self.temperature, self.top_p, self.seed, self.stop)


def read_request(body: bytes) -> CheckedRequest:
    """Read the body of a request for a chat completion.

    https://platform.openai.com/docs/api-reference/chat/create

    Raises:
        RequestRefusedError: it is not JSON, lacks something or asks for what is not there.
    """
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRefusedError(400, "invalid_json", f"The body is not JSON: {error}") from error
    if not isinstance(asked, dict):
        raise RequestRefusedError(400, "invalid_json", "The body is not a JSON object.")
    _check_supported(asked)
    stop = asked.get("stop") or []
    stops = tuple(stop) if isinstance(stop, list) else (stop,)
    if len(stops) > _MOST_STOPS or not all(isinstance(text, str) and text for text in stops):
        raise _invalid("stop", "must be a text or up to four texts")
    most = _whole_number(asked, "max_completion_tokens", low=1)
    return CheckedRequest(
        model=str(asked.get("model", "")),
        messages=_messages(asked.get("messages")),
        most_tokens=most or _whole_number(asked, "max_tokens", low=1),
        temperature=_or(_number(asked, "temperature", low=0, high=2), 1.0),
        top_p=_or(_number(asked, "top_p", low=0, high=1), 1.0),
        seed=_whole_number(asked, "seed"),
        stop=stops,
        streamed=bool(asked.get("stream")),
        with_usage=bool(_object(asked, "stream_options").get("include_usage")),
    )


def _check_supported(asked: Mapping[str, Any]) -> None:
    form = _object(asked, "response_format").get("type", "text")
    if form != "text":
        raise _unsupported("response_format", f"'{form}' replies")
    if (asked.get("n") or 1) != 1:
        raise _unsupported("n", "more than one choice")
    for name in _UNSUPPORTED:
        if asked.get(name):
            raise _unsupported(name, f"'{name}'")


def _messages(given: object) -> tuple[dict[str, str], ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise _invalid("messages", "must be a list of at least one message")
    return tuple(_message(message, place) for place, message in enumerate(given))


def _message(message: object, place: int) -> dict[str, str]:
    if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
        raise _invalid(f"messages[{place}].role", f"must be one of {', '.join(_ROLES)}")
    content = message.get("content")
    if isinstance(content, list):  # content parts: https://platform.openai.com/docs/guides/text
        texts = [part.get("text") if isinstance(part, Mapping) else None for part in content]
        content = "".join(map(str, texts)) if all(isinstance(t, str) for t in texts) else None
    if not isinstance(content, str):
        raise _invalid(f"messages[{place}].content", "must be text")
    return {"role": str(message["role"]), "content": content}


def _object(asked: Mapping[str, Any], name: str) -> Json:
    value = asked.get(name) or {}
    if not isinstance(value, dict):
        raise _invalid(name, "must be an object")
    return value


def _number(
    asked: Mapping[str, Any], name: str, *, low: float = -(2**63), high: float = 2**63
) -> float | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _invalid(name, "must be a number")
    if not low <= value <= high:
        raise _invalid(name, f"must be from {low:g} to {high:g}")
    return value


def _whole_number(asked: Mapping[str, Any], name: str, *, low: float = -(2**63)) -> int | None:
    value = _number(asked, name, low=low)
    if value is None or value == int(value):
        return None if value is None else int(value)
    raise _invalid(name, "must be a whole number")


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _invalid(param: str, reason: str) -> RequestRefusedError:
    return RequestRefusedError(400, "invalid_value", f"'{param}' {reason}.", param=param)


def _unsupported(param: str, what: str) -> RequestRefusedError:
    said = f"This model does not support {what}."
    return RequestRefusedError(400, "unsupported_parameter", said, param=param)
