"""The bot on the web: the real server and desk, with an assistant by script."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.assistants import ScriptedAssistant

from bots.stores import Stores, open_stores
from bots.web import open_web
from config.settings import Settings
from core.desk import Desk
from core.limits import Limits
from core.profile import Profile


@dataclass(frozen=True, slots=True)
class RunningBot:
    desk: Desk
    assistant: ScriptedAssistant
    stores: Stores
    profile: Profile
    address: str


@asynccontextmanager
async def running_bot(
    folder: Path,
    profile: Profile,
    *,
    per_minute: int = 0,
    working: bool = True,
    make_assistant: Callable[..., Any] = ScriptedAssistant,
    poll_s: float = 0.05,
    **settings: object,
) -> AsyncIterator[RunningBot]:
    """Run the bot; entered again on the same folder, it is a restart, or another replica."""
    local = {"data_dir": folder, "web_port": 0}
    given = Settings(_env_file=None, **local | settings)
    async with open_stores(given) as stores:
        assistant = make_assistant(history=stores.history)
        desk = Desk(
            assistant=assistant,
            inbox=stores.inbox,
            archive=stores.archive,
            profile=profile,
            limits=Limits(per_minute=per_minute, per_day=0),
        )
        async with open_web(given, desk, profile, poll_s=poll_s) as connected:
            tasks = [asyncio.create_task(connected.run())]
            if working:
                tasks.append(asyncio.create_task(desk.run()))
            try:
                address = connected.about.removeprefix("Web: ").split(",")[0]
                yield RunningBot(desk, assistant, stores, profile, address)
            finally:
                for task in tasks:
                    task.cancel()
                for task in tasks:
                    with suppress(asyncio.CancelledError):
                        await task


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
