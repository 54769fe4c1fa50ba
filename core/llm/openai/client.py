"""One OpenAI client for chat and embeddings: timeouts, retries, a breaker, and what it all cost.

The `openai` client says where to post and with which headers. The posts themselves, and the reading
of streams, are raw: its parameter models, its chunk objects and its transport cost 40 ms of CPU for
an answer of 120 tokens, and what it prepares anew for each request 2 ms.
"""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import openai
import orjson

from core.errors import (
    ModelBrokeOffError,
    ModelMisconfiguredError,
    ModelReplyError,
    ModelUnavailableError,
)
from core.llm.budget import Price, price_of, spend
from core.llm.circuit_breaker import Breaker
from core.llm.openai.transport import ModelServer, Response
from core.llm.prompts import Message, estimate_tokens
from core.ports import Vectors
from core.retrieval.vectors import unit
from core.types import Usage

_RETRIES = 2
_FIRST_DELAY_S = 0.4
_PATIENCE_S = 6.0  # the sum of all delays; a longer Retry-After is not waited for
_PAUSE_OF_STREAM_S, _LONGEST_PAUSE_S = 0.0005, 0.2
_PAUSE_OF_BEGINNING_S, _LONGEST_FOR_OTHERS_S = 0.004, 1.0  # about what beginning an answer takes
_FRAME, _FRAME_BYTES = b"data:", 5
_DONE, _DONE_WITHIN = b"[DONE]", 8


@dataclass(frozen=True, slots=True)
class Piece:
    """The text of all that one read brought, and why the model stopped, once it has."""

    text: str
    finish: str = ""


class OpenAIClient:
    """Any server that speaks OpenAI's chat completions and embeddings."""

    def __init__(
        self,
        server: ModelServer,
        *,
        prices: Mapping[str, Price],
        breaker: Breaker,
        beginning: Callable[[], int] = lambda: 0,
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        """`beginning` counts the questions that are not being answered yet."""
        self._server = server
        self._prices = prices
        self._breaker = breaker
        self._beginning = beginning
        self._sleep = sleep
        self._where = server.host
        self._streams = 0
        self._broke_off = f"{self._where} broke off in the middle of an answer; try again later"

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        *,
        key: str,
        base_url: str | None,
        prices: Mapping[str, Price],
        beginning: Callable[[], int] = lambda: 0,
    ) -> AsyncIterator[Self]:
        """A client that is closed on leaving; building one takes 20 to 140 ms, so build one."""
        sdk = openai.AsyncOpenAI(api_key=key, base_url=base_url or None)
        async with sdk:
            headers = {**sdk.default_headers, **sdk.auth_headers}
            given = {name: value for name, value in headers.items() if isinstance(value, str)}
            server = ModelServer(str(sdk.base_url), given)
        try:
            yield cls(server, prices=prices, breaker=Breaker(), beginning=beginning)
        finally:
            await server.close()

    async def stream(
        self, model: str, messages: Sequence[Message], **options: object
    ) -> AsyncGenerator[Piece]:
        """Stream a completion; the last piece has a `finish`. Its usage goes on the tab.

        Raises:
            ModelBrokeOffError: the stream ended before the answer did.
            ModelError: it could not be opened, after some retries where they may help.
        """
        body = {
            "model": model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            **options,
        }
        meter = _Meter(price_of(model, self._prices), messages)
        async with AsyncExitStack() as stack:
            response = await self._retried("/chat/completions", body)
            stack.callback(response.close)
            stack.callback(meter.settle)
            self._streams += 1
            stack.callback(self._ended)
            finish = ""
            try:
                async for data in response.pieces():
                    text, ended = meter.read(data)
                    finish = finish or ended
                    if text:
                        yield Piece(text)
            except ModelUnavailableError as error:
                raise ModelBrokeOffError(self._broke_off) from error
            if not finish:
                raise ModelBrokeOffError(self._broke_off)
            yield Piece("", finish)

    async def pause(self) -> None:
        """Let a stream gather some text between two reads: the longer, the more streams there are.

        A read costs about as much for one token as for ten. Below some hundred streams nobody
        could tell, and above it this is what leaves time for the first words of the others: while
        many wait for those, who reads on already waits for some of them.
        """
        for_others_s = min(self._beginning() * _PAUSE_OF_BEGINNING_S, _LONGEST_FOR_OTHERS_S)
        await asyncio.sleep(
            min(self._streams * _PAUSE_OF_STREAM_S, _LONGEST_PAUSE_S) + for_others_s
        )

    async def embeddings(
        self, model: str, texts: Sequence[str], *, dimensions: int | None = None
    ) -> Vectors:
        """Unit vectors of shape (len(texts), dimension). Its usage goes on the tab.

        Raises:
            ModelError: no answer after some retries, or not one vector a text.
        """
        body: dict[str, Any] = {"model": model, "input": list(texts), "encoding_format": "base64"}
        if dimensions:
            body["dimensions"] = dimensions
        response = await self._retried("/embeddings", body)
        try:
            content = await response.read()
        finally:
            response.close()
        try:
            reply = orjson.loads(content)
            rows = sorted(reply["data"], key=lambda row: row["index"])
            vectors = np.stack([_vector(row["embedding"]) for row in rows])
            used = int((reply.get("usage") or {}).get("prompt_tokens", 0))
        except (ValueError, KeyError, TypeError) as error:
            raise ModelReplyError(f"{self._where} returned no embeddings") from error
        if len(vectors) != len(texts):
            raise ModelReplyError(f"{self._where} returned {len(vectors)} of {len(texts)} vectors")
        spend(price_of(model, self._prices).of(prompt=used))
        return unit(vectors)

    def _ended(self) -> None:
        self._streams -= 1

    async def _retried(self, path: str, body: Mapping[str, object]) -> Response:
        """An open response; retried while that may help and nobody has waited too long."""
        content = orjson.dumps(body)
        waited_s = 0.0
        for attempt in range(_RETRIES + 1):
            if not self._breaker.allows():
                raise ModelUnavailableError(f"{self._where} failed before; it is left alone")
            try:
                response = await self._server.post(path, content)
            except ModelUnavailableError as error:
                delay_s = error.retry_after_s or _backoff_s(attempt)
                if attempt == _RETRIES or waited_s + delay_s > _PATIENCE_S:
                    self._breaker.failed(pause_s=error.retry_after_s)
                    raise
                self._breaker.failed()
                waited_s += delay_s
                await self._sleep(delay_s)
            except ModelMisconfiguredError:
                self._breaker.failed(pause_s=0.0)
                raise
            except BaseException:
                self._breaker.abandoned()
                raise
            else:
                self._breaker.succeeded()
                return response
        raise AssertionError("the last attempt returns or raises")


