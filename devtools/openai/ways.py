"""The ways of servers that call themselves compatible: what they refuse, and in which words.

A server plays one by its name: `OpenAIServer(way=WAYS["vllm"])`, `--way vllm`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devtools.openai.faults import Fault

Json = dict[str, object]
# status, code, message, parameter -> the body of an error
ErrorBody = Callable[[int, str | int | None, str, str | None], Json]


class RequestRefused(Exception):  # noqa: N818 - it is an answer of the server, and no fault in it
    """A request that every server of the kind refuses, with what it says of it."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


def _openai(_status: int, code: str | int | None, text: str, parameter: str | None) -> Json:
    kind = "invalid_request_error" if parameter else "error"
    return {"error": {"message": text, "type": kind, "param": parameter, "code": code}}


def _vllm(status: int, _code: object, text: str, parameter: str | None) -> Json:
    fields = {"message": text, "type": "BadRequestError", "param": parameter, "code": status}
    return {"object": "error", **fields}


def _ollama(_status: int, _code: object, text: str, _parameter: str | None) -> Json:
    return {"error": text}


def _litellm(status: int, _code: object, text: str, parameter: str | None) -> Json:
    told = f"litellm.BadRequestError: {text}"
    if parameter:
        told = (
            "litellm.UnsupportedParamsError: ollama does not support parameters: "
            f"['{parameter}'], for model=local. To drop these, set `litellm.drop_params=True`"
        )
    return {"error": {"message": told, "type": "None", "param": "None", "code": str(status)}}


def _fastapi(status: int, _code: object, text: str, parameter: str | None) -> Json:
    if not parameter:
        return {"detail": text}
    detail = {"type": "extra_forbidden", "loc": ["body", parameter]}
    return {"detail": [{**detail, "msg": "Extra inputs are not permitted"}]}


def _mistral(status: int, _code: object, text: str, parameter: str | None) -> Json:
    told = _fastapi(status, None, text, parameter) if parameter else text
    return {"object": "error", "message": told, "type": "invalid_request_error", "code": None}


def _wordless(_status: int, _code: object, _text: str, _parameter: str | None) -> Json:
    return {}


@dataclass(frozen=True, slots=True)
class Way:
    """The differences of one kind of server from OpenAI's.

    `refuses` names parameters, and forms of `response_format`, that are answered with `status`.
    """

    error: ErrorBody = _openai
    refuses: tuple[str, ...] = ()
    status: int = 400
    key_header: str = "authorization"
    query: str = ""
    first_frame: str = ""
    content_as_parts: bool = False
    thinking_tokens: int = 0  # what its model thinks before it says anything, out of its limit

    def ran_out(self, request: Json) -> Fault | None:
        """Return how a completion ends whose tokens were all spent on thinking."""
        most = request.get("max_completion_tokens") or request.get("max_tokens")
        enough = not isinstance(most, int) or most > self.thinking_tokens
        return None if enough else Fault("length", after=0)

    def refused(self, request: Json) -> str | None:
        """Return the first parameter of a request that this kind of server does not take."""
        wanted = request.get("response_format")
        kind = wanted.get("type") if isinstance(wanted, dict) else None
        for name in self.refuses:
            if name in request or name == kind:
                return "response_format" if name == kind else name
            messages = request.get("messages")
            roles = [m["role"] for m in messages] if isinstance(messages, list) else []
            if name == "system" and name in roles:
                return "system role"
        return None


WAYS = {
    "openai": Way(),
    "reasoning": Way(refuses=("temperature", "max_tokens"), thinking_tokens=2_000),
    "vllm": Way(error=_vllm, refuses=("dimensions",)),
    "ollama": Way(error=_ollama),
    "litellm": Way(error=_litellm, refuses=("json_schema", "json_object", "dimensions")),
    "mistral": Way(
        error=_mistral,
        refuses=("max_completion_tokens", "stream_options"),
        status=422,
        content_as_parts=True,
    ),
    "azure": Way(
        key_header="api-key",
        query="api-version",
        first_frame='data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n',
    ),
    "fastapi": Way(error=_fastapi, refuses=("stream_options", "max_completion_tokens"), status=422),
    "llama-cpp": Way(error=_openai, refuses=("json_schema",), status=500),
    "gemma": Way(refuses=("system",)),
    "wordless": Way(error=_wordless, refuses=("response_format", "temperature")),
    "whole": Way(refuses=("stream",)),
    "toolless": Way(refuses=("tools",)),
}
