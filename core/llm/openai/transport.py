"""Posts to a model server over aiohttp, which reads a stream in a quarter of httpcore's time.

What is the same in each request (address, headers, proxy) is prepared once. While nobody asks for
more of a stream its bytes wait in the kernel, and then come in one go: each packet that wakes the
event loop costs as much as ten that came together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.request import getproxies, proxy_bypass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from core.errors import ModelReplyError
from core.llm.openai.errors import refused, translated

_CONNECTIONS, _KEEPALIVE_S = 1_500, 30.0
# A person waits: what takes longer is not worth it, the extractive answer is there at once.
_READ_S = 20.0
_REFUSED = 400
_LONGEST_ERROR_BYTES, _LONGEST_BODY_BYTES = 64_000, 200_000_000


class Response:
    """A response whose body is not read yet; the caller closes it."""

    def __init__(self, response: aiohttp.ClientResponse, where: str) -> None:
        self._response = response
        self._where = where

    @property
    def headers(self) -> Mapping[str, str]:
        """Return the headers, by case-insensitive name."""
        return self._response.headers

    async def read(self) -> bytes:
        """Return the whole body.

        Raises:
            ModelReplyError: it does not end.
            ModelUnavailableError: the connection broke, or nothing came for too long.
        """
        with translated(self._where):
            body = await _read(self._response, _LONGEST_BODY_BYTES)
        if len(body) > _LONGEST_BODY_BYTES:
            raise ModelReplyError(f"{self._where} sent more than was requested")
        return body

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body in the pieces in which it arrives.

        Raises:
            ModelUnavailableError: as `read`.
        """
        with translated(self._where):
            while data := await self._response.content.readany():
                connection = self._response.connection  # None as soon as the end has come
                protocol = connection.protocol if connection else None
                if protocol:
                    protocol.pause_reading()
                yield data
                if protocol:
                    protocol.resume_reading()

    def close(self) -> None:
        """Release the connection, which is used again if the response was read to its end."""
        self._response.close()


class ModelServer:
    """A server with its connections, opened with the first request; the caller closes it."""

    def __init__(self, base_url: URL, headers: Mapping[str, str]) -> None:
        """Keep the query of `base_url`; a user and password in it are sent instead of a key."""
        self._headers = CIMultiDict(headers)
        if base_url.user:
            login = aiohttp.encode_basic_auth(base_url.user, base_url.password or "", "utf-8")
            self._headers["Authorization"] = login
        self._base_url = base_url.with_user(None)
        self._urls: dict[str, URL] = {}
        self._proxy = _proxy_for(self._base_url)
        self._session: aiohttp.ClientSession | None = None
        self.where = _where(self._base_url)

    async def post(self, path: str, content: bytes, *, read_s: float = _READ_S) -> Response:
        """Return an open response to a JSON body; `read_s` is how long it may be silent.

        Raises:
            ModelError: there is none, or it says no.
        """
        with translated(self.where):
            response = await self._opened().post(
                self._url(path),
                data=content,
                headers=self._headers,
                proxy=self._proxy,
                timeout=_patient(read_s),
            )
            if response.status >= _REFUSED:
                async with response:
                    body = await _read(response, _LONGEST_ERROR_BYTES)
                    raise refused(response.status, body, response.headers, self.where)
        return Response(response, self.where)

    async def close(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()

    def _url(self, path: str) -> URL:
        if path not in self._urls:
            base = self._base_url
            whole = base.with_path(f"{base.raw_path.rstrip('/')}{path}", encoded=True)
            self._urls[path] = whole.with_query(base.query)
        return self._urls[path]

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEPALIVE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _patient(read_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=10.0, sock_connect=5.0, sock_read=read_s)


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return the body, or `most` bytes and one piece of it."""
    body = bytearray()
    async for data in response.content.iter_any():
        body += data
        if len(body) > most:
            response.close()
            break
    return bytes(body)


def _where(url: URL) -> str:
    """Return the host, and the port where that is not the scheme's own."""
    return url.host or "" if url.is_default_port() else f"{url.host}:{url.port}"


def _proxy_for(url: URL) -> str | None:
    """Return the proxy that the environment names for an address.

    aiohttp's own `trust_env` looks that up anew for each request, in a thread, and refuses an
    Authorization header where ~/.netrc knows the host.
    """
    if url.host is None or proxy_bypass(url.host):
        return None
    return getproxies().get(url.scheme)
