"""How the OpenAI client's requests travel: aiohttp reads a stream at a quarter of httpcore's time.

While nobody asks for more of a stream its bytes wait in the kernel, and then come in one go: each
packet that wakes the event loop costs as much as ten that came together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import lru_cache

import aiohttp
import httpx2
from yarl import URL


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """HTTP/1.1 by aiohttp, with the proxies of the environment."""

    def __init__(self, *, connections: int, keepalive_s: float) -> None:
        """At most so many at once, kept so long without use. Opened with the first request."""
        self._connections = connections
        self._keepalive_s = keepalive_s
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the response is open, its body still to come.

        Raises:
            httpx2.TransportError: what went wrong on the way.
        """
        given = request.extensions.get("timeout", {})
        timeout = aiohttp.ClientTimeout(
            connect=given.get("pool"),
            sock_connect=given.get("connect"),
            sock_read=given.get("read"),
        )
        with _translated():
            response = await self._opened().request(
                request.method,
                _url(str(request.url)),
                headers=request.headers.multi_items(),
                data=await request.aread() or None,
                timeout=timeout,
                allow_redirects=False,
                auto_decompress=False,
            )
        return httpx2.Response(
            response.status, headers=response.raw_headers, stream=_Body(response), request=request
        )

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections,
                    keepalive_timeout=self._keepalive_s,
                    ssl=httpx2.create_ssl_context(),
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
            )
        return self._session


class _Body(httpx2.AsyncByteStream):
    """A response's bytes, as they come."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            while data := await self._response.content.readany():
                connection = self._response.connection  # None as soon as the end has come
                protocol = connection.protocol if connection else None
                if protocol:
                    protocol.pause_reading()
                yield data
                if protocol:
                    protocol.resume_reading()

    async def aclose(self) -> None:
        """Done: a connection whose response was read to its end is used again."""
        self._response.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except (aiohttp.SocketTimeoutError, TimeoutError) as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx2.ConnectError(str(error)) from error
    except aiohttp.ClientError as error:
        raise httpx2.ReadError(str(error)) from error


@lru_cache(maxsize=16)
def _url(text: str) -> URL:
    return URL(text, encoded=True)
