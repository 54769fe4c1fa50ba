"""The bot on the web: the real server and desk, with an assistant by script."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fakes.assistants import ScriptedAssistant
from fakes.at_work import AtWork, connected_bot

from bots.bootstrap.stores import Stores
from bots.web.platform import open_web
from config.settings import Settings
from core.assistant.audiences import Audiences
from core.messaging.user_limits import UserLimits
from core.profile import Profile


@asynccontextmanager
async def running_bot(
    folder: Path,
    profile: Profile,
    *,
    per_minute: int = 0,
    working: bool = True,
    make_assistant: Callable[..., Any] = ScriptedAssistant,
    poll_s: float = 0.05,
    make_operations: Callable[..., Any] | None = None,
    audiences: Audiences | None = None,
    **settings: object,
) -> AsyncIterator[AtWork]:
    """Run the bot; entered again on the same folder, it is a restart, or another replica."""
    local = {"data_dir": folder, "web_port": 0}
    given = Settings(_env_file=None, **local | settings)
    assistants: list[Any] = []

    def assistant_on(stores: Stores) -> object:
        assistants.append(make_assistant(history=stores.history))
        return assistants[-1]

    def parts_of(stores: Stores) -> dict[str, object]:
        parts: dict[str, object] = {"limits": UserLimits(per_minute=per_minute, per_day=0)}
        if audiences:
            parts["audiences"] = audiences
        if make_operations:
            parts["operations"] = make_operations(stores, assistants[-1])
        return parts

    opened = connected_bot(
        given,
        profile,
        partial(open_web, poll_s=poll_s),
        assistant_on,
        working=working,
        make_parts=parts_of,
    )
    async with opened as bot:
        yield bot


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
