"""Errors as `application/problem+json` (https://www.rfc-editor.org/rfc/rfc9457).

`detail` is a sentence in the person's language if a person at the page may see it. For errors that
only a programmer can cause, it tells in English what to send instead.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import orjson
from aiohttp import web

from bots.shared.intake import reason_for
from core.profile import Profile
from core.types import Receipt

_FULL_S: Final = 5  # when to try again with a full inbox: some answers have ended by then


class Problem(Exception):  # noqa: N818 - the name in the RFC
    """A response that is an error."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        reason: str = "",
    ) -> None:
        """`reason` says more, in English, for people who look for the cause."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.reason = reason
        self.headers = headers or {}

    def response(self) -> web.Response:
        """Return the response of the error."""
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        } | ({"reason": self.reason} if self.reason else {})
        return web.Response(
            body=orjson.dumps(body),
            status=self.status.value,
            content_type="application/problem+json",
            headers=self.headers,
        )

    def reference_response(self) -> web.Response:
        """Return the response in the form of the reference API."""
        return said({"error_message": self.detail}, status=self.status, headers=self.headers)


class TooLong(Problem):
    """A text, or a whole request, that is too long; the server adds words for the person."""

    def __init__(self, bound: str = "") -> None:
        """`bound` names the field and the most characters, for programmers."""
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, bound)

    def in_words(self, sentence: str) -> Problem:
        """Return it with a sentence in the person's language before the bound."""
        detail = f"{sentence} ({self.detail})" if self.detail else sentence
        return Problem(self.status, detail)


def check(profile: Profile, receipt: Receipt | None, *, retry_s: int) -> None:
    """Check the receipt of a question; `retry_s` is the time until this person may ask again.

    Raises:
        Problem: the question was refused, or its button does not exist any more.
    """
    reason = reason_for(profile, receipt)
    if not reason:
        return
    match receipt:
        case None:
            raise Problem(HTTPStatus.GONE, reason)
        case Receipt.LIMITED:
            status = HTTPStatus.TOO_MANY_REQUESTS
        case _:
            status = HTTPStatus.SERVICE_UNAVAILABLE
    raise Problem(
        status,
        reason,
        headers={"Retry-After": str(retry_s if receipt is Receipt.LIMITED else _FULL_S)},
    )


def said(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:  # noqa: ANN401 - JSON
    """Return a JSON response."""
    return web.Response(
        body=orjson.dumps(value), status=status, content_type="application/json", headers=headers
    )
