"""The writer and the classifier with models, if the settings name any."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bots.bootstrap.models.providers import open_providers, unpriced
from bots.bootstrap.stores import open_spending
from config.profiles import profile_of
from config.resources import load_prompt
from config.settings import Settings
from core.assistant.drafts.fallback import FallbackModel, ModelPipeline
from core.assistant.drafts.speculation import Speculation
from core.assistant.message import MessageReader, Warm
from core.errors import ConfigError
from core.llm.budget import Ledger
from core.llm.chat import AnswerWriter
from core.llm.classifier import QuestionClassifier
from core.llm.question_writer import QuestionWriter
from core.ports import ChatModel
from core.profile import Profile
from core.text.safety.sanitize import Cleaner

logger = logging.getLogger(__name__)

# Questions are written for many entries in a request, and nobody waits for the first word.
_WRITING_S = 180.0


@asynccontextmanager
async def open_models(  # noqa: PLR0913 - what models are made of
    settings: Settings,
    *,
    profile: Profile,
    reader: MessageReader,
    extractive: ChatModel,
    terms: Callable[[str], Iterable[str]],
    warm: Warm,
) -> AsyncIterator[ModelPipeline]:
    """Open what writes and reads with models; only to be called where the settings have some.

    `terms` are those of `FallbackModel`.

    Raises:
        ConfigError: a setting or a package is missing.
    """
    if names := unpriced(settings):
        logger.warning("no price is known of %s: the daily caps do not count it", ", ".join(names))
    async with AsyncExitStack() as stack:
        opened = open_providers(settings, lambda: reader.waiting)
        providers = await stack.enter_async_context(opened)
        spending = await stack.enter_async_context(open_spending(settings))
        switch = settings.data_dir / "models.off"
        answering, reading = load_prompt("answer", profile), load_prompt("reading", profile)
        completions = await providers.writer()
        writer = AnswerWriter(
            completions,
            answering,
            load_prompt("continue", profile),
            profile,
        )
        classifier = QuestionClassifier(await providers.reader(), reading)
        embedding_price = settings.price_table().of(settings.remote_model)
        yield ModelPipeline(
            steady=FallbackModel(
                model=writer,
                extractive=extractive,
                cleaner=Cleaner(profile.link_hosts, instead=profile.link_left_out),
                secret=f"{answering.rules}\n{reading.rules}",
                profile=profile,
                patience_s=settings.model_patience_s,
                terms=terms,
            ),
            completions=completions,
            read=classifier.read,
            ledger=Ledger(
                spending=spending,
                cap=settings.daily_cap_usd,
                cap_of_person=settings.daily_user_cap_usd,
                off=lambda: settings.models_off or switch.exists(),
            ),
            free_embeddings=not settings.remote_embedder or not embedding_price.prompt,
            open_speculation=partial(Speculation, reader=reader, warm=warm),
        )


@asynccontextmanager
async def open_questions(settings: Settings) -> AsyncIterator[QuestionWriter]:
    """Open what writes the questions that people will ask.

    Raises:
        ConfigError: there is no model.
    """
    if not settings.has_models:
        raise ConfigError("questions are written by a model: set OPENAI_API_KEY")
    async with open_providers(settings) as providers:
        prompt = load_prompt("questions", profile_of(settings))
        yield QuestionWriter(await providers.only(settings.chat, _WRITING_S), prompt)
