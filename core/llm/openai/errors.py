"""The one place where what an OpenAI-like server refuses, and how a connection fails, become ours.

Codes: https://platform.openai.com/docs/guides/error-codes/api-errors. Compatible servers use the
same statuses with other words, so a status decides and a code only refines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
import orjson

from core.errors import (
    ModelError,
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelUnavailableError,
)

_BUSY = (408, 409, 429)
_OVERLOADED = 500
_QUOTA = "insufficient_quota"
_TOO_LONG = "context_length_exceeded"
_FILTERED = ("content_filter", "content_policy_violation")
_QUOTA_REASON = "the account's quota is used up; look at its billing"
_REASONS = {
    401: "the key is refused; set another OPENAI_API_KEY",
    403: "the key may not use this model; set another OPENAI_API_KEY",
    404: "there is no such model or address; check the model's name and OPENAI_BASE_URL",
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise our errors in place of aiohttp's; `where` names the address in their messages."""
    try:
        yield
    except TimeoutError as error:
        raise ModelUnavailableError(f"{where} took too long to answer; try again later") from error
    except (aiohttp.ClientError, OSError) as error:
        raise ModelUnavailableError(
            f"{where} cannot be reached ({type(error).__name__}); "
            "check OPENAI_BASE_URL and the network"
        ) from error


def refused(status: int, body: bytes, headers: Mapping[str, str], where: str) -> ModelError:
    """The error that a response of 400 or more stands for."""
    code = _code_of(body)
    said = f"{where} answered {status}"
    if code == _TOO_LONG:
        return ModelOverflowError(f"{said}: the prompt is longer than the model reads")
    if code in _FILTERED:
        return ModelRefusedError(f"{said}: its content filter stopped the prompt")
    if code != _QUOTA and (status in _BUSY or status >= _OVERLOADED):
        return ModelUnavailableError(
            f"{said}: it is overloaded; try again later", retry_after_s=_retry_after_s(headers)
        )
    reason = _QUOTA_REASON if code == _QUOTA else _REASONS.get(status, f"it refused ({code})")
    return ModelMisconfiguredError(f"{said}: {reason}")


def _code_of(body: bytes) -> str | None:
    try:
        code = orjson.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, str) else None


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds, from either header; the HTTP date form is left to the caller's own backoff."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(float(headers[name]) * unit_s, 0.0)
        except (KeyError, ValueError):
            continue
    return None
