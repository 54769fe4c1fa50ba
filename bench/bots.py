"""An adapter with a scripted assistant, as `faqbot run` puts it together."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fakes.at_work import connected_bot

from bots.shared.platform import RunningPlatform
from config.profiles import load_profile
from config.settings import Settings
from core.messaging.service import ChatService
from core.profile import Profile

Open = Callable[[Settings, ChatService, Profile], AbstractAsyncContextManager[RunningPlatform]]


@asynccontextmanager
async def running(
    assistant: Any,  # noqa: ANN401 - whatever has `answer(question)`
    open_platform: Open,
    values: dict[str, str],
    *,
    sessions_at_once: int = 256,
) -> AsyncIterator[ChatService]:
    """The platform, connected; `values` are its settings."""
    profile = load_profile("smartstore")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            inbox_total=5_000,
            **values,  # type: ignore[arg-type]
        )
        opened = connected_bot(
            settings,
            profile,
            open_platform,
            lambda _stores: assistant,
            make_parts=lambda _stores: {"sessions_at_once": sessions_at_once},
        )
        async with opened as bot:
            yield bot.service
