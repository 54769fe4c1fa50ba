"""A local OpenAI: chat completions and embeddings over real HTTP, with failures on cue.

`make dev-openai` starts it by itself; tests open it on the event loop that they run on. It is
written on asyncio alone: at 500 streams of 50 tokens a second a web framework would be what is
measured.

What it checks and how it fails follows https://platform.openai.com/docs/guides/error-codes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote

from devtools.openai.clock import Clock
from devtools.openai.completions import Completion, complete, is_guard
from devtools.openai.embeddings import embeddings_body
from devtools.openai.faults import FAULTS, Fault
from devtools.openai.fine_tuning import FineTuning
from devtools.openai.ways import WAYS, RequestRefused, Way
from devtools.openai.wire import STREAM_HEAD, chunk, ping, send, send_text

Json = dict[str, Any]

MODELS = {
    "gpt-4o-mini": 128_000,
    "gpt-4o-mini-2024-07-18": 128_000,
    "gpt-4o": 128_000,
    "tiny-context": 1_500,
    "text-embedding-3-small": 8_192,
    "text-embedding-3-large": 8_192,
    "bge-m3": 8_192,
    "multilingual-e5-small": 8_192,
}
REVOKED = "sk-revoked"
_TUNING = ("/v1/files", "/v1/fine_tuning/")
_HOUR_S = 3_600.0
_WHATEVER_IS_ASKED = ("hang", "ping", "status", "body", "page", "frames", "open")


@dataclass(slots=True)
class Pace:
    """The pace of the server; `answer_tokens` 0 leaves the length of answers alone."""

    first_token_s: float = 0.0
    tokens_per_s: float = 0.0
    embedding_s: float = 0.0
    answer_tokens: int = 0


@dataclass(slots=True)
class OpenAIServer:
    """The server's state: set `pace`, queue `faults`, read `requests` and the last `headers`."""

    pace: Pace = field(default_factory=Pace)
    way: Way = WAYS["openai"]
    faults: deque[Fault] = field(default_factory=deque)
    requests: deque[tuple[str, Json]] = field(default_factory=lambda: deque(maxlen=5_000))
    headers: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=10))
    tuning: FineTuning = field(default_factory=FineTuning)
    url: str = ""
    streams: int = 0
    most_streams: int = 0
    _clock: Clock = field(default_factory=Clock)

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[OpenAIServer]:
        """Listen on localhost; `url` is what OPENAI_BASE_URL should be."""
        serving: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            serving.add(task)
            try:
                await self._serve_connection(reader, writer)
            finally:
                serving.discard(task)
                writer.close()

        server = await asyncio.start_server(
            connected, "127.0.0.1", port, limit=64_000_000, backlog=2_048
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield self
        finally:
            server.close()
            for task in list(serving):
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    def bodies(self, kind: str) -> list[Json]:
        """The bodies of the requests of one kind: chat, guard or embeddings."""
        return [body for of, body in self.requests if of == kind]

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ", 2)
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in head[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                if not await self._handle(method, path, headers, body, writer):
                    return

    async def _handle(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Answer one request; False if the connection has to go."""
        address, _, query = path.partition("?")
        if path.startswith(_TUNING):
            return await self._tune(method, path, headers, body, writer)
        if method == "GET" or path == "/cue":
            return await (
                self._list(unquote(address.partition("/models/")[2]), writer)
                if method == "GET"
                else self._cue(json.loads(body), writer)
            )
        if self._key(headers) in ("", REVOKED):
            return await self._refuse(writer, 401, "invalid_api_key", "Incorrect API key provided.")
        if self.way.query not in query:
            return await self._refuse(writer, 404, "404", "Resource not found")
        request = json.loads(body)
        kind = "embeddings" if address.endswith("/embeddings") else _chat_kind(request)
        self.requests.append((kind, request))
        self.headers.append(headers)
        return await self._answer(request, kind, writer)

    async def _answer(self, request: Json, kind: str, writer: asyncio.StreamWriter) -> bool:
        fault = self._fault(kind)
        if fault and fault.kind in _WHATEVER_IS_ASKED:
            return await self._fail(fault, writer)
        if refused := self.way.refused(request):
            text = f"Unsupported parameter: '{refused}' is not supported with this model."
            code = "unsupported_parameter"
            return await self._refuse(writer, self.way.status, code, text, parameter=refused)
        if request.get("model") not in self.models:
            text = f"The model `{request.get('model')}` does not exist"
            return await self._refuse(writer, 404, "model_not_found", text)
        try:
            return await (
                self._embed(request, fault, writer)
                if kind == "embeddings"
                else self._complete(request, fault, writer)
            )
        except RequestRefused as refusal:
            return await self._refuse(writer, refusal.status, refusal.code, refusal.text)

    async def _list(self, name: str, writer: asyncio.StreamWriter) -> bool:
        """Send all models, or the one that is named."""
        rows = [{"id": one, "object": "model"} for one in self.models if name in ("", one)]
        if not rows:
            return await self._refuse(writer, 404, "model_not_found", f"There is no model `{name}`")
        body = rows[0] if name else {"object": "list", "data": rows}
        return await send(writer, 200, body)

    def _key(self, headers: dict[str, str]) -> str:
        return headers.get(self.way.key_header, "").removeprefix("Bearer").strip()

    @property
    def models(self) -> dict[str, int]:
        """The models that there are, with how much they read: those that were tuned, too."""
        return MODELS | dict.fromkeys(self.tuning.models, MODELS["gpt-4o-mini"])

    async def _tune(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        writer: asyncio.StreamWriter,
    ) -> bool:
        self.requests.append(("tuning", {"method": method, "path": path}))
        if fault := self._fault("tuning"):
            return await self._refuse(writer, fault.status, fault.code, fault.text or "On cue.")
        if self._key(headers) in ("", REVOKED):
            return await self._refuse(writer, 401, "invalid_api_key", "Incorrect API key provided.")
        return await send(writer, *self.tuning.handle(method, path, headers, body))

    async def _cue(self, cue: Json, writer: asyncio.StreamWriter) -> bool:
        """Set the pace or queue a fault from another process: `{"pace": {…}, "fault": {…}}`.

        A fault may be the name of one, and a `way` is the name of one.
        """
        if "pace" in cue:
            self.pace = Pace(**{**asdict(self.pace), **cue["pace"]})
        if "fault" in cue:
            cued = cue["fault"]
            self.faults.append(FAULTS[cued] if isinstance(cued, str) else Fault(**cued))
        if "way" in cue:
            self.way = WAYS[cue["way"]]
        state = {"requests": len(self.requests), "most_streams": self.most_streams}
        return await send(writer, 200, state)

    def _fault(self, kind: str) -> Fault | None:
        for fault in self.faults:
            if fault.befalls(kind):
                self.faults.remove(fault)
                return fault
        return None

    async def _fail(self, fault: Fault, writer: asyncio.StreamWriter) -> bool:
        """Play a failure that is the same whatever was asked."""
        match fault.kind:
            case "hang":
                await asyncio.sleep(_HOUR_S)
            case "ping":
                return await ping(writer)
            case "body":
                return await send_text(writer, 200, fault.text, fault.content_type)
            case "page":
                return await send_text(writer, fault.status, fault.text, "text/html")
            case "frames":
                writer.write(STREAM_HEAD + chunk(fault.text) + b"0\r\n\r\n")
                await writer.drain()
                return True
            case "open":
                writer.write(STREAM_HEAD + chunk(fault.text))
                await asyncio.sleep(_HOUR_S)
        text = fault.text or "On cue."
        return await self._refuse(writer, fault.status, fault.code, text, fault.retry_after)

    async def _refuse(
        self,
        writer: asyncio.StreamWriter,
        status: int,
        code: str | int | None,
        text: str,
        retry_after: str | None = None,
        *,
        parameter: str | None = None,
    ) -> bool:
        body = self.way.error(status, code, text, parameter)
        return await send(writer, status, body, retry_after)

    async def _embed(
        self, request: Json, fault: Fault | None, writer: asyncio.StreamWriter
    ) -> bool:
        started = time.monotonic()
        context_tokens = self.models[request["model"]]
        body = embeddings_body(request, context_tokens=context_tokens, fault=fault)
        await asyncio.sleep(max(0.0, self.pace.embedding_s - (time.monotonic() - started)))
        return await send(writer, 200, body)

    async def _complete(
        self, request: Json, fault: Fault | None, writer: asyncio.StreamWriter
    ) -> bool:
        completion = complete(
            request,
            context_tokens=self.models[request["model"]],
            remembered=self.tuning.reply(request["model"], request["messages"]),
            answer_tokens=self.pace.answer_tokens,
            fault=fault or self.way.ran_out(request),
        )
        if request.get("stream"):
            return await self._stream(completion, writer)
        await asyncio.sleep(self.pace.first_token_s + self._gap_s * len(completion.pieces))
        return await send(writer, 200, completion.body)

    @property
    def _gap_s(self) -> float:
        return 1 / self.pace.tokens_per_s if self.pace.tokens_per_s else 0.0

    async def _stream(self, completion: Completion, writer: asyncio.StreamWriter) -> bool:
        self.streams += 1
        self.most_streams = max(self.most_streams, self.streams)
        try:
            return await self._tell(completion, writer)
        finally:
            self.streams -= 1

    async def _tell(self, completion: Completion, writer: asyncio.StreamWriter) -> bool:
        writer.write(STREAM_HEAD)
        if self.way.first_frame:
            writer.write(chunk(self.way.first_frame))
        frames = completion.frames(self.way)
        if not await self._clock.write(frames, writer, self.pace.first_token_s, self._gap_s):
            return False
        fault = completion.fault
        if fault and fault.kind == "stall":
            await asyncio.sleep(_HOUR_S)
        if fault and fault.kind == "cut":
            await writer.drain()
            return False
        writer.write(completion.last_frames())
        await writer.drain()
        return True


def _chat_kind(request: Json) -> str:
    return "guard" if is_guard(request) else "chat"
