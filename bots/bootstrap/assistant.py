"""The composition root: an assistant for each use, with the stores and models that it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bots.bootstrap.assistant_parts import open_parts
from bots.bootstrap.cases import open_desk, with_owners
from bots.bootstrap.lessons import liked_of
from bots.bootstrap.processes.switches import people_switches
from bots.bootstrap.search import (
    begun_stores,
)
from bots.bootstrap.stores import Stores, open_stores
from config.profiles import profile_of
from config.settings import Settings
from core.lessons.learning import Learning
from core.messaging.answer_report import AnswerReport
from core.messaging.cases.likeness import Likeness
from core.messaging.delivery.shared_calls import SharedCalls
from core.messaging.inbox.offline import Offline
from core.messaging.pending_turns import PendingTurns
from core.messaging.service import ChatService
from core.messaging.thread_rules import ThreadRules
from core.messaging.user_limits import UserLimits
from core.profile import Profile
from core.reporting.operations import Operations
from core.skills.assistant import AnyAssistant
from core.stores.memory import MemoryHistory
from core.stores.sqlite.spool import SqliteSpool
from core.text.safety.personal_data import mask
from core.types import Turn


@dataclass(frozen=True, slots=True)
class TeachableAssistant:
    """An assistant without a platform, with the part that learns."""

    assistant: AnyAssistant
    learning: Learning


@asynccontextmanager
async def open_teachable_assistant(settings: Settings) -> AsyncIterator[TeachableAssistant]:
    """Open an assistant that can be taught, and whose turns are kept on disk or in MongoDB.

    Raises:
        FaqbotError: see `build_retriever`; or the history or the models cannot be opened.
    """
    async with (
        open_stores(settings) as stores,
        open_parts(settings, stores.history, stores, with_models=True) as parts,
    ):
        yield TeachableAssistant(parts.assistant, parts.learning(stores, profile_of(settings)))


@asynccontextmanager
async def open_assistant(settings: Settings) -> AsyncIterator[AnyAssistant]:
    """Open an assistant whose turns are kept; see `open_teachable_assistant`."""
    async with open_teachable_assistant(settings) as talk:
        yield talk.assistant


@asynccontextmanager
async def open_service(
    settings: Settings,
    stores: Stores,
    profile: Profile,
    *,
    report: Callable[[AnswerReport], None],
    processes: Callable[[], int] = lambda: 1,
) -> AsyncIterator[ChatService]:
    """Open the service that chat platforms hand their questions to; it serves none yet.

    `report` hears of each answer that has ended; `processes` is how many share the platforms.

    Raises:
        FaqbotError: see `open_teachable_assistant`.
    """
    turns = PendingTurns(stores.history)
    spooled = SqliteSpool.open(settings.spool_path, most=settings.spool_total)
    spoken = with_owners(settings, profile)
    opened = open_parts(settings, turns, stores, with_models=True, profile=spoken)
    async with spooled as spool, opened as parts:
        learning, language = parts.learning(stores, profile), parts.assistants.language
        limits = UserLimits(per_minute=settings.user_per_minute, per_day=settings.user_per_day)

        def use_rules(rules: ThreadRules) -> None:
            service.thread_rules = rules

        people = people_switches(settings, limits, use_rules)
        service = ChatService(
            assistant=parts.assistant,
            inbox=stores.inbox,
            history=turns,
            archive=stores.archive,
            offline=Offline(spool),
            learning=learning,
            profile=profile,
            limits=limits,
            report=report,
            calls=SharedCalls(stores.cluster, processes=processes),
            messenger=parts.skills.messenger if parts.skills else None,
            operations=parts.operations(stores, profile, people),
            audiences=parts.assistants.audiences,
            desk=open_desk(
                settings,
                stores,
                profile,
                title_of=learning.title_of,
                retriever=parts.retriever,
                audiences=parts.assistants.audiences,
                likeness=Likeness(language.analyzer, parts.embed),
            ),
            sessions_at_once=settings.sessions_at_once,
            lease_s=settings.lease_s,
            redact=mask if settings.masks_what_is_stored else str,
            liked=liked_of(stores, profile, parts.retriever, language.analyzer, parts.catch_up),
        )
        yield service


@asynccontextmanager
async def open_operations(
    settings: Settings,
) -> AsyncIterator[tuple[Operations, Callable[[Turn], Awaitable[bool]]]]:
    """Open the operations of the people who run the bot, and the call that stores a turn.

    Raises:
        FaqbotError: see `open_teachable_assistant`.
    """
    async with (
        open_stores(settings) as stores,
        open_parts(settings, stores.history, stores, with_models=True) as parts,
    ):
        operations = parts.operations(stores, profile_of(settings))
        await operations.switchboard.apply()
        yield operations, stores.history.append


@asynccontextmanager
async def open_forgetful(
    settings: Settings, *, with_models: bool = True
) -> AsyncIterator[AnyAssistant]:
    """Open an assistant that stores nothing, for throw-away questions.

    Without models only its `research` is of use, which calls at most a remote embedder.
    """
    async with (
        begun_stores(settings) as stores,
        open_parts(settings, MemoryHistory(), stores, with_models=with_models) as parts,
    ):
        yield parts.assistant
