"""The visitors of the web: a secret in a cookie, or a name that a client gives its person."""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b
from http.cookies import SimpleCookie
from typing import Final

from aiohttp import web

from core.errors import FaqbotError

COOKIE: Final = "faqbot_person"
HEADER: Final = "Faqbot-Person"
VISITOR: Final = "Faqbot-Visitor"
COOKIE_DAYS: Final = 400  # the longest that browsers keep one
_PREFIX: Final = "web:"
CLIENT: Final = f"{_PREFIX}~v1"
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,64}")
_NAME = re.compile(r"[\w.@+-]{1,64}")
_DAY_S: Final = 86_400


def cookie_of(request: web.Request, name: str, value: str, *, days: int) -> str:
    """Return a cookie that no script can read, and no other site makes use of."""
    cookie: SimpleCookie = SimpleCookie({name: value})
    morsel = cookie[name]
    morsel["path"] = "/"
    morsel["httponly"] = True
    morsel["samesite"] = "Strict"
    morsel["max-age"] = str(days * _DAY_S)
    # A proxy in front says how the browser came; who claims it without one harms their own cookie.
    morsel["secure"] = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
    return morsel.OutputString()


class UnknownNameError(FaqbotError):
    """A client named a person in a way that no store keeps."""


def new_secret() -> str:
    """Return a secret for a browser that has none yet."""
    return secrets.token_urlsafe(32)


def is_secret(cookie: str | None) -> bool:
    """Return whether a cookie is one of ours, as far as its form tells."""
    return bool(cookie and _SECRET.fullmatch(cookie))


def asker_of(secret: str) -> str:
    """Return the id of a browser's person, which no name of a client can equal."""
    return f"{_PREFIX}~{blake2b(secret.encode(), digest_size=12).hexdigest()}"


def named(name: str) -> str:
    """Return the id of a person whom a client names.

    Raises:
        UnknownNameError: it is no name of 1 to 64 letters, digits, or any of . _ @ + -.
    """
    if not _NAME.fullmatch(name):
        raise UnknownNameError(f"{HEADER}: 1 to 64 letters, digits, or any of . _ @ + -")
    return f"{_PREFIX}{name}"


def is_named(asker: str) -> bool:
    """Return whether a person is one whom a service has named, and no browser's."""
    return asker.startswith(_PREFIX) and not asker.startswith(f"{_PREFIX}~")
