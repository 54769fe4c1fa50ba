"""Bedrock through boto3, which finds credentials the way AWS does: keys, profile, role."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import boto3
from botocore.config import Config

from core.llm.bedrock.errors import translated
from core.llm.bedrock.threads import Departure, iterated

_CONNECT_S = 5
# Each stream takes a thread until it ends or its reader leaves.
_THREADS = 64


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """The region and the keys of Bedrock; boto3 looks for those that are empty.

    `url` takes the place of AWS's own addresses.
    """

    region: str = ""
    profile: str = ""
    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""
    url: str = ""


class BedrockClient:
    """The connections to Bedrock, made once; every call runs in a thread of its own pool.

    `read_s` of a call is how long Bedrock may be silent.
    """

    def __init__(self, session: boto3.Session, access: AwsAccess) -> None:
        self._session = session
        self._access = access
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="bedrock")
        self._clients: dict[tuple[str, float], Any] = {}  # boto3 has one time limit a client
        self._making = threading.Lock()  # a session makes one client at a time
        self.where = f"Bedrock in {session.region_name or 'no region'}"

    @classmethod
    @asynccontextmanager
    async def open(cls, access: AwsAccess) -> AsyncIterator[Self]:
        """Open a client, and close it on leaving; the first call connects.

        Raises:
            ModelMisconfiguredError: the profile does not exist.
        """
        client = cls(await asyncio.to_thread(_session, access), access)
        try:
            yield client
        finally:
            client.close()

    async def call(self, service: str, operation: str, *, read_s: float, **given: object) -> Any:  # noqa: ANN401 - boto3 is untyped
        """Return the reply to one call; a body in it as bytes.

        Raises:
            ModelError: there is none, or it says no.
        """
        loop = asyncio.get_running_loop()
        send = partial(self._send, service, operation, read_s, given)
        return await loop.run_in_executor(self._executor, self._reply, send)

    async def events(
        self, service: str, operation: str, field: str, *, read_s: float, **given: object
    ) -> AsyncGenerator[Any]:
        """Yield the events of a call that streams; `field` holds them in its reply.

        The call ends where the reader leaves; one that has no reply by then, after `read_s`.

        Raises:
            ModelError: it says no, before the first event or after.
        """
        send = partial(self._send, service, operation, read_s, given)
        async with aclosing(iterated(self._executor, partial(self._events, send, field))) as events:
            async for event in events:
                yield event

    def close(self) -> None:
        """Close all connections; a call that is under way ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()

    def _reply(self, send: Callable[[], Any]) -> Any:  # noqa: ANN401
        with translated(self.where):
            reply = send()
            return {**reply, "body": reply["body"].read()} if "body" in reply else reply

    def _events(self, send: Callable[[], Any], field: str, departure: Departure) -> Iterator[Any]:
        with translated(self.where):
            stream = send()[field]
            departure.interrupts(partial(_interrupt, stream))
            try:
                yield from stream
            finally:
                stream.close()

    def _send(self, service: str, operation: str, read_s: float, given: dict[str, object]) -> Any:  # noqa: ANN401
        return getattr(self._client(service, read_s), operation)(**given)

    def _client(self, service: str, read_s: float) -> Any:  # noqa: ANN401
        with self._making:
            if (service, read_s) not in self._clients:
                self._clients[service, read_s] = self._session.client(
                    service,
                    endpoint_url=self._access.url or None,
                    config=Config(
                        connect_timeout=_CONNECT_S,
                        read_timeout=read_s,
                        max_pool_connections=_THREADS,
                        retries={"total_max_attempts": 1},  # tried again by core.llm.caller
                    ),
                )
            return self._clients[service, read_s]


def _interrupt(stream: Any) -> None:  # noqa: ANN401
    """End the read that another thread waits in.

    To close the stream would wait for that read, and nothing public of botocore does else.
    """
    with suppress(OSError, RuntimeError, ValueError):  # it has ended meanwhile
        stream._raw_stream.shutdown()  # noqa: SLF001


def _session(access: AwsAccess) -> boto3.Session:
    with translated("Bedrock"):
        return boto3.Session(
            profile_name=access.profile or None,
            region_name=access.region or None,
            aws_access_key_id=access.access_key or None,
            aws_secret_access_key=access.secret_key or None,
            aws_session_token=access.session_token or None,
        )
