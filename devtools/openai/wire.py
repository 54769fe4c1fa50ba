"""HTTP as the local OpenAI writes it, by hand: at 500 streams a framework would be measured."""

from __future__ import annotations

import asyncio
import json
from typing import Any

Json = dict[str, Any]

_PING_S = 0.02
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def chunk(text: str) -> bytes:
    data = text.encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


async def ping(writer: asyncio.StreamWriter) -> bool:
    """Send comments until the client leaves."""
    writer.write(STREAM_HEAD)
    while not writer.is_closing():
        writer.write(chunk(": ping\n\n"))
        await writer.drain()
        await asyncio.sleep(_PING_S)
    return False


async def send(
    writer: asyncio.StreamWriter, status: int, body: Json, retry_after: str | None = None
) -> bool:
    text = json.dumps(body, ensure_ascii=False)
    return await send_text(writer, status, text, "application/json", retry_after)


async def send_text(
    writer: asyncio.StreamWriter,
    status: int,
    text: str,
    content_type: str,
    retry_after: str | None = None,
) -> bool:
    data = text.encode()
    extra = f"Retry-After: {retry_after}\r\n" if retry_after else ""
    head = (
        f"HTTP/1.1 {status} Local\r\nContent-Type: {content_type}\r\n{extra}"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    writer.write(head.encode() + data)
    await writer.drain()
    return True
