"""What a command that serves says, and when it ends."""

import asyncio
import os
import signal
import socket

import pytest
from aiohttp import web

from bots.cli.serving import serve_until_stopped
from bots.shared.http_server import listening


def _has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        pytest.param(
            "::1",
            "http://[::1]:",
            marks=pytest.mark.skipif(not _has_ipv6(), reason="NOT RUN: no IPv6 here"),
        ),
    ],
)
async def test_it_says_the_address_that_it_got_and_serves_until_it_is_stopped(host, shown):
    said = asyncio.Queue()
    served = listening(web.Application(), host, 0, port_setting="--port", shutdown_s=0.1)
    serving = asyncio.create_task(serve_until_stopped(served, said.put_nowait))
    address = await said.get()
    assert address.startswith(shown)
    port = int(address.removeprefix(shown))
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    assert not serving.done()
    os.kill(os.getpid(), signal.SIGTERM)
    await serving
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, port)
