"""Who asks: a browser by its cookie, or whom a client with the token names.

A browser's cookie is random and stays with it; what is stored is a digest, so that nobody who reads
the store, an export or a log can take somebody's place.
"""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b
from typing import Final

from core.errors import FaqbotError

COOKIE: Final = "faqbot_person"
HEADER: Final = "Faqbot-Person"
COOKIE_DAYS: Final = 400  # the longest that browsers keep one

_PREFIX: Final = "web:"
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,64}")
_NAME = re.compile(r"[\w.@+-]{1,64}")


class UnknownNameError(FaqbotError):
    """A client named a person in a way that no store keeps."""


def new_secret() -> str:
    """For a browser that has none yet."""
    return secrets.token_urlsafe(32)


def is_secret(cookie: str | None) -> bool:
    """Whether a cookie is one of ours, as far as its form tells."""
    return bool(cookie and _SECRET.fullmatch(cookie))


def asker_of(secret: str) -> str:
    """A browser as `Question.asker` and `Feedback.user` have it; no name begins so."""
    return f"{_PREFIX}~{blake2b(secret.encode(), digest_size=12).hexdigest()}"


def named(name: str) -> str:
    """Whom a client named, as above.

    Raises:
        UnknownNameError: it is no name of 1 to 64 letters, digits, or any of . _ @ + -.
    """
    if not _NAME.fullmatch(name):
        raise UnknownNameError(f"{HEADER}: 1 to 64 letters, digits, or any of . _ @ + -")
    return f"{_PREFIX}{name}"
