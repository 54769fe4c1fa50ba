"""Addresses: of a server, and those that requests come from, by which limits are counted."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

_HOME_PREFIX: Final = (
    64  # the IPv6 prefix of one home or machine: https://www.rfc-editor.org/rfc/rfc6177
)


def url_of(host: str, port: int) -> str:
    """Return the URL to open in a browser, without a slash at its end, where a server listens."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared with
    return f"http://{netloc_of(shown, port)}"


def netloc_of(host: str, port: int) -> str:
    """Return `host:port`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def host_of(netloc: str) -> str:
    """Return the host of `host:port`; "" if it is none."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is a loopback, which only this machine can reach."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def source_of(address: str) -> str:
    """Return the key that limits count by: an IPv4 address, or the /64 network of an IPv6 address.

    Any other text, such as the name of a local socket, is returned as it is.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, _HOME_PREFIX), strict=False))
    return str(found)


def client_of(peer: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """Return the address of the client of a request that may have come through `proxies`.

    `forwarded` are the values of `X-Forwarded-For`. Each proxy appends the address that it heard,
    so they are read from the right, and only while one of our own proxies has written them.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    client = peer
    while hops and is_in(client, proxies):
        client = hops.pop()
    return client


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Return whether an address belongs to one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
