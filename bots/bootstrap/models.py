"""Builds what models need, if there is a key: one client an endpoint, prompts, ledger, embedder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from config.profiles import profile_of
from config.resources import load_prompt
from config.settings import Settings
from core.assistant.fallback import FallbackModel, ModelPipeline
from core.assistant.research import Researcher
from core.assistant.speculation import Speculation, Warm
from core.embeddings.cache import VectorCache
from core.embeddings.openai import DIMENSIONS, OpenAIEmbedder
from core.errors import ConfigError
from core.llm.budget import Ledger, price_of
from core.llm.openai.chat import OpenAIModel
from core.llm.openai.classifier import OpenAIReader
from core.llm.openai.client import OpenAIClient
from core.llm.openai.question_writer import OpenAIQuestions
from core.ports import ChatModel, Vectors
from core.profile import Profile
from core.stores.sqlite.spending import SqliteSpendingStore
from core.text.sanitize import Cleaner


@asynccontextmanager
async def open_embedder(settings: Settings) -> AsyncIterator[OpenAIEmbedder]:
    """The embedder of the settings, where that is not the built-in one.

    Raises:
        ConfigError: it has no key or no known length of vectors.
        StorageError: its cache is unusable.
    """
    key = _embedding_key(settings)
    path = settings.cache_dir / "vectors.sqlite3"
    async with AsyncExitStack() as stack:
        fingerprint = settings.remote_fingerprint
        cache = stack.enter_context(VectorCache.open(path, fingerprint))
        url = settings.embedding_base_url or settings.openai_base_url
        client = await stack.enter_async_context(
            OpenAIClient.open(key=key, base_url=url, prices=settings.price_table())
        )
        embedder = OpenAIEmbedder(
            client,
            model=settings.embedding_model,
            fingerprint=fingerprint,
            dimensions=settings.embedding_dimensions,
            cache=cache,
        )
        stack.push_async_callback(embedder.close)
        yield embedder


@asynccontextmanager
async def open_models(
    settings: Settings,
    *,
    profile: Profile,
    researcher: Researcher,
    extractive: ChatModel,
    warm: Warm,
) -> AsyncIterator[ModelPipeline]:
    """Open the part that writes and reads with models; call it only with a key."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            OpenAIClient.open(
                key=settings.openai_api_key.get_secret_value(),
                base_url=settings.openai_base_url,
                prices=settings.price_table(),
                beginning=lambda: researcher.waiting,
            )
        )
        spending = stack.enter_context(
            SqliteSpendingStore.open(settings.data_dir / "spent.sqlite3")
        )
        switch = settings.data_dir / "models.off"
        answering, reading = load_prompt("answer", profile), load_prompt("reading", profile)
        model = OpenAIModel(
            client, settings.chat_model, answering, load_prompt("continue", profile)
        )
        reader = OpenAIReader(client, settings.guardrail_model or settings.chat_model, reading)
        yield ModelPipeline(
            steady=FallbackModel(
                model=model,
                extractive=extractive,
                cleaner=Cleaner(profile.link_hosts, instead=profile.link_left_out),
                secret=f"{answering.rules}\n{reading.rules}",
                profile=profile,
            ),
            read=reader.read,
            ledger=Ledger(
                spending=spending,
                cap=settings.daily_cap_usd,
                cap_of_person=settings.daily_user_cap_usd,
                off=lambda: settings.models_off or switch.exists(),
            ),
            free_embeddings=settings.embedder == "builtin"
            or not price_of(settings.embedding_model, settings.price_table()).prompt,
            open_speculation=partial(Speculation, researcher=researcher, warm=warm),
        )


@asynccontextmanager
async def open_questions(settings: Settings) -> AsyncIterator[OpenAIQuestions]:
    """Open the writer of the questions that people will ask.

    Raises:
        ConfigError: there is no key.
    """
    if not settings.has_models:
        raise ConfigError("questions are written by a model: set OPENAI_API_KEY")
    async with OpenAIClient.open(
        key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        prices=settings.price_table(),
    ) as client:
        prompt = load_prompt("questions", profile_of(settings))
        yield OpenAIQuestions(client, settings.chat_model, prompt)


class WaitingEmbedder:
    """The remote embedder for threads, where no event loop fetches ahead: each call waits."""

    def __init__(self, settings: Settings) -> None:
        """Calls nobody.

        Raises:
            ConfigError: there is no key.
        """
        _embedding_key(settings)
        self._settings = settings
        self.fingerprint = settings.remote_fingerprint
        own = DIMENSIONS.get(settings.embedding_model.partition(":")[0], 0)
        self.dimension = settings.embedding_dimensions or own

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); zeros for a blank text.

        Raises:
            ModelError: the endpoint fails.
        """
        return asyncio.run(self._fetch(texts))

    async def _fetch(self, texts: Sequence[str]) -> Vectors:
        async with open_embedder(self._settings) as embedder:
            await embedder.warm(texts)
            return await asyncio.to_thread(embedder.embed, texts)


def prepare_with(
    settings: Settings, progress: Callable[[int, int], None]
) -> Callable[[Sequence[str]], None]:
    """Return a function that fetches all texts of an ingest in few requests."""

    async def fetch(texts: Sequence[str]) -> None:
        async with open_embedder(settings) as embedder:
            await embedder.prepare(texts, progress)

    return lambda texts: asyncio.run(fetch(texts))


async def check_models(settings: Settings) -> list[str]:
    """Make one tiny call of each kind; a line for each that works.

    Raises:
        ModelError: the first that does not, with the cause.
    """
    profile = profile_of(settings)
    names = dict.fromkeys((settings.chat_model, settings.guardrail_model or settings.chat_model))
    lines = []
    if settings.has_models:
        async with OpenAIClient.open(
            key=settings.openai_api_key.get_secret_value(),
            base_url=settings.openai_base_url,
            prices=settings.price_table(),
        ) as client:
            for name in names:
                messages = [{"role": "user", "content": profile.name}]
                async for _ in client.stream(name, messages, max_completion_tokens=16):
                    pass
                lines.append(f"{name} answers")
    if settings.embedder == "openai":
        async with open_embedder(settings) as embedder:
            await embedder.warm([profile.name])
            lines.append(f"{settings.embedding_model} embeds")
    return lines


def _embedding_key(settings: Settings) -> str:
    key = settings.embedding_api_key.get_secret_value()
    if key := key or settings.openai_api_key.get_secret_value():
        return key
    raise ConfigError("FAQBOT_EMBEDDER=openai needs OPENAI_API_KEY or FAQBOT_EMBEDDING_API_KEY")
