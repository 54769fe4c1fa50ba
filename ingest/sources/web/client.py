"""Requests for a FAQ's files and pages: bounded in bytes once inflated, in time and in hops."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
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


class WebClient:
    """Gets files and pages. It follows no redirect unseen, and asks for nothing compressed.

    For a thread without a running event loop. The loop of its own gives a request one deadline,
    which a server cannot outlast by sending its head or its body drop by drop.
    """

    def __init__(self) -> None:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_S, headers=headers)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        most_bytes: int,
        deadline_s: float,
    ) -> WebResponse:
        """Get `url`; `deadline_s` is how long all of it may take, redirects included.

        Raises:
            SourceError: no answer, too much, too slow, or a redirect to a place that is not public.
        """
        return self._runner.run(self._get(url, dict(headers or {}), most_bytes, deadline_s))

    async def _get(
        self, url: str, headers: dict[str, str], most_bytes: int, deadline_s: float
    ) -> WebResponse:
        try:
            async with asyncio.timeout(deadline_s):
                return await self._followed(url, headers, most_bytes)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
            raise SourceError("the URL cannot be read; check it") from error
        except (TimeoutError, httpx.HTTPError, zlib.error) as error:
            raise SourceError(f"{_host(url)} {_problem(error)}") from error

    async def _followed(self, url: str, headers: dict[str, str], most_bytes: int) -> WebResponse:
        address = url
        for _ in range(_MOST_HOPS):
            async with self._client.stream("GET", address, headers=headers) as answer:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    location = answer.headers["location"]
                    address = await asyncio.to_thread(_next, url, address, location)
                    continue
                fields = {name.lower(): value for name, value in answer.headers.items()}
                body = await _body(answer, most_bytes)
                return WebResponse(answer.status_code, fields, body, address)
        raise SourceError(f"{_host(url)} redirects more than {_MOST_HOPS} times; check the URL")


def _problem(error: Exception) -> str:
    """Return what a server did wrong, and what a person can do about it."""
    match error:
        case httpx.ConnectError() if "CERTIFICATE" in str(error):
            return "has no valid certificate; check the URL, or download the FAQ and give the file"
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return "cannot be reached; check the URL and the network"
        case TimeoutError() | httpx.TimeoutException():
            return "sends the FAQ too slowly; try again"
        case _:
            return "stops in the middle of the FAQ; try again"


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


async def _body(answer: httpx.Response, most_bytes: int) -> bytes:
    # Servers may compress all the same; one layer is taken, and inflated within the bound.
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "deflate"):
        raise SourceError(f"the FAQ is sent as {encoding!r}; serve it without compression")
    inflate = None if encoding in ("identity", "") else zlib.decompressobj(47)
    pieces, size = [], 0
    async for raw in answer.aiter_raw():
        piece = inflate.decompress(raw, most_bytes + 1 - size) if inflate else raw
        size += len(piece)
        if size > most_bytes or (inflate and inflate.unconsumed_tail):
            raise SourceError(f"the FAQ has more than {most_bytes:,} bytes; split it")
        pieces.append(piece)
    return b"".join(pieces)


def _host(url: str) -> str:
    """Return a server's name for messages, without a password or token of its URL."""
    return urlsplit(url).hostname or "the URL"
