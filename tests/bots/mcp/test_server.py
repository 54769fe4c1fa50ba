"""`faqbot mcp`, with the protocol's own client, over stdin and stdout and over HTTP."""

import asyncio
import json
import signal
import socket
import sys
import unicodedata
from contextlib import asynccontextmanager

import httpx2
from fakes.command_line import environment
from fakes.web_bot import free_port
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

TOKEN = "a-token-of-services"  # noqa: S105


async def told(client, tool, **given):
    result = await client.call_tool(tool, given)
    assert not result.is_error, result.content
    return result.structured_content or json.loads(result.content[0].text)


async def test_an_assistant_searches_answers_reads_and_reports_over_stdio(own):
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bots", "mcp"],
        env=environment(own.data),
        cwd=str(own.cwd),
    )
    async with Client(stdio_client(parameters)) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"search", "answer", "entry", "report_gap"}
        found = await told(client, "search", question="정산", limit=3)
        assert len(found["results"]) == 3
        first = found["results"][0]
        entry = await told(client, "entry", faq_id=first["faq_id"])
        assert entry["title"] == first["title"]
        answer = await told(client, "answer", question=first["title"])
        assert (answer["state"], answer["sources"][0]) == ("answered", first["title"])
        assert await told(client, "report_gap", question="쿠폰은?") == {"reported": True}
        apart = unicodedata.normalize("NFD", "정산은 언제 되나요? " * 60)
        assert (await told(client, "search", question=apart, limit=1))["results"]
        wrong = await client.call_tool("entry", {"faq_id": "none"})
        assert wrong.is_error
        assert "no such entry" in wrong.content[0].text
    gaps = own("gaps", "--json").stdout
    assert [group["name"] for group in json.loads(gaps)["groups"]] == ["쿠폰은?"]


@asynccontextmanager
async def served(own):
    """Serve over HTTP behind a token; the address."""
    port = free_port()
    tokens = {"FAQBOT_WEB_SERVICE_TOKEN": TOKEN, "FAQBOT_WEB_TOKEN": f"{TOKEN}-page"}
    with own.start("mcp", "--http", "--port", str(port), **tokens) as process:
        while b"MCP at" not in (line := await asyncio.to_thread(process.stderr.readline)):
            assert line, "it ended without saying where it serves"
        yield f"http://127.0.0.1:{port}/mcp"
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 30)


async def test_over_http_it_is_behind_the_token(own):
    async with served(own) as address:
        async with httpx2.AsyncClient() as http:
            response = await http.post(address, json={})
            assert response.status_code == 401
            assert response.headers["server"] == "faqbot"  # whose connections are bounded
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            found = await told(client, "search", question="정산")
            assert found["results"]


def test_a_port_that_is_taken_is_one_clear_line(own):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = own("mcp", "--http", "--port", str(port))
    assert done.returncode != 0
    assert f"the port {port} is taken" in done.stderr
    assert "--port" in done.stderr
    assert "bug" not in done.stderr
