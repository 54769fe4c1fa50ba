"""Where a server listens, and what keeps one address from taking it for itself."""

import asyncio
import errno
import os
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network

import pytest
from aiohttp import web

from bots.shared import http_server
from bots.shared.http_server import listening
from core.errors import ConfigError

HALF = b"GET /alive HTTP/1.1\r\nHost: localhost\r\nX-Never: "


class Server:
    """Answers `/alive` at once, `/slow` when told to."""

    def __init__(self):
        self.go_on = asyncio.Event()
        self.at_work = asyncio.Queue()
        self.writers = []
        self.app = web.Application(client_max_size=1000)
        self.app.add_routes(
            [
                web.get("/alive", self.alive),
                web.get("/slow", self.slow),
                web.post("/read", self.alive),
            ]
        )

    async def alive(self, request):
        return web.Response(text=f"read {len(await request.read())}")

    async def slow(self, request):
        self.at_work.put_nowait(None)
        await self.go_on.wait()
        return web.Response(text="there")

    @asynccontextmanager
    async def listening(self, **bounds):
        served = listening(self.app, "127.0.0.1", 0, port_setting="", shutdown_s=0.1, **bounds)
        async with served as url:
            self.port = int(url.rpartition(":")[2])
            try:
                yield
            finally:
                for writer in self.writers:
                    writer.close()

    async def open(self, sent, source="127.0.0.1"):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(source, 0)
        )
        self.writers.append(writer)
        writer.write(sent)
        return reader

    async def get(self, path, source="127.0.0.1"):
        """What comes back, as bytes; nothing if the connection is refused."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        reader = await self.open(request.encode(), source)
        try:
            async with asyncio.timeout(30):
                return await reader.read()
        except ConnectionError:
            return b""


async def ended(reader):
    """Wait until the other side has closed."""
    with suppress(ConnectionError):
        async with asyncio.timeout(30):
            while await reader.read(1000):
                pass


async def test_half_open_requests_keep_nobody_out():
    """From the same address either: the oldest of them makes room."""
    server = Server()
    async with server.listening(most=20):
        halves = [await server.open(HALF) for _ in range(60)]
        for source in ("127.0.0.1", "127.0.0.2"):
            assert b"200 OK" in await server.get("/alive", source)
        await asyncio.gather(*(ended(reader) for reader in halves[:40]))


async def test_half_open_requests_from_everywhere_keep_nobody_out():
    server = Server()
    async with server.listening(most=10):
        halves = [await server.open(HALF, f"127.0.1.{n}") for n in range(1, 30)]
        assert b"200 OK" in await server.get("/alive", "127.0.2.1")
        await asyncio.gather(*(ended(reader) for reader in halves[:20]))  # ten are open at most


async def test_a_body_that_never_ends_is_as_good_as_a_head_that_does_not():
    server = Server()
    dripping = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx"
    async with server.listening(most=8):
        _ = [await server.open(dripping) for _ in range(12)]
        assert b"200 OK" in await server.get("/alive")


async def test_one_address_has_half_of_all_that_is_in_work():
    server = Server()
    async with server.listening(most=8):
        slow = [asyncio.create_task(server.get("/slow")) for _ in range(4)]
        for _ in slow:
            await server.at_work.get()
        refused = await server.get("/alive")
        assert refused == b"" or b"503" in refused
        assert b"200 OK" in await server.get("/alive", "127.0.0.2")
        server.go_on.set()
        assert all(b"there" in answer for answer in await asyncio.gather(*slow))
        assert b"200 OK" in await server.get("/alive")


async def test_a_proxy_may_have_all_of_it():
    server = Server()
    async with server.listening(most=8, proxies=[ip_network("127.0.0.1")]):
        slow = [asyncio.create_task(server.get("/slow")) for _ in range(7)]
        for _ in slow:
            await server.at_work.get()
        assert b"200 OK" in await server.get("/alive")
        server.go_on.set()
        await asyncio.gather(*slow)


@pytest.mark.parametrize("sent", [b"", HALF, b"GET /alive HTTP/1.1\r\nHost: localhost\r\n\r\n"])
async def test_a_connection_without_a_request_ends(monkeypatch, sent):
    monkeypatch.setattr(http_server, "_IDLE_S", 0.2)
    server = Server()
    async with server.listening():
        reader = await server.open(sent)
        await ended(reader)


async def test_a_body_has_its_time(monkeypatch):
    monkeypatch.setattr(http_server, "_BODY_S", 0.1)
    monkeypatch.setattr(http_server, "_LINGER_S", 0.1)
    server = Server()
    async with server.listening():
        dripping = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx"
        reader = await server.open(dripping)
        async with asyncio.timeout(30):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        await ended(reader)


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error(caplog):
    server, ended_with = Server(), asyncio.Queue()

    @web.middleware
    async def watched(request, handler):
        try:
            return await handler(request)
        except Exception as error:
            ended_with.put_nowait(error)
            raise

    server.app.middlewares.append(watched)
    dripping = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx"
    async with server.listening():
        await server.open(dripping)
        assert b"200 OK" in await server.get("/alive")  # so that the other one has been heard
        server.writers[0].transport.abort()
        async with asyncio.timeout(30):
            assert isinstance(await ended_with.get(), web.HTTPBadRequest)
    assert not caplog.records


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / and more HTTP/1.1\r\n\r\n",
        b"POST /read HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_told_nothing_of_the_server(sent, caplog):
    server = Server()
    async with server.listening():
        reader = await server.open(sent)
        async with asyncio.timeout(30):
            said = await reader.read()
    assert said.split(b" ", 1)[1].startswith(b"400 Bad Request")
    assert said.endswith(b"Bad Request")
    assert b"aiohttp" not in said.lower()
    assert b"python" not in said.lower()
    assert not caplog.records  # nobody fills the log from outside


async def test_no_response_names_the_library():
    server = Server()
    async with server.listening():
        for path in ("/alive", "/nothing"):
            assert b"aiohttp" not in (await server.get(path)).lower()


@pytest.mark.parametrize(
    ("host", "error", "line"),
    [
        ("127.0.0.1", errno.EADDRINUSE, "the port {port} is taken.* set FAQBOT_X_PORT"),
        ("127.0.0.1", errno.EACCES, "the port {port} is for administrators: set FAQBOT_X_PORT"),
        ("2001:db8::1", errno.EADDRNOTAVAIL, r"at \[2001:db8::1\]:{port} \(.+FAQBOT_X_PORT"),
    ],
)
async def test_where_nothing_can_listen_a_line_says_what_to_do(monkeypatch, host, error, line):
    async def refused(*_, **__):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(asyncio.get_running_loop(), "create_server", refused)
    served = listening(web.Application(), host, 81, port_setting="FAQBOT_X_PORT", shutdown_s=0.1)
    with pytest.raises(ConfigError, match=line.format(port=81)):
        async with served:
            pass
