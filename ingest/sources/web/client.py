"""Requests for a FAQ's files and pages: bounded in bytes once inflated, in time and in hops."""

from __future__ import annotations

import ipaddress
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from core.errors import SourceError

USER_AGENT: Final = "faqbot (reads a FAQ for its own team)"
_TIMEOUT_S: Final = 30.0
_MOST_HOPS: Final = 5
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


@dataclass(frozen=True, slots=True)
class WebResponse:
    """The answer of a server; `url` is its address after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def is_html(self) -> bool:
        """Return whether it is a page."""
        return "html" in self.headers.get("content-type", "")


def new_client() -> httpx.Client:
    """Return a client that follows no redirect by itself, and asks for nothing compressed."""
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
    return httpx.Client(timeout=_TIMEOUT_S, headers=headers)


def get(
    client: httpx.Client,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    most_bytes: int,
    deadline_s: float,
) -> WebResponse:
    """Get `url`; `deadline_s` is how long all of it may take, however slowly it drips.

    Raises:
        SourceError: no answer, too much, too slow, or a redirect to a place that is not public.
    """
    until = monotonic() + deadline_s
    address = url
    try:
        for _ in range(_MOST_HOPS):
            with client.stream("GET", address, headers=dict(headers or {})) as answer:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    address = _next(url, address, answer.headers["location"])
                    continue
                fields = {name.lower(): value for name, value in answer.headers.items()}
                body = _body(answer, most_bytes, until)
                return WebResponse(answer.status_code, fields, body, address)
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error, ValueError) as error:
        problem = f"{_host(url)} does not give the FAQ ({type(error).__name__})"
        raise SourceError(f"{problem}; check the URL and the network") from error
    raise SourceError(f"{_host(url)} redirects more than {_MOST_HOPS} times; check the URL")


def is_public(host: str) -> bool:
    """Return whether all addresses of a host are public, and none is this machine or network's."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(
        ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found
    )


def _next(first: str, current: str, location: str) -> str:
    """Return the target of a redirect, which is the same server or a public one."""
    target = urljoin(current, location)
    there, origin = urlsplit(target), urlsplit(first)
    if there.scheme not in ("http", "https"):
        raise SourceError(f"{_host(first)} redirects to no web address; check the URL")
    same = _server(there) == _server(origin) or (
        there.hostname == origin.hostname and {there.port, origin.port} <= {None, 80, 443}
    )
    if not same and not is_public(there.hostname or ""):
        raise SourceError(
            f"{_host(first)} redirects to {there.hostname}, which is not public; give that URL"
            " itself if it is the FAQ's"
        )
    return target


def _server(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port


def _body(answer: httpx.Response, most_bytes: int, until: float) -> bytes:
    # Servers may compress all the same; one layer is taken, and inflated within the bound.
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "deflate"):
        raise SourceError(f"the FAQ is sent as {encoding!r}; serve it without compression")
    inflate = None if encoding in ("identity", "") else zlib.decompressobj(47)
    pieces, size = [], 0
    for raw in answer.iter_raw():
        if monotonic() > until:
            raise SourceError(f"{answer.url.host} sends the FAQ too slowly; try again")
        piece = inflate.decompress(raw, most_bytes + 1 - size) if inflate else raw
        size += len(piece)
        if size > most_bytes or (inflate and inflate.unconsumed_tail):
            raise SourceError(f"the FAQ has more than {most_bytes:,} bytes; split it")
        pieces.append(piece)
    return b"".join(pieces)


def _host(url: str) -> str:
    """A server's name for messages: never a password or a token that stands in its URL."""
    return urlsplit(url).hostname or "the URL"
