"""The composition root: settings become backends, backends become an assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from types import ModuleType

from config.paths import ENCODER, GUARDRAIL
from config.profiles import load_profile, synonyms_path
from config.settings import Settings
from core.assistant import Assistant
from core.backends.extractive_model import ExtractiveModel
from core.backends.kiwi_encoder import KiwiEncoder
from core.backends.sqlite_history import SqliteHistory
from core.guardrail import Guardrail, GuardrailModel
from core.korean import Analyzer
from core.ports import Embedder
from core.profile import Profile
from core.retrieval import Retriever
from core.synonyms import Synonyms, load_groups


def build_retriever(
    settings: Settings, embedder: Embedder | None = None
) -> tuple[Retriever, Analyzer, KiwiEncoder]:
    """What a search needs; importing Chroma and loading Kiwi go side by side.

    Without an `embedder` it is the built-in encoder.
    """
    with ThreadPoolExecutor(1) as pool:
        language = pool.submit(_load_language, settings.profile)
        # Importing Chroma takes half a second, and commands that need no index skip it.
        from core.backends.chroma_index import ChromaIndex  # noqa: PLC0415

        index = ChromaIndex.open(settings.index_dir)
        analyzer, encoder, synonyms = language.result()
    retriever = Retriever(
        index=index,
        embedder=embedder or encoder,
        analyzer=analyzer,
        synonyms=synonyms,
        cache=settings.cache_dir,
    )
    return retriever, analyzer, encoder


@asynccontextmanager
async def open_assistant(settings: Settings) -> AsyncIterator[tuple[Assistant, Profile]]:
    """An assistant that is ready to answer.

    Raises:
        FaqbotError: no FAQ was ingested, or a store or a model file is unusable.
    """
    profile = load_profile(settings.profile)
    async with AsyncExitStack() as stack:
        remote = None
        if settings.embedder == "openai":
            remote = await stack.enter_async_context(_models().open_embedder(settings))
        retriever, analyzer, encoder = await asyncio.to_thread(build_retriever, settings, remote)
        await asyncio.to_thread(retriever.refresh)
        guardrail = Guardrail(GuardrailModel.load(GUARDRAIL), encoder.embed)
        extractive = ExtractiveModel(analyzer, retriever.idf)
        history = await stack.enter_async_context(SqliteHistory.open(settings.history_path))
        models = None
        if settings.has_models:
            opened = _models().open_models(
                settings,
                profile=profile,
                retriever=retriever,
                guardrail=guardrail,
                extractive=extractive,
                warm=remote.warm if remote else _nothing_to_warm,
            )
            models = await stack.enter_async_context(opened)
        yield (
            Assistant(
                retriever=retriever,
                guardrail=guardrail,
                model=extractive,
                history=history,
                profile=profile,
                history_turns=settings.history_turns,
                models=models,
            ),
            profile,
        )


async def _nothing_to_warm(texts: Sequence[str]) -> None:
    """The built-in encoder is at hand."""


def _models() -> ModuleType:
    # The client takes half a second to import, and without a key nobody needs it.
    from bots import models  # noqa: PLC0415

    return models


def load_synonyms(analyzer: Analyzer, profile: str) -> Synonyms:
    """The profile's synonyms, ready to use."""
    return Synonyms.compile(load_groups(synonyms_path(profile)), analyzer)


def _load_language(profile: str) -> tuple[Analyzer, KiwiEncoder, Synonyms]:
    analyzer = Analyzer.load()
    return analyzer, KiwiEncoder.load(ENCODER, analyzer), load_synonyms(analyzer, profile)
