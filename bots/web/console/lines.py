"""Responses of JSON lines, which a page reads as they come."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web


async def opened(request: web.Request) -> web.StreamResponse:
    """Begin a response of JSON lines."""
    response = web.StreamResponse(
        headers={"Content-Type": "application/x-ndjson", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    return response


async def send(response: web.StreamResponse, value: dict[str, Any]) -> None:
    """Send one line."""
    await response.write(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) + b"\n")
