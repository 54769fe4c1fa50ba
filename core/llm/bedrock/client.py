"""Bedrock through boto3, which finds credentials the way AWS does: keys, profile, role."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.config import Config

from core.llm.bedrock.errors import translated
from core.llm.bedrock.threads import iterated

_CONNECT_S, _READ_S = 5, 20.0
# Each stream takes a thread as long as it is read.
_THREADS = 64


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """The region and the keys of Bedrock; boto3 looks for those that are empty.

    `url` takes the place of AWS's own addresses; `read_s` is how long a model may be silent.
    """

    region: str = ""
    profile: str = ""
    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""
    url: str = ""
    read_s: float = _READ_S


class BedrockClient:
    """The connections to Bedrock, made once; every call runs in a thread of its own pool."""

    def __init__(self, session: boto3.Session, access: AwsAccess) -> None:
        self._session = session
        self._access = access
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="bedrock")
        self._clients: dict[str, Any] = {}
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

    async def call(self, service: str, operation: str, **given: object) -> Any:  # noqa: ANN401
        """Return the reply to one call; a body in it as bytes.

        Raises:
            ModelError: there is none, or it says no.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._call, service, operation, given)

    async def events(
        self, service: str, operation: str, field: str, **given: object
    ) -> AsyncGenerator[Any]:
        """Yield the events of a call that streams; `field` holds them in its reply.

        Raises:
            ModelError: it says no, before the first event or after.
        """
        async with aclosing(
            iterated(self._executor, lambda: self._events(service, operation, field, given))
        ) as events:
            async for event in events:
                yield event

    def close(self) -> None:
        """Close all connections; a call that is under way ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()

    def _call(self, service: str, operation: str, given: dict[str, object]) -> Any:  # noqa: ANN401
        with translated(self.where):
            reply = getattr(self._client(service), operation)(**given)
            return {**reply, "body": reply["body"].read()} if "body" in reply else reply

    def _events(
        self, service: str, operation: str, field: str, given: dict[str, object]
    ) -> Iterator[Any]:
        with translated(self.where):
            stream = getattr(self._client(service), operation)(**given)[field]
            try:
                yield from stream
            finally:
                stream.close()

    def _client(self, service: str) -> Any:  # noqa: ANN401 - boto3 is untyped
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._session.client(
                    service,
                    endpoint_url=self._access.url or None,
                    config=Config(
                        connect_timeout=_CONNECT_S,
                        read_timeout=self._access.read_s,
                        max_pool_connections=_THREADS,
                        retries={"total_max_attempts": 1},  # tried again by core.llm.caller
                    ),
                )
            return self._clients[service]


def _session(access: AwsAccess) -> boto3.Session:
    with translated("Bedrock"):
        return boto3.Session(
            profile_name=access.profile or None,
            region_name=access.region or None,
            aws_access_key_id=access.access_key or None,
            aws_secret_access_key=access.secret_key or None,
            aws_session_token=access.session_token or None,
        )
