"""An assistant that keeps its turns in memory: for `ask` without a session, and for batches."""

from __future__ import annotations

import asyncio

from bots.runtime import build_retriever
from config.paths import GUARDRAIL
from config.profiles import load_profile
from config.settings import Settings
from core.assistant import Assistant
from core.backends.extractive_model import ExtractiveModel
from core.backends.memory_history import MemoryHistory
from core.guardrail import Guardrail, GuardrailModel
from core.leadback import LeadBack


async def open_forgetful(settings: Settings) -> Assistant:
    """An assistant that is ready to answer, and leaves nothing in the person's history.

    Raises:
        FaqbotError: no FAQ was ingested, or a model file is unusable.
    """
    retriever, analyzer, encoder = await asyncio.to_thread(build_retriever, settings)
    await asyncio.to_thread(retriever.refresh)
    profile = load_profile(settings.profile)
    return Assistant(
        retriever=retriever,
        guardrail=Guardrail(GuardrailModel.load(GUARDRAIL), encoder.embed, analyzer.terms),
        model=ExtractiveModel(analyzer, retriever.idf),
        lead_back=LeadBack(profile.themes, encoder.embed),
        history=MemoryHistory(),
        profile=profile,
        history_turns=settings.history_turns,
    )
