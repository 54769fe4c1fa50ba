"""Tools of a server of the Model Context Protocol, over HTTP."""

import asyncio
from datetime import UTC, datetime
from typing import Literal

import pytest
import uvicorn
from mcp.server import MCPServer
from mcp.types import ToolAnnotations

from core.errors import ConfigError
from core.skills.api.arguments import read_arguments
from core.skills.api.book import Allowed
from core.skills.api.client import ApiAwayError, call_of
from core.skills.api.mcp_tools import ToolClient

NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.fixture
def done():
    return []


@pytest.fixture
async def address(done):
    server = MCPServer("shop")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def stock(sku: int) -> dict[str, int]:
        """How many are left."""
        if sku == 0:
            raise ValueError(sku)
        return {"left": sku * 2}

    @server.tool()
    def order(sku: int, size: Literal["small", "large"]) -> str:
        """Orders one."""
        done.append((sku, size))
        return "ordered"

    app = server.streamable_http_app(host="127.0.0.1")
    serving = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    task = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)
    port = serving.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/mcp"
    serving.should_exit = True
    await task


@pytest.fixture
async def make_call(address):
    """A call of a tool, with what a message says."""
    document = await ToolClient(address).document()

    def make(name, text):
        operation = document.operations[name]
        arguments = read_arguments(Allowed(operation, ()), text, NOW)
        book = type("Book", (), {"server": address})
        return call_of(book, operation, arguments)

    return make


async def test_a_tool_that_only_reads_is_told_from_one_that_does(make_call):
    assert make_call("stock", "7번 재고").operation.reads
    order = make_call("order", "7번 large 하나")
    assert not order.operation.reads
    assert not order.operation.may_be_repeated
    assert order.body == {"sku": 7, "size": "large"}
    assert "#order" in order.shown


async def test_what_a_tool_answers_comes_back_as_data(address, make_call, done):
    client = ToolClient(address)
    told = await client.send(make_call("stock", "7번 재고"), key="q1")
    assert (told.status, told.content["left"]) == (200, 14)
    await client.send(make_call("order", "7번 large"), key="q2")
    assert done == [(7, "large")]
    failed = await client.send(make_call("stock", "0번 재고"), key="q3")
    assert failed.status == 400


async def test_a_server_that_is_away_is_told(make_call):
    away = ToolClient("http://127.0.0.1:9/mcp")
    with pytest.raises(ApiAwayError):
        await away.send(make_call("order", "7번 large"), key="q1")
    with pytest.raises(ConfigError, match="cannot be listed"):
        await away.document()
