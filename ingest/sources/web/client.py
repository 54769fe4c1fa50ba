"""Requests for a FAQ's files and pages: bounded in bytes once inflated, in time and in hops."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from core.errors import SourceError
from core.inflate import PLAIN, bounded_body

USER_AGENT: Final = "faqbot (reads a FAQ for its own team)"
_TIMEOUT_S: Final = 30.0
_MOST_HOPS: Final = 5
_CONNECTED: Final = "connection.connect_tcp.complete"  # an event of httpcore, before it sends
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # an address of IPv4 in its last four bytes
_UNICAST: Final = ipaddress.ip_network("2000::/3")
_TUNNELS: Final = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
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

    A server that was public stays so: the address is looked at again when it is connected to, since
    a name may lead to this machine a moment after it was looked up (DNS rebinding).

    For a thread without a running event loop. The loop of its own gives a request one deadline,
    which a server cannot outlast by sending its head or its body drop by drop.
    """

    def __init__(self) -> None:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": PLAIN}
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_S, headers=headers)
        self._runner = asyncio.Runner()
        self._public: set[str | None] = set()  # the servers that have had a public address

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
            watch = {} if _is_proxied(address) else {"trace": self._watch(url, address)}
            async with self._client.stream(
                "GET", address, headers=headers, extensions=watch
            ) as answer:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    location = answer.headers["location"]
                    address = await asyncio.to_thread(_next, url, address, location)
                    continue
                fields = {name.lower(): value for name, value in answer.headers.items()}
                body = await _body(answer, most_bytes)
                return WebResponse(answer.status_code, fields, body, address)
        raise SourceError(f"{_host(url)} redirects more than {_MOST_HOPS} times; check the URL")

    def _watch(self, first: str, address: str) -> Callable[[str, dict[str, Any]], Awaitable[None]]:
        """Return what looks at the other end of a connection, before anything is sent to it."""
        host = urlsplit(address).hostname

        async def watch(event: str, info: dict[str, Any]) -> None:
            if event != _CONNECTED:
                return
            stream = info["return_value"]
            if is_public_address(str(stream.get_extra_info("server_addr")[0])):
                self._public.add(host)
            elif host in self._public or host != urlsplit(first).hostname:
                await stream.aclose()
                raise SourceError(f"{host} leads to an address that is not public; check the URL")

        return watch


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
    return all(is_public_address(str(place[4][0])) for place in found)


def is_public_address(text: str) -> bool:
    """Return whether an address is one of the internet; what is wrapped in IPv6 counts as IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public_address(str(ipaddress.IPv4Address(address.packed[-4:])))
        if address not in _UNICAST or any(address in tunnel for tunnel in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast


def _is_proxied(url: str) -> bool:
    """Return whether a proxy of the environment connects to an address in place of this machine."""
    address = urlsplit(url)
    return address.scheme in getproxies() and not proxy_bypass(address.hostname or "")


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
    encoding = answer.headers.get("content-encoding", "")
    try:
        body, cut = await bounded_body(answer.aiter_raw(), encoding, most_bytes)
    except ValueError as error:
        raise SourceError(
            f"the FAQ is sent as {encoding!r}; serve it without compression"
        ) from error
    if cut:
        raise SourceError(f"the FAQ has more than {most_bytes:,} bytes; split it")
    return body


def _host(url: str) -> str:
    """Return a server's name for messages, without a password or token of its URL."""
    return urlsplit(url).hostname or "the URL"
