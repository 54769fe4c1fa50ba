"""Tools of servers of the Model Context Protocol, over HTTP and over standard input."""

import asyncio
import gzip
import sys
import tracemalloc
from datetime import UTC, datetime
from typing import Literal

import pytest
import uvicorn
from aiohttp import web
from mcp.server import MCPServer
from mcp.types import ToolAnnotations

from core.errors import ConfigError
from core.skills.api.arguments import read_arguments
from core.skills.api.book import Allowed, ToolServer, find_books, load_book
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
    document = await ToolClient(ToolServer(address)).document()

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
    client = ToolClient(ToolServer(address))
    told = await client.send(make_call("stock", "7번 재고"), key="q1")
    assert (told.status, told.content["left"]) == (200, 14)
    await client.send(make_call("order", "7번 large"), key="q2")
    assert done == [(7, "large")]
    failed = await client.send(make_call("stock", "0번 재고"), key="q3")
    assert failed.status == 400


async def test_an_answer_that_inflates_is_not_read(make_call):
    """What gzip within gzip becomes has no bound."""
    bomb = gzip.compress(gzip.compress(bytes(30_000_000)))

    headers = {"Content-Encoding": "gzip, gzip", "Content-Type": "application/json"}

    async def compressed(_):
        return web.Response(body=bomb, headers=headers)

    app = web.Application()
    app.router.add_post("/mcp", compressed)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there = ToolClient(ToolServer(f"http://127.0.0.1:{runner.addresses[0][1]}/mcp"))
    call = make_call("stock", "7번 재고")
    tracemalloc.start()
    try:
        with pytest.raises(ApiAwayError):
            await there.send(call, key="q1")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
        await runner.cleanup()


async def test_a_server_that_is_away_is_told(make_call):
    away = ToolClient(ToolServer("http://127.0.0.1:9/mcp"))
    with pytest.raises(ApiAwayError):
        await away.send(make_call("order", "7번 large"), key="q1")
    with pytest.raises(ConfigError, match="cannot be listed"):
        await away.document()


COMMAND = """
import os
from mcp.server import MCPServer
from mcp.types import ToolAnnotations

server = MCPServer("lockers")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def free_lockers(floor: int) -> dict[str, object]:
    return {"floor": floor, "key": os.environ.get("LOCKER_KEY"), "other": os.environ.get("SECRET")}


@server.tool()
def crash(floor: int) -> str:
    os._exit(3)


server.run("stdio")
"""


@pytest.fixture
def command(tmp_path):
    script = tmp_path / "lockers.py"
    script.write_text(COMMAND, "utf-8")
    return ToolServer(command=(sys.executable, str(script)), token_variable="LOCKER_KEY")  # noqa: S106


async def test_a_command_serves_tools_over_its_standard_input(command, monkeypatch):
    """It gets its credential, and nothing else of the bot's environment; none is repeated."""
    monkeypatch.setenv("SECRET", "of the bot")
    client = ToolClient(command, "k1")
    operations = (await client.document()).operations
    assert operations["free_lockers"].reads
    call = called(operations["free_lockers"], floor=3)
    told = await client.send(call, key="q1")
    assert told.content == {"floor": 3, "key": "•••", "other": None}


async def test_a_command_that_dies_is_away_and_is_there_again_for_the_next_call(command):
    client = ToolClient(command)
    operations = (await client.document()).operations
    with pytest.raises(ApiAwayError):
        await client.send(called(operations["crash"], floor=1), key="q1")
    told = await client.send(called(operations["free_lockers"], floor=2), key="q2")
    assert told.content["floor"] == 2


async def test_a_command_that_is_not_there_or_is_no_server_is_told():
    for command in (("faqbot-has-no-such-command",), (sys.executable, "-c", "print(1)")):
        with pytest.raises(ConfigError, match="cannot be listed"):
            await ToolClient(ToolServer(command=command)).document()


def called(operation, **arguments):
    book = type("Book", (), {"server": "mcp://lockers"})
    return call_of(book, operation, arguments)


async def test_books_of_a_folder_name_their_operations_apart(tmp_path, command):
    for name in ("east", "west"):
        operation = '[[operation]]\nid = "free_lockers"\nexamples = ["x"]'
        text = f"mcp = {list(command.command)}\n{operation}"
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    document = await ToolClient(command).document()
    books = [load_book(path, lambda _: document) for path in find_books(tmp_path)]
    assert [book.name for book in books] == ["east", "west"]
    assert books[0].tools.command == command.command
    assert books[0].server.startswith("mcp://python")


def test_a_folder_without_books_is_told(tmp_path):
    with pytest.raises(ConfigError, match="no book"):
        find_books(tmp_path)
