"""The parts of an assistant: settings become backends, and backends become what it consists of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from bots.bootstrap.console import desk_of, personal_data_of, trials_of
from bots.bootstrap.lessons import book_of, category_for, gate_of
from bots.bootstrap.offers import offered_to_all
from bots.bootstrap.plain_assistant import PlainAssistants
from bots.bootstrap.processes.switches import model_switches, search_switches
from bots.bootstrap.search import (
    Following,
    build_retriever,
    embedders,
    follow,
    nothing_to_warm,
)
from bots.bootstrap.skills import SkillParts, SkillSet
from bots.bootstrap.stores import Stores
from config.profiles import profile_of
from config.settings import Settings
from core.assistant.assistant import Assistant
from core.lessons.book import LessonBook
from core.lessons.correction import CorrectionReader
from core.lessons.learning import Learning
from core.llm.budget import Ledger
from core.ports import History
from core.profile import Profile
from core.reporting.catalogue import Catalogue
from core.reporting.gaps import Embed
from core.reporting.operations import Operations
from core.reporting.switches import Switch, Switchboard
from core.retrieval.retriever import Retriever
from core.skills.assistant import AnyAssistant
from core.stores.memory import MemoryHistory


@dataclass(frozen=True, slots=True)
class AssistantParts:
    """An assistant, what it searches with, and what keeps the lessons in it."""

    assistant: AnyAssistant
    skills: SkillParts | None
    retriever: Retriever
    following: Following | None
    plain: Assistant  # without skills
    assistants: PlainAssistants
    ledger: Ledger | None

    async def catch_up(self) -> None:
        """Let what was taught be used in this process at once."""
        if self.following:
            await self.following.catch_up(now=True)

    @property
    def embed(self) -> Embed:
        """Return the call of the built-in encoder, whatever embedder made the index."""
        return self.assistants.language.encoder.embed

    def operations(
        self, stores: Stores, profile: Profile, people: Sequence[Switch] = ()
    ) -> Operations:
        """Return what those who run the bot look at and change; `people` are further switches."""
        settings = self.assistants.settings
        models = model_switches(settings, self.plain, self.ledger)
        search = search_switches(settings, self.retriever)
        return Operations(
            reports=stores.reports,
            archive=stores.archive,
            inbox=stores.inbox,
            lessons=stores.lessons,
            cases=stores.cases,
            assistant=self.plain,
            embed=self.embed,
            catalogue=Catalogue(
                stores.reports,
                desk_of(self.assistants.settings, self.retriever, self.assistants.language),
            ),
            switchboard=Switchboard(stores.reports, [*search, *models, *people]),
            trials=trials_of(stores, self.retriever, self.assistants),
            book=self.book(stores, profile),
            category_of=partial(category_for, self.assistants.audiences, self.retriever),
            personal=personal_data_of(stores, self.ledger),
        )

    def learning(self, stores: Stores, profile: Profile) -> Learning:
        """Return the part that learns from people."""
        retriever = self.retriever
        return Learning(
            history=stores.history,
            archive=stores.archive,
            inbox=stores.inbox,
            lessons=stores.lessons,
            profile=profile,
            leans=lambda text: retriever.aside(retriever.leans, text),
            category_of=partial(category_for, self.assistants.audiences, retriever),
            book=self.book(stores, profile),
            contradicts=CorrectionReader(self.assistants.language.analyzer, self.embed).contradicts,
        )

    def book(self, stores: Stores, profile: Profile) -> LessonBook:
        """Return the book of lessons, behind its gate."""
        return book_of(
            stores,
            profile,
            examine=gate_of(
                profile, self.retriever, self.assistants.language, stores.lessons
            ).examine,
            catch_up=self.catch_up,
            settings=self.assistants.settings,
        )


@asynccontextmanager
async def open_parts(
    settings: Settings,
    history: History,
    stores: Stores | None,
    *,
    with_models: bool,
    profile: Profile | None = None,
) -> AsyncIterator[AssistantParts]:
    """Open the parts; where nothing is kept of what is said, there are no skills, which act.

    Raises:
        FaqbotError: see `build_retriever`; or the models cannot be opened.
    """
    profile = profile or profile_of(settings)
    with_models = with_models and settings.has_models
    async with AsyncExitStack() as stack:
        remote = None
        if with_models and settings.remote_embedder:
            remote = await stack.enter_async_context(embedders().open_embedder(settings))
        retriever, language = await asyncio.to_thread(build_retriever, settings, remote)
        profile = await asyncio.to_thread(offered_to_all, profile, retriever.all_entries)
        following = None
        if stores:
            keep = remote.keep if remote else nothing_to_warm
            following = follow(stores, retriever, language, keep, settings)
            await following.catch_up()
        assistants = PlainAssistants.of(settings, profile, language)
        reader, extractive = assistants.reader(retriever), assistants.extractive(retriever)
        models = None
        if with_models:
            opened = _models().open_models(
                settings,
                profile=profile,
                reader=reader,
                extractive=extractive,
                terms=language.analyzer.terms,
                warm=remote.warm if remote else nothing_to_warm,
            )
            models = await stack.enter_async_context(opened)
        skills = SkillSet(None)
        if stores and not isinstance(history, MemoryHistory):
            parts = SkillParts.of(settings, language, profile, stores)
            skills = await asyncio.to_thread(SkillSet.of, parts, profile)
        assistant = assistants.assistant(
            retriever,
            reader,
            extractive,
            history,
            models=models.offering(skills.tools) if models else None,
            catch_up=following.catch_up if following else None,
            situations=skills.situations,
        )
        skilled = await asyncio.to_thread(skills.over, assistant, profile, history)
        yield AssistantParts(
            skilled,
            skills.parts,
            retriever,
            following,
            assistant,
            assistants,
            models.ledger if models else None,
        )


def _models() -> ModuleType:
    # The client takes half a second to import, and without a key nobody needs it.
    from bots.bootstrap.models import language_models

    return language_models
