"""Whose address a request comes from: what limits by address are counted by."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

_HOME_PREFIX: Final = (
    64  # what one home or machine has of IPv6: https://www.rfc-editor.org/rfc/rfc6177
)


def source_of(address: str) -> str:
    """Return what stands for everybody at an address: an IPv4 address, or the /64 of an IPv6 one.

    What is no address, such as the name of a local socket, stands for itself.
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
    """Return the address of whoever made a request that may have come through `proxies`.

    `forwarded` are the values of `X-Forwarded-For`. Each proxy adds at the right whom it heard, so
    they are read from there, and only for as long as it was a proxy of ours who said so.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    client = peer
    while hops and is_in(client, proxies):
        client = hops.pop()
    return client


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address belongs to one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
