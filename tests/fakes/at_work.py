"""A bot as `faqbot run` puts it together: one platform, a chat service on its stores, at work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass, field, replace
from typing import Any

from fakes.cases import desk_of
from fakes.learning import learning_of

from bots.bootstrap.stores import Stores, open_stores
from bots.shared.platform import RunningPlatform
from config.settings import Settings
from core.errors import StoreAwayError
from core.messaging.inbox.offline import Offline
from core.messaging.pending_turns import PendingTurns
from core.messaging.service import ChatService
from core.messaging.user_limits import UserLimits
from core.profile import Profile
from core.types import InboxState

Open = Callable[[Settings, ChatService, Profile], AbstractAsyncContextManager[RunningPlatform]]


@dataclass
class AtWork:
    """The running bot: its parts, and how to let it die."""

    service: ChatService
    stores: Stores
    assistant: Any
    profile: Profile
    connected: RunningPlatform
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its page is, on the web."""
        return self.connected.address

    async def stop(self) -> None:
        """End it as a signal does."""
        await _ended(self.tasks)


def make_service(stores: Stores, profile: Profile, **parts: object) -> ChatService:
    """A chat service without limits; any of its parts may be replaced by name."""
    usual = {
        "inbox": stores.inbox,
        "archive": stores.archive,
        "history": PendingTurns(stores.history),
        "offline": Offline(),
        "learning": learning_of(stores, profile),
        "profile": profile,
        "limits": UserLimits(per_minute=0, per_day=0),
    }
    return ChatService(**(usual | parts))


@asynccontextmanager
async def opened_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Open the stores as a start does, which tries again where a busy store does not answer yet."""
    async with AsyncExitStack() as stack:
        for left in reversed(range(10)):
            try:
                stores = await stack.enter_async_context(open_stores(settings))
            except StoreAwayError:
                if not left:
                    raise
            else:
                yield stores
                return


@asynccontextmanager
async def connected_bot(
    settings: Settings,
    profile: Profile,
    open_platform: Open,
    make_assistant: Callable[[Stores], object],
    *,
    working: bool = True,
    make_parts: Callable[[Stores], dict[str, object]] = lambda stores: {},
) -> AsyncIterator[AtWork]:
    """Run a bot on stores of its own; unless `working`, what it hears is stored and not answered.

    `make_parts` gives what the chat service gets in place of the usual.
    """
    async with opened_stores(settings) as stores:
        turns = PendingTurns(stores.history)
        assistant = make_assistant(replace(stores, history=turns))
        parts = {
            "assistant": assistant,
            "history": turns,
            "desk": desk_of(stores, profile, settings),
        }
        if messenger := getattr(assistant, "messenger", None):  # with which its skills write
            messenger.history, messenger.inbox = stores.history, stores.inbox
            parts["messenger"] = messenger
        parts |= make_parts(stores)
        service = make_service(stores, profile, **parts)
        async with at_work(service, settings, profile, open_platform, working=working) as platform:
            connected, tasks = platform
            yield AtWork(service, stores, assistant, profile, connected, tasks)


@asynccontextmanager
async def at_work(
    service: ChatService,
    settings: Settings,
    profile: Profile,
    open_platform: Open,
    *,
    working: bool = True,
) -> AsyncIterator[tuple[RunningPlatform, list[asyncio.Task[None]]]]:
    """Connect a chat service to a platform, and let both run until leaving."""
    async with open_platform(settings, service, profile) as connected:
        answering = [service.run, lambda: service.keep_cases(_alone)] if working else []
        runs = [*answering, connected.run]
        tasks = [asyncio.create_task(run()) for run in runs]
        try:
            yield connected, tasks
        finally:
            await _ended(tasks)


async def _alone() -> bool:
    return True


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task


async def settled(bot: AtWork, question_id: str) -> None:
    """Wait until the inbox says that a question has its answer; a store tells nobody."""
    async with asyncio.timeout(30):
        while (await bot.stores.inbox.find(question_id)).state is InboxState.ANSWERING:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