class _Meter:
    """Reads the frames of one stream, and knows what it cost, also when it breaks off."""

    def __init__(self, price: Price, messages: Sequence[Message]) -> None:
        self._price = price
        self._messages = messages
        self._rest = b""
        self._said: list[str] = []
        self._usage: Usage | None = None

    def read(self, data: bytes) -> tuple[str, str]:
        """The text in these bytes and the reason to stop, each "" where there is none."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        told = [line[_FRAME_BYTES:] for line in lines if line.startswith(_FRAME)]
        texts, finish = [], ""
        for frame in _frames([part for part in told if _DONE not in part[:_DONE_WITHIN]]):
            if frame.get("error"):  # Azure and gateways report one after the headers were sent
                raise ModelUnavailableError("the stream ended with an error; try again later")
            if usage := frame.get("usage"):
                self._usage = self._of(usage)
            for choice in frame.get("choices") or ():
                texts.append((choice.get("delta") or {}).get("content") or "")
                finish = choice.get("finish_reason") or finish
        text = "".join(texts)
        self._said.append(text)
        return text, finish

    def settle(self) -> None:
        """Put the usage on the tab; an estimate where the stream did not live to tell."""
        if self._usage is None:
            prompt = sum(estimate_tokens(message["content"]) for message in self._messages)
            said = estimate_tokens("".join(self._said))
            self._usage = self._price.of(prompt=prompt, completion=said)
        spend(self._usage)

    def _of(self, usage: Mapping[str, Any]) -> Usage:
        return self._price.of(
            prompt=int(usage.get("prompt_tokens") or 0),
            cached=int((usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0),
            completion=int(usage.get("completion_tokens") or 0),
        )


def _frames(parts: Sequence[bytes]) -> list[dict[str, Any]]:
    """The frames that one read brought, parsed in one go."""
    try:
        frames: list[dict[str, Any]] = orjson.loads(b"[" + b",".join(parts) + b"]")
    except ValueError as error:
        raise ModelReplyError("a frame of the stream is not JSON") from error
    return frames


def _vector(embedding: str | list[float]) -> Vectors:
    """A vector from base64 of little-endian floats, or from a list where a server knows no other.

    https://platform.openai.com/docs/api-reference/embeddings/create#encoding_format
    """
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), "<f4")
    return np.asarray(embedding, np.float32)


def _backoff_s(attempt: int) -> float:
    """Doubling, with jitter so that those who failed together do not return together."""
    return float(_FIRST_DELAY_S * 2**attempt * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
