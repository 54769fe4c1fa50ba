"""Discord: answers in threads, forums and direct messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from bots.shared.platform import Check, Command, Platform, RunningPlatform

if TYPE_CHECKING:
    from config.settings import Settings
    from core.messaging.service import ChatService
    from core.profile import Profile


def _off(settings: Settings) -> str:
    return "" if settings.has_discord else "DISCORD_BOT_TOKEN is not set"


def _open(
    settings: Settings, service: ChatService, profile: Profile
) -> AbstractAsyncContextManager[RunningPlatform]:
    from bots.discord.platform import open_discord

    return open_discord(settings, service, profile)


def _check(settings: Settings) -> Iterator[Check]:
    from bots.discord.checks import check_discord

    return check_discord(settings)


def _invite(settings: Settings) -> int:
    from bots.discord.install.invite import print_invite

    return print_invite(settings)


DISCORD = Platform(
    name="Discord",
    off=_off,
    open=_open,
    check=_check,
    commands=(
        Command(
            "invite",
            "Print the link that adds the bot to a server.",
            _invite,
        ),
    ),
)
