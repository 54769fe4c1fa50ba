"""Serves a local model in OpenAI's form, so that `OPENAI_BASE_URL` can point at it.

Chat completions, streamed or whole, and the list of models:
https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

import asyncio
import hmac
import json
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

from aiohttp import web

from core.llm.local.completion import LocalCompletion, TextPiece
from core.llm.local.device import LocalModel
from core.llm.local.generation import MOST_WAITING, BatchedWriter
from core.llm.local.requests import CheckedRequest, RequestRefusedError, read_request
from core.llm.local.tokens import prompt_ids

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MOST_BYTES: Final = 4 * 1024 * 1024


class LocalModelServer:
    """The HTTP handlers of one model; with a `key` of "" everybody may use it."""

    def __init__(self, model: LocalModel, *, name: str, key: str = "") -> None:
        self._model = model
        self._name = name
        self._key = key
        self._writer = BatchedWriter(model)
        self._started = int(time.time())

    def app(self) -> web.Application:
        """Return the application with its routes."""
        app = web.Application(client_max_size=_MOST_BYTES, middlewares=[self._refuse])
        app.router.add_get("/v1/models", self._list)
        app.router.add_get("/v1/models/{name:.+}", self._describe)
        app.router.add_post("/v1/chat/completions", self._complete)
        return app

    def close(self) -> None:
        """Stop the model's thread."""
        self._writer.close()

    @web.middleware
    async def _refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Say in OpenAI's form what was refused, unknown paths included."""
        try:
            self._check_key(request)
            return await handler(request)
        except RequestRefusedError as error:
            return _refusal(error)
        except web.HTTPException as error:
            missing = error.status == web.HTTPNotFound.status_code
            code = "not_found" if missing else "invalid_request"
            return _refusal(RequestRefusedError(error.status, code, error.reason))

    def _check_key(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        if self._key and not hmac.compare_digest(given, self._key.encode()):
            raise RequestRefusedError(401, "invalid_api_key", "Incorrect API key provided.")

    def _check_name(self, name: str) -> None:
        if name != self._name:
            said = f"The model '{name}' does not exist; this server has '{self._name}'."
            raise RequestRefusedError(404, "model_not_found", said, param="model")

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [self._description()]})

    async def _describe(self, request: web.Request) -> web.Response:
        self._check_name(request.match_info["name"])
        return web.json_response(self._description())

    def _description(self) -> Json:
        row = {"id": self._name, "object": "model", "created": self._started}
        return row | {"owned_by": "faqbot", "max_model_len": self._model.longest}

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        asked = read_request(await request.read())
        self._check_name(asked.model)
        prompt = await asyncio.to_thread(prompt_ids, asked.messages, self._model.tokenizer)
        room = self._model.longest - len(prompt)
        if room < 1:
            said = f"The prompt has {len(prompt)} tokens; the model reads {self._model.longest}."
            raise RequestRefusedError(400, "context_length_exceeded", said, param="messages")
        if self._writer.waiting >= MOST_WAITING:
            said = "Too many completions are waiting."
            wait_s = max(math.ceil(self._writer.wait_s), 1)
            raise RequestRefusedError(429, "rate_limit_exceeded", said, retry_after_s=wait_s)
        pieces: asyncio.Queue[TextPiece] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def tell(piece: TextPiece) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        completion = LocalCompletion(prompt, asked.sampling(room), tell)
        self._writer.submit(completion)
        try:
            if asked.streamed:
                return await self._stream(request, asked, len(prompt), _read(pieces))
            return await self._whole(len(prompt), _read(pieces))
        finally:  # the reader has all of it, or has left
            completion.cancel()

    async def _whole(self, prompted: int, pieces: AsyncIterator[TextPiece]) -> web.Response:
        said = [piece async for piece in pieces]
        if said[-1].finish == "error":
            raise RequestRefusedError(500, "server_error", "The model failed.")
        message = {"role": "assistant", "content": "".join(piece.text for piece in said)}
        choice = {"index": 0, "message": message, "finish_reason": said[-1].finish}
        body = self._head("chat.completion") | {"choices": [choice]}
        return web.json_response(body | {"usage": _usage(prompted, said[-1])})

    async def _stream(
        self,
        request: web.Request,
        asked: CheckedRequest,
        prompted: int,
        pieces: AsyncIterator[TextPiece],
    ) -> web.StreamResponse:
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        response = web.StreamResponse(headers=headers)
        head = self._head("chat.completion.chunk")
        await response.prepare(request)
        await _send(response, head | _choice({"role": "assistant", "content": ""}))
        last = TextPiece("", "error")
        async for last in pieces:
            if last.text:
                await _send(response, head | _choice({"content": last.text}))
        if last.finish == "error":
            if request.transport:  # a stream that is cut tells its reader that it is not whole
                request.transport.abort()
            return response
        await _send(response, head | _choice({}, last.finish))
        if asked.with_usage:
            await _send(response, head | {"choices": [], "usage": _usage(prompted, last)})
        await response.write(b"data: [DONE]\n\n")
        return response

    def _head(self, kind: str) -> Json:
        identity = {"id": f"chatcmpl-{uuid4().hex}", "object": kind}
        return identity | {"created": int(time.time()), "model": self._name}


async def _read(pieces: asyncio.Queue[TextPiece]) -> AsyncIterator[TextPiece]:
    """Yield pieces up to the last."""
    while True:
        piece = await pieces.get()
        yield piece
        if piece.finish:
            return


async def _send(response: web.StreamResponse, chunk: Json) -> None:
    await response.write(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())


def _choice(delta: Json, finish: str | None = None) -> Json:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _usage(prompted: int, last: TextPiece) -> Json:
    used = {"prompt_tokens": prompted, "completion_tokens": last.tokens}
    return used | {"total_tokens": prompted + last.tokens}


def _refusal(error: RequestRefusedError) -> web.Response:
    said = {"message": str(error), "type": "invalid_request_error"}
    body = {"error": said | {"param": error.param, "code": error.code}}
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else None
    return web.json_response(body, status=error.status, headers=headers)
