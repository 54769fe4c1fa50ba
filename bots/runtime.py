"""The composition root: settings become backends, backends become an assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bots.stores import open_index, open_stores
from config.paths import ENCODER, GUARDRAIL
from config.profiles import load_loanwords, load_profile, synonyms_path
from config.settings import Settings
from core.assistant import Assistant
from core.backends.extractive_model import ExtractiveModel
from core.backends.kiwi_encoder import KiwiEncoder
from core.backends.memory_history import MemoryHistory
from core.guardrail import Guardrail, GuardrailModel
from core.korean import Analyzer
from core.leadback import LeadBack
from core.ports import History
from core.retrieval import Retriever
from core.synonyms import Synonyms, load_groups


@dataclass(frozen=True, slots=True)
class Language:
    """What reads Korean: split into terms, as a vector, and in sellers' own words."""

    analyzer: Analyzer
    encoder: KiwiEncoder
    synonyms: Synonyms


def load_language(profile: str) -> Language:
    """Load Kiwi and what stands on it: some two seconds."""
    analyzer = Analyzer.load(load_loanwords())
    encoder = KiwiEncoder.load(ENCODER, analyzer)
    return Language(analyzer, encoder, load_synonyms(analyzer, profile))


def load_synonyms(analyzer: Analyzer, profile: str) -> Synonyms:
    """The profile's synonyms, ready to use."""
    return Synonyms.compile(load_groups(synonyms_path(profile)), analyzer)


def build_retriever(settings: Settings) -> tuple[Retriever, Language]:
    """A search that is ready; Chroma and Kiwi load side by side.

    Raises:
        FaqbotError: no FAQ was ingested, or a store or a model file is unusable.
    """
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_language, settings.profile)
        index = open_index(settings)
        index.warm()
        language = loading.result()
    retriever = Retriever(
        index=index,
        embedder=language.encoder,
        analyzer=language.analyzer,
        synonyms=language.synonyms,
        cache=settings.cache_dir,
    )
    retriever.refresh()
    return retriever, language


async def build_assistant(settings: Settings, history: History) -> Assistant:
    """An assistant that is ready to answer and keeps its turns in `history`.

    Raises:
        FaqbotError: see `build_retriever`.
    """
    profile = load_profile(settings.profile)
    retriever, language = await asyncio.to_thread(build_retriever, settings)
    analyzer, encoder = language.analyzer, language.encoder
    return Assistant(
        retriever=retriever,
        guardrail=Guardrail(GuardrailModel.load(GUARDRAIL), encoder.embed, analyzer.terms),
        model=ExtractiveModel(analyzer, retriever.idf),
        lead_back=LeadBack(profile.themes, encoder.embed),
        history=history,
        profile=profile,
        history_turns=settings.history_turns,
    )


@asynccontextmanager
async def open_assistant(settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant whose turns are kept: on disk, or in MongoDB.

    Raises:
        FaqbotError: see `build_assistant`; or the history cannot be opened.
    """
    async with open_stores(settings) as stores:
        yield await build_assistant(settings, stores.history)


async def open_forgetful(settings: Settings) -> Assistant:
    """An assistant for throw-away questions: it leaves nothing in anybody's history."""
    return await build_assistant(settings, MemoryHistory())
