"""Authorisation: hosts, origins, the token, and the security headers of every response.

Without a token, the server listens only on this machine. Then the host name of a request has to be
this machine's, because a page elsewhere could make its own name point here (DNS rebinding).
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bots.shared.addresses import (
    Network,
    client_of,
    host_of,
    is_in,
    is_loopback,
    source_of,
)
from bots.web.problems import Problem
from bots.web.visitors import (
    CLIENT,
    COOKIE,
    COOKIE_DAYS,
    HEADER,
    VISITOR,
    UnknownNameError,
    asker_of,
    cookie_of,
    is_secret,
    named,
    new_secret,
)

logger = logging.getLogger(__name__)

PASS_COOKIE: Final = "faqbot_pass"  # noqa: S105 - the name of a cookie
_READS: Final = {"GET", "HEAD", "OPTIONS"}
_PERSON: Final = web.RequestKey("person", str)
_NEW_SECRET: Final = web.RequestKey("new_secret", str)

_HEADERS: Final = {
    # Scripts, styles and everything else come from this server, and nothing is inline in the page.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_CORS: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID, Faqbot-Person",
    "Access-Control-Expose-Headers": "Location, Retry-After",
    "Access-Control-Max-Age": "600",
}


class AuthRules:
    """The rules of one server."""

    def __init__(
        self,
        *,
        token: str,
        service_token: str,
        origins: frozenset[str],
        proxies: Sequence[Network],
        embedders: frozenset[str] = frozenset(),
    ) -> None:
        """`service_token` is a second token, with which a request may name the person who asks.

        `embedders` are the sites that may show the messenger.
        """
        self._token = token
        self._service_token = service_token
        self._embedders = embedders
        self._origins = origins
        self._proxies = proxies
        self._warned = False
        self._hosts = {host_of(urlsplit(origin).netloc) for origin in origins}
        # The cookie is derived from the token, so that it expires with it and does not reveal it.
        self._pass = hmac.new(token.encode(), b"the page", sha256).hexdigest() if token else ""

    def check(self, request: web.Request) -> None:
        """Refuse a request with a wrong host name, or from another site's page.

        Raises:
            Problem: the request is refused.
        """
        if not self._token and not self._is_ours(host_of(request.host)):
            text = (
                "this name is not one of this server's: open it as 127.0.0.1 or localhost, or name "
                "its address in FAQBOT_WEB_ORIGINS"
            )
            raise Problem(HTTPStatus.FORBIDDEN, text)
        origin = request.headers.get("Origin")
        if request.method in _READS or origin is None or self._is_allowed(origin):
            return
        if _netloc_of(origin) != request.host.lower():
            text = "a page elsewhere may not do that; FAQBOT_WEB_ORIGINS names those that may"
            raise Problem(HTTPStatus.FORBIDDEN, text)

    def is_let_in(self, request: web.Request) -> bool:
        """Return whether the request has the token, or the cookie of a browser that showed it."""
        if not self._token:
            return True
        if request.headers.get("Authorization"):
            return self._has_bearer(request, self._token) or self.is_service(request)
        if self._visitor(request):
            return True
        return same(request.cookies.get(PASS_COOKIE, ""), self._pass)

    def is_service(self, request: web.Request) -> bool:
        """Return whether the request has the service token, so that it may name its person."""
        return bool(self._service_token) and self._has_bearer(request, self._service_token)

    def source(self, request: web.Request) -> str:
        """Return the key for limits by address; a service has the same key at every address."""
        if self.is_service(request):
            return "service"
        peer, forwarded = request.remote or "", request.headers.getall("X-Forwarded-For", [])
        if forwarded and not self._warned and not is_in(peer, self._proxies):
            self._warned = True
            logger.warning(
                "X-Forwarded-For from %s is not believed: if that is a proxy of yours, name it in "
                "FAQBOT_WEB_PROXIES, or all who come through it have one limit together",
                peer,
            )
        return source_of(client_of(peer, forwarded, self._proxies))

    def is_new(self, request: web.Request) -> bool:
        """Return whether a request comes from a new person, who has neither cookie nor name.

        Raises:
            Problem: as `person`.
        """
        self.person(request)
        return _NEW_SECRET in request

    def owner(self, person: str) -> bytes:
        """Return the mark of a person's sessions, which nobody else can forge."""
        key = self._service_token or self._token
        return hmac.new(key.encode(), person.encode(), sha256).digest()

    def knows(self, token: str) -> bool:
        """Return whether a token is valid; if no token is set, any is."""
        return not self._token or same(token, self._token)

    @property
    def needs_token(self) -> bool:
        """True if visitors have to show a token."""
        return bool(self._token)

    @property
    def is_embedded(self) -> bool:
        """True if any site may show the messenger."""
        return bool(self._embedders)

    def lets_embed(self, site: str) -> bool:
        """Return whether a site, by its origin, may show the messenger."""
        return site in self._embedders

    def new_visitor(self) -> str:
        """Return a pass with which a visitor of the messenger on another site may ask.

        A frame on another site has no cookies, so the messenger stores the pass and sends it.
        """
        secret = new_secret()
        return f"{secret}.{self._signature(secret)}"

    def let_be_embedded(self, response: web.StreamResponse) -> None:
        """Set the headers that let only the allowed sites show this response in a frame."""
        ancestors = " ".join(sorted(self._embedders)) or "'none'"
        policy = _HEADERS["Content-Security-Policy"].replace(
            "frame-ancestors 'none'", f"frame-ancestors {ancestors}"
        )
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = ""

    def let_in(self, request: web.Request, response: web.Response) -> None:
        """Set the page's cookie, which scripts cannot read and other sites cannot use."""
        response.headers.add("Set-Cookie", cookie_of(request, PASS_COOKIE, self._pass, days=30))

    def send_out(self, request: web.Request, response: web.Response) -> None:
        """Delete the cookie."""
        response.headers.add("Set-Cookie", cookie_of(request, PASS_COOKIE, "", days=0))

    def person(self, request: web.Request) -> str:
        """Return the id of the person who asks; a new browser gets its cookie with the response.

        Raises:
            Problem: a name was given without the service token, or it is not a valid name.
        """
        if _PERSON not in request:
            request[_PERSON] = self._person(request)
        return request[_PERSON]

    def client(self, request: web.Request) -> str:
        """Return the person of a request to the reference API, whose clients keep no cookies.

        With a token, all its clients are one person. Without one, this is as `person`.

        Raises:
            Problem: as `person`.
        """
        named = HEADER in request.headers or is_secret(request.cookies.get(COOKIE))
        is_private = bool(self._token) or not self._origins
        return CLIENT if is_private and not named else self.person(request)

    def finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Complete the headers of a response."""
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if not response.headers["X-Frame-Options"]:  # this header cannot name several sites
            del response.headers["X-Frame-Options"]
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Server"] = "faqbot"
        if self._origins:
            response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin", "")
        if self._is_allowed(origin):
            response.headers.update(_CORS)
            response.headers["Access-Control-Allow-Origin"] = origin
        if secret := request.get(_NEW_SECRET):
            cookie = cookie_of(request, COOKIE, secret, days=COOKIE_DAYS)
            response.headers.add("Set-Cookie", cookie)

    def _person(self, request: web.Request) -> str:
        name = request.headers.get(HEADER)
        if name is not None:
            if not self.is_service(request):
                text = f"{HEADER} goes with FAQBOT_WEB_SERVICE_TOKEN as `Authorization: Bearer …`"
                raise Problem(HTTPStatus.FORBIDDEN, text)
            try:
                return named(name)
            except UnknownNameError as error:
                raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
        if visitor := self._visitor(request):
            return asker_of(visitor)
        secret = request.cookies.get(COOKIE, "")
        if not is_secret(secret):
            secret = request[_NEW_SECRET] = new_secret()
        return asker_of(secret)

    def _visitor(self, request: web.Request) -> str:
        """Return the secret of a valid visitor's pass; "" without one."""
        secret, _, signature = request.headers.get(VISITOR, "").partition(".")
        is_ours = self.is_embedded and is_secret(secret)
        return secret if is_ours and same(signature, self._signature(secret)) else ""

    def _signature(self, secret: str) -> str:
        return hmac.new(self._token.encode(), f"visitor {secret}".encode(), sha256).hexdigest()[:32]

    @staticmethod
    def _has_bearer(request: web.Request, known: str) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and same(token.strip(), known)

    def _is_ours(self, host: str) -> bool:
        return is_loopback(host) or host in self._hosts

    def _is_allowed(self, origin: str) -> bool:
        return origin.lower() in self._origins


def _netloc_of(origin: str) -> str:
    """Return the host and port of an origin; "" if it is not an origin."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def same(given: str, known: str) -> bool:
    """Return whether two secrets are equal, in constant time."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), known.encode())
