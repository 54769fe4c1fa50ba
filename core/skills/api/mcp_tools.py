"""The tools of a server of the Model Context Protocol, as operations.

https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from core.errors import ConfigError
from core.skills.api.client import ApiAnswer, ApiAwayError, ApiCall, repeated
from core.skills.api.document import Document, resolved
from core.skills.api.fields import fields_of
from core.skills.api.operations import Operation

_TIMEOUT_S: Final = 10.0
_MOST_CHARACTERS: Final = 200_000
_DONE, _FAILED = 200, 400


class ToolClient:
    """Calls the tools of a server over HTTP; `token` goes into its header alone."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def document(self) -> Document:
        """Return the server's tools as operations.

        Raises:
            ConfigError: the server does not answer.
        """
        try:
            async with self._connected() as client:
                tools = (await client.list_tools()).tools
        except ApiAwayError as error:
            raise ConfigError(f"the tools at {self._url} cannot be listed: {error}") from error
        by_name = {tool.name: _operation(tool) for tool in tools}
        return Document(self._url, by_name, known=tuple(by_name))

    async def send(self, call: ApiCall, *, key: str) -> ApiAnswer:
        """Call a tool; `key` has no place in the protocol.

        Raises:
            ApiAwayError: there was no answer in time.
        """
        del key
        return await repeated(call.operation, self._called, call)

    async def _called(self, call: ApiCall) -> ApiAnswer:
        async with self._connected() as client:
            result = await client.call_tool(call.operation.id, call.body or {})
        content, cut = _content(result)
        return ApiAnswer(_FAILED if result.is_error else _DONE, content, cut)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Client]:
        try:
            async with (
                httpx2.AsyncClient(headers=self._headers, timeout=_TIMEOUT_S) as http,
                Client(
                    streamable_http_client(self._url, http_client=http),
                    read_timeout_seconds=_TIMEOUT_S,
                ) as client,
            ):
                yield client
        except* (MCPError, httpx2.HTTPError, OSError) as failed:
            first = failed.exceptions[0]
            raise ApiAwayError(type(first).__name__) from failed


def _operation(tool: Tool) -> Operation:
    """Return a tool as an operation: what says that it only reads is one that reads."""
    hints = tool.annotations
    reads = bool(hints and hints.read_only_hint)
    repeatable = bool(hints and hints.idempotent_hint)
    schema = tool.input_schema
    parameters = tuple(fields_of(resolved(schema, schema)))
    method = "GET" if reads else "PUT" if repeatable else "POST"
    return Operation(tool.name, method, f"#{tool.name}", tool.description or "", parameters)


def _content(result: CallToolResult) -> tuple[Any, bool]:
    """Return what a tool answered, and whether it was too long."""
    if result.structured_content is not None:
        return result.structured_content, False
    parts = [part.text for part in result.content if isinstance(part, TextContent)]
    text = "\n".join(parts)
    if len(text) > _MOST_CHARACTERS:
        return text[:_MOST_CHARACTERS], True
    try:
        return json.loads(text), False
    except ValueError:
        return text, False
