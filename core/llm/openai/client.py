"""One client for an OpenAI-like server: where to post, with which headers.

The `openai` client says both. The posts themselves, and the reading of streams, are raw: its
parameter models, its chunk objects and its transport cost 40 ms of CPU for an answer of 120 tokens,
and what it prepares anew for each request 2 ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import openai
import orjson
from yarl import URL

from core.errors import ConfigError, ModelUnavailableError
from core.llm.completions import CompletionRequest, Piece
from core.llm.dialect import Forms
from core.llm.openai.chat import chat_body
from core.llm.openai.reply import ReplyReader
from core.llm.openai.transport import ModelServer

_CHAT = "/chat/completions"
# After an answer has ended, its usage follows at once, and the end of the reply. Who is slower
# than that is not waited for: some leave the connection open, or send comments for ever.
_AFTER_THE_END_S = 2.0
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


@asynccontextmanager
async def open_server(*, key: str, base_url: str | None) -> AsyncIterator[ModelServer]:
    """Open a server, and close it on leaving; building one takes 20 to 140 ms, so build one.

    Azure reads a key from a header of its own:
    https://learn.microsoft.com/azure/ai-services/openai/reference#authentication

    Raises:
        ConfigError: the key or the address cannot be sent.
    """
    key = key.strip().removeprefix("Bearer ").strip()
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(
            "the key of the model server has characters that no key has; set it again"
        )
    try:
        url = URL(base_url.strip()) if base_url and base_url.strip() else None
    except ValueError as error:
        raise ConfigError(f"OPENAI_BASE_URL is not an address: {error}") from error
    if url is not None and (url.scheme not in ("http", "https") or not url.host):
        raise ConfigError(
            "OPENAI_BASE_URL is not an address; it looks like http://localhost:8000/v1"
        )
    if url is not None and url.path.rstrip("/").endswith(_CHAT):  # as portals show it
        url = url.with_path(url.path.rstrip("/").removesuffix(_CHAT)).with_query(url.query)
    plain = url.with_user(None).with_query(None) if url else None
    async with openai.AsyncOpenAI(api_key=key, base_url=str(plain) if plain else None) as sdk:
        headers = {**sdk.default_headers, **sdk.auth_headers}
        address = url or URL(str(sdk.base_url))
    given = {name: value for name, value in headers.items() if isinstance(value, str)}
    if "api-version" in address.query or (address.host or "").endswith(_AZURE):
        given["api-key"] = key
    server = ModelServer(address, given)
    try:
        yield server
    finally:
        await server.close()


@dataclass(frozen=True, slots=True)
class OpenAIModel:
    """Implements `core.llm.resilient.ProviderModel` for any server that speaks chat completions."""

    server: ModelServer
    name: str

    async def attempt(
        self, request: CompletionRequest, forms: Forms, read_s: float
    ) -> AsyncGenerator[Piece]:
        """Implement `ProviderModel.attempt`."""
        body: dict[str, Any] = chat_body(self.name, request, forms)
        response = await self.server.post(_CHAT, orjson.dumps(body), read_s=read_s)
        reader = ReplyReader(self.server.where, response.headers, calls=bool(request.tools))
        try:
            pieces = response.pieces()
            async for data in pieces:
                yield reader.feed(data)
                if reader.finished:
                    break
            if reader.finished:
                yield Piece(await _rest(reader, pieces))
            yield reader.close()
        finally:
            response.close()


async def _rest(reader: ReplyReader, pieces: AsyncIterator[bytes]) -> str:
    """Return the text of what comes soon after the end of an answer, if there is any."""
    text = ""
    with suppress(TimeoutError, ModelUnavailableError):
        async with asyncio.timeout(_AFTER_THE_END_S):
            async for data in pieces:
                text += reader.feed(data).text
    return text
