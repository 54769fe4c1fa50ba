"""Bodies that servers send compressed, inflated within a bound."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable
from typing import Final

PLAIN: Final = "identity"
_ANY_WINDOW: Final = 47  # zlib finds out whether it is gzip's or deflate's


async def bounded_body(
    pieces: AsyncIterable[bytes], encoding: str, most_bytes: int
) -> tuple[bytes, bool]:
    """Return at most `most_bytes` of a body, and whether there is more of it.

    `encoding` is its Content-Encoding. One layer is inflated, and never more of it than is wanted:
    a few hundred bytes of two layers can become gigabytes.

    Raises:
        ValueError: it has another encoding, or several.
        zlib.error: it is not what its encoding says.
    """
    encoding = encoding.strip().lower() or PLAIN
    if encoding not in (PLAIN, "gzip", "deflate"):
        raise ValueError(encoding)
    inflate = None if encoding == PLAIN else zlib.decompressobj(_ANY_WINDOW)
    body = bytearray()
    async for raw in pieces:
        body += inflate.decompress(raw, most_bytes + 1 - len(body)) if inflate else raw
        if len(body) > most_bytes:
            return bytes(body[:most_bytes]), True
    return bytes(body), False
