"""The bot on the local Discord: the real client and desk, with an assistant by script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.assistants import ScriptedAssistant
from fakes.discord import Channel, DiscordServer, Message
from fakes.learning import learning_of

from bots.discord import open_discord
from bots.stores import Stores, open_stores
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


@asynccontextmanager
async def running_bot(
    fake: DiscordServer,
    folder: Path,
    profile: Profile,
    *,
    per_minute: int = 0,
    working: bool = True,
    make_assistant: Callable[..., Any] = ScriptedAssistant,
    **settings: object,
) -> AsyncIterator[RunningBot]:
    """Run the bot until it is online; entered again on the same folder, it is a restart."""
    local = {
        "DISCORD_BOT_TOKEN": fake.settings.token,
        "DISCORD_API_URL": fake.url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
    }
    given = Settings(_env_file=None, data_dir=folder, **local | settings)
    async with open_stores(given) as stores:
        assistant = make_assistant(history=stores.history)
        desk = Desk(
            assistant=assistant,
            inbox=stores.inbox,
            archive=stores.archive,
            learning=learning_of(stores, profile),
            profile=profile,
            limits=Limits(per_minute=per_minute, per_day=0),
        )
        async with open_discord(given, desk, profile) as connected:
            tasks = [asyncio.create_task(connected.run())]
            if working:
                tasks.append(asyncio.create_task(desk.run()))
            try:
                await fake.until(lambda: fake.online)
                yield RunningBot(desk, assistant, stores, profile)
            finally:
                for task in tasks:
                    task.cancel()
                for task in tasks:
                    with suppress(asyncio.CancelledError):
                        await task


def thread_of(fake: DiscordServer, channel: Channel) -> Channel | None:
    """The newest thread of a channel."""
    threads = fake.threads_of(channel)
    return threads[-1] if threads else None


def answers_in(fake: DiscordServer, channel: Channel | None) -> list[Message]:
    """The bot's messages in a channel or thread, without those that Discord writes for it."""
    if channel is None:
        return []
    return [m for m in fake.messages_of(channel, bot_only=True) if m.type in (0, 19, 20)]
