"""Sends models the requests that an answer sends, and tells what they can do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import perf_counter

from bots.bootstrap.models.embedders import open_embedder
from bots.bootstrap.models.providers import Providers, open_providers, unpriced
from bots.shared.platform import FAIL, NOTE, PASS, Check
from config.profiles import profile_of
from config.resources import load_prompt
from config.settings import Settings
from core.errors import FaqbotError, ModelError
from core.llm.budget import TAB, Tab
from core.llm.caller import Patience
from core.llm.chat import AnswerWriter
from core.llm.classifier import QuestionClassifier
from core.llm.resilient import ResilientCompletions
from core.profile import Profile
from core.types import Classification, Label, Passage, Written

_PATIENCE_S = 60.0
_OFTEN_SLOW_S = 10.0
_TEXTS = 8


def check_models(settings: Settings) -> list[Check]:
    """Return what each model of the settings did when it was asked."""
    return asyncio.run(_checks(settings))


async def _checks(settings: Settings) -> list[Check]:
    checks: list[Check] = []
    async with open_providers(settings) as providers:
        if settings.has_models:
            checks += await _chat_checks(settings, providers)
    if settings.remote_embedder:
        checks.append(await _embedding_check(settings))
    if names := unpriced(settings):
        checks.append(
            Check(
                NOTE,
                "prices",
                f"no price is known of {', '.join(names)}: the daily caps do not count it",
                "set FAQBOT_PRICES or FAQBOT_DEFAULT_PRICE, or [0, 0, 0] if it costs nothing",
            )
        )
    return checks


async def _chat_checks(settings: Settings, providers: Providers) -> list[Check]:
    profile = profile_of(settings)
    try:
        chat = await providers.only(settings.chat, _PATIENCE_S)
        guardrail = await providers.only(settings.guardrail, _PATIENCE_S)
        second = await providers.second(Patience(within_s=_PATIENCE_S))
    except FaqbotError as error:
        return [Check(FAIL, "models", str(error))]
    answers = [await _answer_check(model, profile) for model in (chat, second) if model]
    readings = [await _reading_check(model, profile) for model in (guardrail, second) if model]
    return answers + readings


async def _answer_check(model: ResilientCompletions, profile: Profile) -> Check:
    """Have a passage answered, as a person's question is."""
    question = _question(profile)
    passage = Passage("doctor", question, f"{question}\n1. {profile.name}", 1.0)
    writer = AnswerWriter(
        model, load_prompt("answer", profile), load_prompt("continue", profile), profile
    )
    tab, started, first_s = Tab(lambda _usage: None), perf_counter(), 0.0
    TAB.set(tab)
    try:
        async for piece in writer.answer(question, (), (passage,)):
            first_s = first_s or perf_counter() - started
            if isinstance(piece, Written):
                model_name = piece.model
    except ModelError as error:
        return Check(FAIL, "answers", f"{model.name}: {error}")
    told = f"first words after {first_s:.1f} s, {tab.total.prompt_tokens:,} tokens read"
    return _told("answers", model, f"{model_name} at {model.caller.where} answers, {told}", first_s)


async def _reading_check(model: ResilientCompletions, profile: Profile) -> Check:
    """Have a question read, as a person's is."""
    classifier = QuestionClassifier(model, load_prompt("reading", profile))
    started = perf_counter()
    try:
        *_, reading = [part async for part in classifier.read(_question(profile), ())]
    except ModelError as error:
        return Check(FAIL, "readings", f"{model.name}: {error}")
    took_s = perf_counter() - started
    label = reading.label if isinstance(reading, Classification) else reading
    read = f"{model.name} at {model.caller.where} reads a question as {label}, in {took_s:.1f} s"
    check = _told("readings", model, read, took_s)
    if check.mark == PASS and profile.examples and label is not Label.ON_TOPIC:
        advice = "the FAQ answers this: choose another FAQBOT_GUARDRAIL_MODEL"
        return replace(check, mark=NOTE, fix=advice)
    return check


def _told(name: str, model: ResilientCompletions, text: str, took_s: float) -> Check:
    """Return a check with what the server refused meanwhile, and does without."""
    given_up = model.caller.dialect.given_up
    if given_up:
        forms = (f"{form} for {p}" if form else f"no {p}" for p, form in given_up.items())
        text = f"{text}; it refuses some parameters and is asked with {', '.join(forms)}"
    if took_s > _OFTEN_SLOW_S:
        return Check(NOTE, name, text, "while it is so slow, people get the FAQ's own text")
    return Check(PASS, name, text)


async def _embedding_check(settings: Settings) -> Check:
    question = _question(profile_of(settings))
    texts = [f"{question} {number}" for number in range(_TEXTS)]
    try:
        async with open_embedder(settings) as embedder:
            started = perf_counter()
            await embedder.warm(texts)
            took_s = perf_counter() - started
            vectors = embedder.embed(texts)
    except FaqbotError as error:
        return Check(FAIL, "embeddings", str(error))
    told = f"{settings.remote_model} embeds {len(texts)} texts in {took_s:.1f} s"
    text = f"{told}, as {vectors.shape[1]:,} numbers each"
    if settings.embedding_dimensions not in (0, vectors.shape[1]):
        return Check(NOTE, "embeddings", text, "it ignores FAQBOT_EMBEDDING_DIMENSIONS")
    return Check(PASS, "embeddings", text)


def _question(profile: Profile) -> str:
    """Return something that people ask."""
    return profile.examples[0] if profile.examples else profile.name
