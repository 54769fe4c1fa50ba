"""The remote embedder of the settings: for the event loop, for threads, and for an ingest."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from bots.bootstrap.models.providers import Providers, open_providers
from config.settings import Settings
from core.embeddings.cache import VectorCache
from core.embeddings.openai import PARAMETERS, OpenAIEmbeddings
from core.embeddings.prefixes import prefixes_of
from core.embeddings.remote import EmbeddingEndpoint, RemoteEmbedder
from core.errors import ConfigError, ModelError
from core.llm.caller import Caller, Patience
from core.llm.circuit_breaker import Breaker
from core.llm.dialect import ModelDialect
from core.ports import TextKind, Vectors

_HURRIED = Patience(within_s=10.0)
_PATIENT = Patience(within_s=180.0, waits_s=60.0, retries=5)


@asynccontextmanager
async def open_embedder(settings: Settings) -> AsyncIterator[RemoteEmbedder]:
    """Open the embedder of the settings, where that is a remote one.

    Raises:
        ConfigError: it has no key, or its package is missing.
        StorageError: its cache is unusable.
    """
    async with AsyncExitStack() as stack:
        fingerprint = remote_fingerprint(settings)
        path = settings.cache_dir / "vectors.sqlite3"
        cache = stack.enter_context(VectorCache.open(path, fingerprint))
        providers = await stack.enter_async_context(open_providers(settings))
        embedder = RemoteEmbedder(
            await _endpoint(settings, providers),
            fingerprint=fingerprint,
            cache=cache,
            batch=settings.embedding_batch,
        )
        stack.push_async_callback(embedder.close)
        yield embedder


class WaitingEmbedder:
    """The remote embedder for threads, where no event loop fetches ahead: each call waits."""

    title_weight = RemoteEmbedder.title_weight

    def __init__(self, settings: Settings) -> None:
        """Store the settings; nothing is called yet.

        Raises:
            ConfigError: there is no key.
        """
        if settings.embedder == "openai":
            _embedding_key(settings)
        self._settings = settings
        self.fingerprint = remote_fingerprint(settings)

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); zeros for a blank text.

        Raises:
            ModelError: the endpoint fails.
        """
        return asyncio.run(self._fetch(texts, kind))

    async def _fetch(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        async with open_embedder(self._settings) as embedder:
            await embedder.warm(texts, kind)
            return await asyncio.to_thread(embedder.embed, texts, kind)


def prepare_with(
    settings: Settings, progress: Callable[[int, int], None]
) -> Callable[[Sequence[str], Sequence[str]], None]:
    """Return what an ingest calls with all its texts, so that they are fetched in few requests."""

    async def fetch(questions: Sequence[str], passages: Sequence[str]) -> None:
        async with open_embedder(settings) as embedder:
            await embedder.prepare(questions, passages, progress)

    return lambda questions, passages: asyncio.run(fetch(questions, passages))


def has_another_length(settings: Settings) -> bool:
    """Return whether the endpoint's vectors have another length than those of the last ingest.

    One that cannot be asked has not: an ingest that needs it says so itself.
    """

    async def ask() -> bool:
        async with open_embedder(settings) as embedder:
            try:
                return await embedder.has_another_length()
            except ModelError:
                return False

    return asyncio.run(ask())


def remote_fingerprint(settings: Settings) -> str:
    """Return what tells vectors of the remote embedder from all others.

    That is the provider, the model, the requested length, and whether the model is told
    questions from passages.
    """
    length = f"@{settings.embedding_dimensions}" if settings.embedding_dimensions else ""
    told_apart = "+passages" if any(prefixes_of(settings.remote_model)) else ""
    return f"{settings.embedder}/{settings.remote_model}{length}{told_apart}"


async def _endpoint(settings: Settings, providers: Providers) -> EmbeddingEndpoint:
    model, price = settings.remote_model, settings.price_table().of(settings.remote_model)
    if settings.embedder == "bedrock":
        from core.embeddings.bedrock import BedrockEmbeddings

        client, slots = await providers.bedrock()
        hurried, patient = _callers(client.where, ModelDialect(()))
        dimensions = settings.embedding_dimensions
        return BedrockEmbeddings(client, model, hurried, patient, slots, price, dimensions)
    url = settings.embedding_base_url or settings.openai_base_url
    server, slots = await providers.server(_embedding_key(settings), url)
    hurried, patient = _callers(server.where, ModelDialect(PARAMETERS))
    return OpenAIEmbeddings(
        server=server,
        model=model,
        hurried=hurried,
        patient=patient,
        slots=slots,
        price=price,
        prefixes=prefixes_of(model),
        dimensions=settings.embedding_dimensions,
    )


def _callers(where: str, dialect: ModelDialect) -> tuple[Caller, Caller]:
    """Return one that calls while a person waits, and one for an ingest."""
    return (
        Caller(where, dialect=dialect, breaker=Breaker(), patience=_HURRIED),
        Caller(
            where,
            dialect=dialect,
            breaker=Breaker(failures=sys.maxsize),  # an ingest gives up by itself
            patience=_PATIENT,
        ),
    )


def _embedding_key(settings: Settings) -> str:
    key = settings.embedding_api_key.get_secret_value().strip()
    if key := key or settings.openai_api_key.get_secret_value().strip():
        return key
    raise ConfigError("FAQBOT_EMBEDDER=openai needs OPENAI_API_KEY or FAQBOT_EMBEDDING_API_KEY")
