"""A MongoDB for tests: the wire protocol over a real socket, in a thread, for the real driver.

It presents itself as the primary of a one-node replica set, remembers retryable writes by session
and transaction number as the real one does, and fails on cue.
https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

import bson
from fakes.mongo_store import AWARE, MAX_DOCUMENT_BYTES, CommandError, Document, MongoStore

_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013
_HEADER = struct.Struct("<iiii")
_NOT_PRIMARY = CommandError(10107, "not primary", errorLabels=["RetryableWriteError"])
_HELLO = {"hello", "ismaster", "isMaster"}


@dataclass
class Fault:
    """What happens to the next `times` commands of a name.

    `kind` is "reset" (the connection drops before the command), "reset_after" (once it is done),
    "not_primary", or "hang" (no answer until `MongoServer.release`).
    """

    command: str
    kind: str
    times: int = 1


@dataclass
class MongoServer:
    """A running server; `commands` has every command but handshakes, in order."""

    store: MongoStore = field(default_factory=MongoStore)
    commands: list[Document] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    credentials: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    port: int = 0
    _replies: dict[tuple[bytes, int], Document] = field(default_factory=dict)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _trouble: str = ""
    _has_refused: bool = False
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def uri(self) -> str:
        """Where the driver finds it."""
        return f"mongodb://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Listen on a free port until leaving."""
        started = threading.Event()
        stop = asyncio.Event()
        thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._serve(started, stop),), daemon=True
        )
        thread.start()
        started.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(stop.set)
            thread.join()
            self._loop.close()
            if self._has_refused or self.tls or self.credentials:
                collect_sockets()

    def fail(self, command: str, kind: str, times: int = 1) -> None:
        """Let the next `times` commands of that name fail; see `Fault`."""
        self._expect_open_sockets()
        self.faults.append(Fault(command, kind, times))

    def release(self) -> None:
        """Let hanging commands go on."""
        self._loop.call_soon_threadsafe(self._released.set)

    @contextmanager
    def trouble(self, kind: str) -> Iterator[None]:
        """Be `away` (connections are dropped), `frozen` or `electing` until leaving."""
        self._expect_open_sockets()
        self._trouble = kind
        if kind == "away":
            self._loop.call_soon_threadsafe(self._hang_up)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._recover)

    def _expect_open_sockets(self) -> None:
        """Expect what `collect_sockets` lets go of to be collected at any time from now on."""
        self._has_refused = True
        warnings.filterwarnings(
            "ignore", rf"unclosed (<.*, {self.port}\)|transport)", ResourceWarning
        )

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _recover(self) -> None:
        self._trouble = ""
        self._over.set()
        self._over = asyncio.Event()

    def names(self) -> list[str]:
        """The names of the commands so far."""
        return [next(iter(command)) for command in self.commands]

    async def _serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        self._writers.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while self._trouble != "away":
                size, request, _, opcode = _HEADER.unpack(await reader.readexactly(16))
                body = await reader.readexactly(size - 16)
                command = _message(body) if opcode == _OP_MSG else _query(body)
                reply = await self._reply(command)
                if reply is None:
                    break
                writer.write(_framed(opcode, request, reply))
                await writer.drain()
        self._tasks.discard(task)
        self._writers.discard(writer)
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _reply(self, command: Document) -> Document | None:
        """The answer, or None to drop the connection."""
        name = next(iter(command))
        if self._trouble == "frozen":
            await self._over.wait()
        if name in _HELLO:
            return self._hello()
        if self._trouble == "electing":
            return _NOT_PRIMARY.reply
        self.commands.append(command)
        fault = self._next_fault(name)
        match fault and fault.kind:
            case "reset":
                return None
            case "not_primary":
                return _NOT_PRIMARY.reply
            case "hang":
                await self._released.wait()
        try:
            reply = self._run(name, command)
        except CommandError as error:
            reply = error.reply
        return None if fault and fault.kind == "reset_after" else reply

    def _run(self, name: str, command: Document) -> Document:
        match name:
            case "ping" | "endSessions":
                return {"ok": 1.0}
            case "buildInfo":
                return {"version": "8.0.0", "versionArray": [8, 0, 0, 0], "ok": 1.0}
            case "saslStart":
                return self._authenticated(command)
            case "dropDatabase":
                self.store = MongoStore()
                return {"ok": 1.0}
        if "txnNumber" not in command:
            return self.store.run(name, command)
        # A retried write is answered as the first time, and not done again.
        key = (bytes(command["lsid"]["id"]), command["txnNumber"])
        if key not in self._replies:
            self._replies[key] = self.store.run(name, command)
        return self._replies[key]

    def _authenticated(self, command: Document) -> Document:
        _, user, password = bytes(command["payload"]).decode().split("\0")
        if command["mechanism"] != "PLAIN" or (user, password) != self.credentials:
            raise CommandError(18, "Authentication failed.")
        return {"conversationId": 1, "done": True, "payload": b"", "ok": 1.0}

    def _next_fault(self, name: str) -> Fault | None:
        for fault in self.faults:
            if fault.command == name and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _hello(self) -> Document:
        address = f"127.0.0.1:{self.port}"
        primary = self._trouble != "electing"
        return {
            "helloOk": True,
            "ismaster": primary,
            "isWritablePrimary": primary,
            "secondary": not primary,
            "setName": "rs0",
            "setVersion": 1,
            "hosts": [address],
            **({"primary": address} if primary else {}),
            "me": address,
            "maxBsonObjectSize": MAX_DOCUMENT_BYTES,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
            "localTime": datetime.now(UTC),
            "logicalSessionTimeoutMinutes": 30,
            "minWireVersion": 0,
            "maxWireVersion": 25,
            "ok": 1.0,
        }


def collect_sockets() -> None:
    """Let go of what the driver (4.20) and asyncio leave open of connections that were refused.

    Elsewhere an unclosed socket is an error, as any warning is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def _message(body: bytes) -> Document:
    """An OP_MSG: one document, and sequences of documents that belong into its fields."""
    command: Document = {}
    sequences: Document = {}
    place = 4
    while place < len(body):
        kind, place = body[place], place + 1
        (size,) = struct.unpack_from("<i", body, place)
        section = body[place : place + size]
        if kind == 0:
            command = bson.decode(section, AWARE)
        else:
            name, _, documents = section[4:].partition(b"\0")
            sequences[name.decode()] = list(bson.decode_iter(documents, AWARE))
        place += size
    return {**command, **sequences}


def _query(body: bytes) -> Document:
    """The one legacy message that drivers still send: the first handshake."""
    after_name = body.index(b"\0", 4) + 1
    (size,) = struct.unpack_from("<i", body, after_name + 8)
    return bson.decode(body[after_name + 8 : after_name + 8 + size])


def _framed(opcode: int, request: int, reply: Document) -> bytes:
    document = bson.encode(reply)
    if opcode == _OP_MSG:
        body, answer = struct.pack("<ib", 0, 0) + document, _OP_MSG
    else:
        body, answer = struct.pack("<iqii", 8, 0, 0, 1) + document, _OP_REPLY
    return _HEADER.pack(16 + len(body), 0, request, answer) + body
