"""The tools of a server of the Model Context Protocol, as operations.

https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Any, Final

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from core.errors import ConfigError
from core.inflate import PLAIN
from core.skills.api.book import ToolServer
from core.skills.api.client import ApiAnswer, ApiAwayError, ApiCall, parsed, repeated, without
from core.skills.api.document import Document, resolved
from core.skills.api.fields import fields_of
from core.skills.api.operations import Operation

_TIMEOUT_S: Final = 10.0
_WHOLE_CALL_S: Final = 30.0  # with the start of a command
_MOST_CHARACTERS: Final = 200_000
_DONE, _FAILED = 200, 400


class ToolClient:
    """Calls the tools of a server over HTTP, or of a command over its standard input and output.

    `token` goes into the header alone, or into the command's environment. Each call starts the
    command anew, so that one that has died is no concern of the next call.
    """

    def __init__(self, server: ToolServer, token: str = "") -> None:
        self._server = server
        self._token = token

    async def document(self) -> Document:
        """Return the server's tools as operations.

        Raises:
            ConfigError: the server does not answer.
        """
        try:
            async with self._connected() as client:
                tools = (await client.list_tools()).tools
        except ApiAwayError as error:
            raise ConfigError(f"the tools of {self._server} cannot be listed: {error}") from error
        by_name = {tool.name: _operation(tool) for tool in tools}
        return Document(_url(self._server), by_name, known=tuple(by_name))

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
        content, cut = _content(result, self._token)
        return ApiAnswer(_FAILED if result.is_error else _DONE, content, cut)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Client]:
        try:
            with anyio.fail_after(_WHOLE_CALL_S):
                if self._server.command:
                    async with Client(
                        stdio_client(self._process()), read_timeout_seconds=_TIMEOUT_S
                    ) as client:
                        yield client
                    return
                headers = {"Accept-Encoding": PLAIN}
                if self._token:
                    headers["Authorization"] = f"Bearer {self._token}"
                hooks = {"response": [_expect_plain]}
                async with (
                    httpx2.AsyncClient(
                        headers=headers, timeout=_TIMEOUT_S, event_hooks=hooks
                    ) as http,
                    Client(
                        streamable_http_client(self._server.address, http_client=http),
                        read_timeout_seconds=_TIMEOUT_S,
                    ) as client,
                ):
                    yield client
        except* (MCPError, httpx2.HTTPError, OSError, anyio.BrokenResourceError) as failed:
            first = failed.exceptions[0]
            raise ApiAwayError(type(first).__name__) from failed

    def _process(self) -> StdioServerParameters:
        command, *arguments = self._server.command
        variable = self._server.token_variable
        env = {variable: self._token} if variable and self._token else None
        return StdioServerParameters(command=command, args=arguments, env=env)


async def _expect_plain(response: httpx2.Response) -> None:
    """Refuse a body that is compressed all the same: what it becomes has no bound."""
    if (encoding := response.headers.get("content-encoding", PLAIN)) != PLAIN:
        raise httpx2.DecodingError(f"the answer is sent as {encoding!r}", request=response.request)


def _url(server: ToolServer) -> str:
    """Return what stands for a server where a call is shown."""
    if server.address:
        return server.address
    return f"mcp://{re.sub(r'[^a-z0-9.-]', '-', PurePath(server.command[0]).name.lower())}"


def _operation(tool: Tool) -> Operation:
    """Return a tool as an operation: what says that it only reads is one that reads."""
    hints = tool.annotations
    reads = bool(hints and hints.read_only_hint)
    repeatable = bool(hints and hints.idempotent_hint)
    schema = tool.input_schema
    parameters = tuple(fields_of(resolved(schema, schema)))
    method = "GET" if reads else "PUT" if repeatable else "POST"
    return Operation(tool.name, method, f"#{tool.name}", tool.description or "", parameters)


def _content(result: CallToolResult, secret: str) -> tuple[Any, bool]:
    """Return what a tool answered, without the credential, and whether it was too long."""
    if result.structured_content is not None:
        return parsed(json.dumps(result.structured_content, ensure_ascii=False), secret), False
    parts = [part.text for part in result.content if isinstance(part, TextContent)]
    text = "\n".join(parts)
    if len(text) > _MOST_CHARACTERS:
        return without(text[:_MOST_CHARACTERS], secret), True
    return parsed(text, secret), False
