"""Calls of an API: to its own server alone, with limits, repeated only where that is harmless."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any, Final, Protocol
from urllib.parse import quote

import httpx
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    retry_if_not_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from core.errors import FaqbotError
from core.inflate import PLAIN, bounded_body
from core.skills.api.arguments import Arguments
from core.skills.api.book import Book
from core.skills.api.fields import nested
from core.skills.api.operations import Operation, Place

_TIMEOUT_S: Final = 10.0
_MOST_BYTES: Final = 200_000
_LEFT_OUT: Final = "•••"  # in the place of a credential that is repeated
_ATTEMPTS: Final = 3


class ApiAwayError(FaqbotError):
    """The API did not answer, or was out of order; it may have done what it was asked for."""


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call as it is made, without the credential."""

    operation: Operation
    url: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any] | None

    @property
    def shown(self) -> str:
        """The call with every value, as HTTP writes it: an address would be left out as a link."""
        url = httpx.URL(self.url, params=self.query or None)
        whole = url.raw_path.decode() + (f"#{url.fragment}" if url.fragment else "")
        headers = {"host": url.netloc.decode(), **self.headers}
        lines = [f"{self.operation.method} {whole}", *(f"{k}: {v}" for k, v in headers.items())]
        body = ["", json.dumps(self.body, ensure_ascii=False, indent=2)] if self.body else []
        return "\n".join([*lines, *body])


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """An API's answer: the status, and its JSON or its text; `cut` if it was too long."""

    status: int
    content: Any
    cut: bool = False


def call_of(book: Book, operation: Operation, arguments: Arguments) -> ApiCall:
    """Return the call that valid arguments make."""

    def placed(place: Place) -> dict[str, Any]:
        names = [one.name for one in operation.parameters if one.place == place]
        return {name: arguments[name] for name in names if name in arguments}

    path = operation.path
    for name, value in placed("path").items():
        path = path.replace(f"{{{name}}}", quote(_plain(value), safe=""))
    return ApiCall(
        operation,
        book.server + path,
        {name: _plain(value) for name, value in placed("query").items()},
        {name: _one_line(_plain(value)) for name, value in placed("header").items()},
        nested(
            (one.path, arguments[one.name])
            for one in operation.parameters
            if one.place == "body" and one.name in arguments
        )
        or None,
    )


class Sender(Protocol):
    """Makes calls."""

    async def send(self, call: ApiCall, *, key: str) -> ApiAnswer:
        """Make a call; `key` is the same when it is made again for the same question.

        Raises:
            ApiAwayError: there was no answer in time, or the API is out of order.
        """
        ...


class UnreadableAnswerError(ApiAwayError):
    """An answer that cannot be read, and would be no other if it were asked for again."""


async def repeated(
    operation: Operation, send: Callable[[ApiCall], Awaitable[ApiAnswer]], call: ApiCall
) -> ApiAnswer:
    """Return what a call comes to, made again where that is harmless and there was no answer.

    Raises:
        ApiAwayError: there was none in the end.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(ApiAwayError)
        & retry_if_not_exception_type(UnreadableAnswerError),
        stop=stop_after_attempt(_ATTEMPTS if operation.may_be_repeated else 1),
        wait=wait_exponential_jitter(multiplier=0.2, max=2.0, jitter=0.2),
        reraise=True,
    )
    return await retrying(send, call)


class ApiClient:
    """Calls the API of a book. `token` goes into the header that the document names, only."""

    def __init__(self, book: Book, token: str = "") -> None:
        self._token = token
        form = book.document.credential_form.format(token=token)
        self._credential = {book.document.credential_header: form} if token else {}

    async def send(self, call: ApiCall, *, key: str) -> ApiAnswer:
        """See `Sender`."""
        return await repeated(call.operation, partial(self._sent, key=key), call)

    async def _sent(self, call: ApiCall, *, key: str) -> ApiAnswer:
        asked = {"Accept": "application/json", "Accept-Encoding": PLAIN}
        headers = {**asked, **call.headers, **self._credential}
        if not call.operation.reads:
            # https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
            headers["Idempotency-Key"] = blake2b(key.encode(), digest_size=16).hexdigest()
        method, url = call.operation.method, httpx.URL(call.url, params=call.query or None)
        try:
            async with (
                asyncio.timeout(_TIMEOUT_S),  # httpx's own begins anew with each byte
                httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as client,
                client.stream(method, url, json=call.body, headers=headers) as response,
            ):
                encoding = response.headers.get("content-encoding", "")
                content, cut = await bounded_body(response.aiter_raw(), encoding, _MOST_BYTES)
        except (zlib.error, ValueError) as error:
            raise UnreadableAnswerError(f"{call.operation.id}: {type(error).__name__}") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise ApiAwayError(f"{call.operation.id}: {type(error).__name__}") from error
        if response.status_code >= 500:
            raise ApiAwayError(f"{call.operation.id}: status {response.status_code}")
        text = content.decode("utf-8", errors="replace")
        return ApiAnswer(response.status_code, parsed(text, self._token), cut)


def parsed(text: str, secret: str) -> Any:  # noqa: ANN401 - JSON
    """Return an answer's JSON, or its text, without the credential: some APIs repeat it."""
    text = without(text, secret)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def without(text: str, secret: str) -> str:
    """Return a text with a mark in the place of a credential, as it is or as JSON writes it."""
    forms = (secret, json.dumps(secret)[1:-1]) if secret else ()
    for form in forms:
        text = text.replace(form, _LEFT_OUT)
    return text


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
