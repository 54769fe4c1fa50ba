"""Access to the console: two roles, a signed cookie, and a token against forged requests."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus
from time import time
from typing import Final

from aiohttp import web

from bots.web.auth import same
from bots.web.context import CONTEXT
from bots.web.problems import Problem
from bots.web.visitors import cookie_of
from core.reporting.check_words import CheckWords
from core.reporting.operations import Operations

COOKIE: Final = "faqbot_console"
CSRF: Final = "Faqbot-Console"
_DAY_S: Final = 86_400
_DAYS: Final = 1
_NAME = re.compile(r"[\w .@+-]{1,40}")


class Role(StrEnum):
    """The rights of a visitor: to look, or to look and change."""

    READER = "reader"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in; `name` is as they gave it, for the audit log."""

    role: Role
    name: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Console:
    """The console of one server: what it shows, and its tokens."""

    operations: Operations
    tokens: dict[Role, str]
    texts: dict[str, dict[str, str]]
    check_words: dict[str, CheckWords]
    zone: str

    def language(self, *wanted: str) -> str:
        """Return the first language of these that the console speaks, else Korean."""
        return next((one for one in wanted if one in self.texts), "ko")

    def role_of(self, token: str) -> Role | None:
        """Return the role that a token gives; None for a wrong one."""
        found = [role for role, known in self.tokens.items() if known and same(token, known)]
        return found[0] if found else None

    def sign_in(self, request: web.Request, response: web.Response, role: Role, name: str) -> None:
        """Set the cookie, which expires after a day or when the token changes."""
        value = f"{role.value}|{int(time()) + _DAYS * _DAY_S}|{name}"
        signed = f"{value.encode().hex()}.{self._signature(role, value)}"
        response.headers.add("Set-Cookie", cookie_of(request, COOKIE, signed, days=_DAYS))

    def sign_out(self, request: web.Request, response: web.Response) -> None:
        """Delete the cookie."""
        response.headers.add("Set-Cookie", cookie_of(request, COOKIE, "", days=0))

    def visitor(self, request: web.Request) -> Visitor | None:
        """Return who makes a request, if they have signed in."""
        cookie = request.cookies.get(COOKIE, "")
        value_hex, _, signature = cookie.partition(".")
        try:
            value = bytes.fromhex(value_hex).decode()
            role_name, until, name = value.split("|", 2)
            role = Role(role_name)
        except ValueError:
            return None
        is_ours = bool(self.tokens.get(role)) and same(signature, self._signature(role, value))
        if not is_ours or int(until) < time():
            return None
        return Visitor(role, name, self._signature(role, f"csrf {cookie}"))

    def _signature(self, role: Role, value: str) -> str:
        return hmac.new(self.tokens[role].encode(), value.encode(), sha256).hexdigest()


CONSOLE: Final = web.AppKey("console", Console)


def visitor_in(request: web.Request, *, changes: bool = False) -> Visitor:
    """Return who makes a request; one that `changes` something has to be an owner's, by the page.

    Raises:
        Problem: nobody has signed in, or they may not do that.
    """
    visitor = request.app[CONSOLE].visitor(request)
    if visitor is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "sign in first")
    if changes:
        if not same(request.headers.get(CSRF, ""), visitor.csrf):
            raise Problem(
                HTTPStatus.FORBIDDEN, f"send the header {CSRF} that /console/api/me names"
            )
        if visitor.role is not Role.OWNER:
            raise Problem(HTTPStatus.FORBIDDEN, "your token is for looking alone")
    return visitor


def check_name(name: str) -> str:
    """Return the name as it is logged.

    Raises:
        Problem: it is none.
    """
    if not _NAME.fullmatch(name):
        text = "a name has 1 to 40 letters, digits, spaces, or any of . _ @ + -"
        raise Problem(HTTPStatus.BAD_REQUEST, text)
    return name


def check_failure(request: web.Request) -> None:
    """Count a wrong token.

    Raises:
        Problem: there were too many from this address.
    """
    context = request.app[CONTEXT]
    context.admission.check_failure(context.gate.source(request))
