"""Access to the console: two roles, a signed cookie, and a token against forged requests."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
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


class ConsoleRole(StrEnum):
    """The rights of a visitor: to look, or to look and change."""

    READER = "reader"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in; `name` is for the audit log.

    It `is_known` if the key is of that person alone; else it is as they gave it.
    """

    role: ConsoleRole
    name: str
    csrf: str
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A token that opens the console for everybody, or for the person of that `name` alone."""

    role: ConsoleRole
    token: str
    name: str = ""


def keys_of(role: ConsoleRole, setting: str) -> list[Key]:
    """Return the keys of a setting: one token for all, or `name:token` for each person.

    Raises:
        ValueError: names are missing, wrong or given twice.
    """
    parts = [part.strip() for part in setting.split(",") if part.strip()]
    if len(parts) == 1 and ":" not in parts[0]:
        return [Key(role, parts[0])]
    named = [
        (name.strip(), token.strip()) for name, _, token in (one.partition(":") for one in parts)
    ]
    names = [name for name, _ in named]
    is_one_each = len(set(names)) == len(names) and all(token for _, token in named)
    if not (is_one_each and all(map(_NAME.fullmatch, names))):
        raise ValueError("write one token, or name:token,name:token with a name once each")
    return [Key(role, token, name) for name, token in named]


@dataclass(frozen=True, slots=True)
class Console:
    """The console of one server: what it shows, and its keys."""

    operations: Operations
    keys: Sequence[Key]
    texts: dict[str, dict[str, str]]
    check_words: dict[str, CheckWords]
    zone: str

    def language(self, *wanted: str) -> str:
        """Return the first language of these that the console speaks, else Korean."""
        return next((one for one in wanted if one in self.texts), "ko")

    def key_of(self, token: str) -> Key | None:
        """Return the key with a token; None for a wrong one."""
        found = [key for key in self.keys if same(token, key.token)]
        return found[0] if found else None

    def sign_in(self, request: web.Request, response: web.Response, key: Key, name: str) -> None:
        """Set the cookie, which expires after a day or when the token changes."""
        value = f"{key.role.value}|{int(time()) + _DAYS * _DAY_S}|{key.name or name}"
        signed = f"{value.encode().hex()}.{_signature(key, value)}"
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
            role = ConsoleRole(role_name)
        except ValueError:
            return None
        theirs = (one for one in self.keys if one.role is role and one.name in ("", name))
        key = next((one for one in theirs if same(signature, _signature(one, value))), None)
        if key is None or int(until) < time():
            return None
        return Visitor(role, name, _signature(key, f"csrf {cookie}"), is_known=bool(key.name))


def _signature(key: Key, value: str) -> str:
    return hmac.new(key.token.encode(), value.encode(), sha256).hexdigest()


CONSOLE: Final = web.AppKey("console", Console)


def visitor_in(request: web.Request, *, changes: bool = False) -> Visitor:
    """Return who makes a request; one that `changes` something has to be an owner's, by the page.

    Raises:
        Problem: nobody has signed in, or they may not do that.
    """
    visitor = request.app[CONSOLE].visitor(request)
    if visitor is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "signed_out")
    if changes:
        if not same(request.headers.get(CSRF, ""), visitor.csrf):
            text = f"send the header {CSRF} that /console/api/me names"
            raise Problem(HTTPStatus.FORBIDDEN, "signed_in_anew", reason=text)
        if visitor.role is not ConsoleRole.OWNER:
            raise Problem(HTTPStatus.FORBIDDEN, "for_owners")
    return visitor


def check_name(name: str) -> str:
    """Return the name as it is logged.

    Raises:
        Problem: it is none.
    """
    if not _NAME.fullmatch(name):
        raise Problem(HTTPStatus.BAD_REQUEST, "wrong_name")
    return name


def check_failure(request: web.Request) -> None:
    """Count a wrong token.

    Raises:
        Problem: there were too many from this address.
    """
    context = request.app[CONTEXT]
    context.admission.check_failure(context.gate.source(request))
