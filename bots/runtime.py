"""The composition root: settings become backends, backends become an assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from bots.stores import open_index, open_stores
from config.paths import ENCODER, GUARDRAIL
from config.profiles import load_loanwords, load_profile, synonyms_path
from config.settings import Settings
from core.assistant import Assistant
from core.backends.extractive_model import ExtractiveModel
from core.backends.kiwi_encoder import KiwiEncoder
from core.guardrail import Guardrail, GuardrailModel
from core.korean import Analyzer
from core.leadback import LeadBack
from core.profile import Profile
from core.retrieval import Retriever
from core.synonyms import Synonyms, load_groups


def build_retriever(settings: Settings) -> tuple[Retriever, Analyzer, KiwiEncoder]:
    """What a search needs; importing Chroma and loading Kiwi go side by side."""
    with ThreadPoolExecutor(1) as pool:
        language = pool.submit(_load_language, settings.profile)
        index = open_index(settings)
        analyzer, encoder, synonyms = language.result()
    retriever = Retriever(
        index=index,
        embedder=encoder,
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
    retriever, analyzer, encoder = await asyncio.to_thread(build_retriever, settings)
    await asyncio.to_thread(retriever.refresh)
    guardrail = Guardrail(GuardrailModel.load(GUARDRAIL), encoder.embed, analyzer.terms)
    async with open_stores(settings) as stores:
        assistant = Assistant(
            retriever=retriever,
            guardrail=guardrail,
            model=ExtractiveModel(analyzer, retriever.idf),
            lead_back=LeadBack(profile.themes, encoder.embed),
            history=stores.history,
            profile=profile,
            history_turns=settings.history_turns,
        )
        yield assistant, profile


def load_synonyms(analyzer: Analyzer, profile: str) -> Synonyms:
    """The profile's synonyms, ready to use."""
    return Synonyms.compile(load_groups(synonyms_path(profile)), analyzer)


def _load_language(profile: str) -> tuple[Analyzer, KiwiEncoder, Synonyms]:
    analyzer = Analyzer.load(load_loanwords())
    return analyzer, KiwiEncoder.load(ENCODER, analyzer), load_synonyms(analyzer, profile)
