"""`faqbot mcp`, with the protocol's own client, over stdin and stdout and over HTTP."""

import asyncio
import json
import shutil
import sys
from contextlib import asynccontextmanager

import httpx2
import pytest
from fakes.command_line import environment
from fakes.web_bot import free_port
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

TOKEN = "a-token-of-services"  # noqa: S105


@pytest.fixture
def own(ingested, tmp_path):
    """A data folder of one's own that holds the small FAQ."""
    return shutil.copytree(ingested.data, tmp_path / "data")


async def told(client, tool, **given):
    result = await client.call_tool(tool, given)
    assert not result.is_error, result.content
    return result.structured_content or json.loads(result.content[0].text)


async def test_an_assistant_searches_answers_reads_and_reports_over_stdio(own, tmp_path):
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "bots", "mcp"], env=environment(own), cwd=str(tmp_path)
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
        wrong = await client.call_tool("entry", {"faq_id": "none"})
        assert wrong.is_error
        assert "no such entry" in wrong.content[0].text
    gaps = await _cli(own, tmp_path, "gaps", "--json")
    assert [group["name"] for group in json.loads(gaps)["groups"]] == ["쿠폰은?"]


async def _cli(data, cwd, *arguments):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bots",
        *arguments,
        env=environment(data),
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
    )
    return (await process.communicate())[0]


@asynccontextmanager
async def served(data, cwd):
    """Serve over HTTP behind a token; the address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bots", "mcp", "--http", "--port", str(port)),
        env=environment(data, FAQBOT_WEB_SERVICE_TOKEN=TOKEN, FAQBOT_WEB_TOKEN=f"{TOKEN}-page"),
        cwd=cwd,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        while b"MCP at" not in await process.stderr.readline():
            assert process.returncode is None
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        await process.wait()


async def test_over_http_it_is_behind_the_token(own, tmp_path):
    async with served(own, tmp_path) as address:
        async with httpx2.AsyncClient() as http:
            response = await http.post(address, json={})
            assert response.status_code == 401
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            found = await told(client, "search", question="정산")
            assert found["results"]
