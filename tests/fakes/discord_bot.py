"""The bot on the local Discord: the real client and desk, with an assistant by script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fakes.assistants import ScriptedAssistant
from fakes.at_work import AtWork, connected_bot

from bots.discord.platform import open_discord
from config.settings import Settings
from core.messaging.user_limits import UserLimits
from core.profile import Profile
from devtools.discord import Channel, DiscordServer, Message


@asynccontextmanager
async def running_bot(
    fake: DiscordServer,
    folder: Path,
    profile: Profile,
    *,
    per_minute: int = 0,
    working: bool = True,
    make_assistant: Callable[..., Any] = ScriptedAssistant,
    parts: dict[str, object] | None = None,
    **settings: object,
) -> AsyncIterator[AtWork]:
    """Run the bot until it is online; entered again on the same folder, it is a restart."""
    local = {
        "DISCORD_BOT_TOKEN": fake.settings.token,
        "DISCORD_API_URL": fake.url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
    }
    given = Settings(_env_file=None, data_dir=folder, **local | settings)
    opened = connected_bot(
        given,
        profile,
        open_discord,
        lambda stores: make_assistant(history=stores.history),
        working=working,
        make_parts=lambda stores: (
            {"limits": UserLimits(per_minute=per_minute, per_day=0)} | (parts or {})
        ),
    )
    async with opened as bot:
        await fake.until(lambda: fake.online)
        yield bot


def thread_of(fake: DiscordServer, channel: Channel) -> Channel | None:
    """The newest thread of a channel."""
    threads = fake.threads_of(channel)
    return threads[-1] if threads else None


def answers_in(fake: DiscordServer, channel: Channel | None) -> list[Message]:
    """The bot's messages in a channel or thread, without those that Discord writes for it."""
    if channel is None:
        return []
    return [m for m in fake.messages_of(channel, bot_only=True) if m.type in (0, 19, 20)]
