"""The translation of an OpenAI-like server's refusals and of failed connections.

Codes: https://platform.openai.com/docs/guides/error-codes/api-errors. Compatible servers use the
same statuses with other words, so a status decides and what is written only refines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan
from typing import Any

import aiohttp
import orjson

from core.errors import (
    ModelError,
    ModelMisconfiguredError,
    ModelOverflowError,
    ModelRefusedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from core.llm.refusals import is_filtered, is_overflow, short

_BUSY = (408, 409, 425, 429)
_REFUSED = 400
_FORBIDDEN = 403
_TOO_LARGE = 413
_OVERLOADED = 500
_STATUS = re.compile("[45][0-9]{2}")
_QUOTAS = (402, 403, 429)
_FILTERS = (400, 403, 422, 451)
_QUOTA = re.compile(r"insufficient_quota|current quota|quota exceeded|billing", re.IGNORECASE)
# A server that fails over a parameter, in place of refusing it.
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|unrecognized|unknown (?:parameter|argument|field)"
    r"|unexpected keyword|not implemented|extra inputs|not permitted",
    re.IGNORECASE,
)
# What a model server says of a key that may not do something. What a firewall forbids, without a
# reason or with a page, is about the prompt.
_OF_THE_KEY = re.compile(
    r"key|token|credential|permission|account|project|organi[sz]ation|subscription|authori[sz]"
    r"|model|region|country|network|balance|not allowed",
    re.IGNORECASE,
)
_REASONS = {
    401: "the key is refused; set another OPENAI_API_KEY",
    402: "the account's quota is used up; look at its billing",
    403: "the key may not use this model; set another OPENAI_API_KEY",
    404: "there is no such model or address; check the model's name and OPENAI_BASE_URL",
    405: "this is no address of completions; check OPENAI_BASE_URL",
    407: "the proxy asks for a password; check HTTPS_PROXY",
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise our errors in place of aiohttp's; `where` names the address in their messages."""
    try:
        yield
    except TimeoutError as error:
        raise ModelTimeoutError(f"{where} took too long to answer; try again later") from error
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
        raise ModelUnavailableError(
            f"{where}: its certificate is not trusted ({_reason(error)}); for one of your own set "
            "SSL_CERT_FILE to the file of its authority"
        ) from error
    except (aiohttp.ClientResponseError, aiohttp.ClientPayloadError) as error:
        said = getattr(error, "message", "") or str(error) or type(error).__name__
        raise ModelUnavailableError(
            f"{where} sent a damaged reply ({short(said)}); check OPENAI_BASE_URL, or try again"
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise ModelUnavailableError(
            f"{where} cannot be reached ({type(error).__name__}); "
            "check OPENAI_BASE_URL and the network"
        ) from error


def refused(status: int, body: bytes, headers: Mapping[str, str], where: str) -> ModelError:
    """Return the error that a response of 400 or more stands for."""
    try:
        told = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        told = re.sub(r"<[^>]*>", " ", body.decode("utf-8", "replace"))
    return _meant(status, told, headers, where, is_page=body.lstrip().startswith(b"<"))


def _meant(
    status: int, told: object, headers: Mapping[str, str], where: str, *, is_page: bool = False
) -> ModelError:
    code, parameter, said = _fields(told)
    words = f"{code} {said}"
    line = f"{where} answered {status}" + (f": {short(said)}" if said.strip() else "")
    if by_words := _by_words(status, words):
        kind, reason = by_words
        return kind(f"{line} ({reason})")
    if status in _BUSY or (status >= _OVERLOADED and not _UNSUPPORTED.search(words)):
        wait_s = _retry_after_s(headers)
        return ModelUnavailableError(f"{line} (try again later)", retry_after_s=wait_s)
    if status == _FORBIDDEN and (is_page or not _OF_THE_KEY.search(words)):
        return ModelRequestError(f"{line} (a firewall before the model)", said=words)
    if status in _REASONS:
        return ModelMisconfiguredError(f"{line} ({_REASONS[status]})")
    return ModelRequestError(line, said=f"{parameter} {words}")


def _by_words(status: int, words: str) -> tuple[type[ModelError], str] | None:
    """Return what a refusal's words tell beyond its status, if they do."""
    if status in _QUOTAS and _QUOTA.search(words):
        return ModelMisconfiguredError, _REASONS[402]
    if status in _BUSY:
        return None
    if status == _TOO_LARGE or is_overflow(words):
        return ModelOverflowError, "the prompt is longer than the model reads"
    if status in _FILTERS and is_filtered(words):
        return ModelRefusedError, "its content filter stopped the prompt"
    return None


def told_error(error: object, headers: Mapping[str, str], where: str) -> ModelError:
    """Return what an error stands for that came with the status 200, in a stream or as a body."""
    fields = error if isinstance(error, Mapping) else {}
    told = [str(fields.get(name)) for name in ("code", "status")]
    status = next((int(code) for code in told if _STATUS.fullmatch(code)), None)
    if status is None:
        status = _REFUSED if is_filtered(str(error)) else _OVERLOADED
    return _meant(status, {"error": error}, headers, where)


def _fields(told: object) -> tuple[str, str, str]:
    """Return the code, the parameter and the message of an error, in the forms that servers have.

    OpenAI: `{"error": {…}}`; Gemini: the same in a list; Ollama: `{"error": "…"}`; vLLM: the fields
    alone; FastAPI: `{"detail": "…"}` or `{"detail": [{"loc": […], "msg": "…"}]}`.
    """
    if isinstance(told, list) and len(told) == 1 and isinstance(told[0], dict):
        told = told[0]
    fields: Any = told
    if isinstance(told, dict):
        fields = next((told[name] for name in ("error", "detail") if told.get(name)), told)
    if isinstance(fields, list):  # FastAPI: the first thing that it did not like
        first = fields[0] if fields and isinstance(fields[0], dict) else {}
        loc = first.get("loc")
        place = ".".join(map(str, loc if isinstance(loc, list) else [loc or ""]))
        return "", place, f"{place} {first.get('msg') or fields}"
    if not isinstance(fields, dict):
        return "", "", str(fields or "")
    code, parameter = (str(fields.get(name) or "") for name in ("code", "param"))
    told = (fields.get(name) for name in ("message", "msg", "detail"))
    return code, parameter, str(next(filter(None, told), fields))


def _reason(error: BaseException) -> str:
    return short(str(getattr(error, "certificate_error", None) or error))


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a header asks for, as a number or as a date."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        return None if isnan(wait_s) else max(wait_s, 0.0)
    try:
        until = parsedate_to_datetime(headers["retry-after"])
        return max((until - datetime.now(UTC)).total_seconds(), 0.0)
    except (KeyError, ValueError, TypeError):
        return None
