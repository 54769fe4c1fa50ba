"""An adapter with a scripted assistant, as `faqbot run` puts it together."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from bots.connected import Connected
from bots.stores import open_stores
from config.profiles import load_profile
from config.settings import Settings
from core.desk import Desk
from core.learning import Learning
from core.limits import Limits
from core.profile import Profile

Open = Callable[[Settings, Desk, Profile], AbstractAsyncContextManager[Connected]]


@asynccontextmanager
async def running(
    assistant: Any,  # noqa: ANN401 - whatever has `answer(question)`
    open_platform: Open,
    values: dict[str, str],
    *,
    sessions_at_once: int = 256,
) -> AsyncIterator[Desk]:
    """The platform, connected; `values` are its settings."""
    profile = load_profile("smartstore")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            inbox_total=5_000,
            **values,  # type: ignore[arg-type]
        )
        async with open_stores(settings) as stores:
            desk = Desk(
                assistant=assistant,
                inbox=stores.inbox,
                archive=stores.archive,
                learning=Learning(
                    history=stores.history,
                    archive=stores.archive,
                    inbox=stores.inbox,
                    lessons=stores.lessons,
                    profile=profile,
                    leans=_stands_alone,
                    catch_up=_nothing_taught,
                ),
                profile=profile,
                limits=Limits(per_minute=0, per_day=0),
                sessions_at_once=sessions_at_once,
            )
            async with open_platform(settings, desk, profile) as connected:
                tasks = [asyncio.create_task(desk.run()), asyncio.create_task(connected.run())]
                try:
                    yield desk
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)


async def _stands_alone(_question: str) -> bool:
    return False


async def _nothing_taught() -> None:
    """Nobody teaches in a benchmark."""
