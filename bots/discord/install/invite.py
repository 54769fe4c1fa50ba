"""`faqbot discord invite`: the link that adds the bot to a server."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

import discord

from bots.discord.api.permissions import NEEDED
from bots.discord.api.rest import open_rest
from config.settings import Settings
from core.errors import ConfigError

# Only the files of skills, such as an invitation, need this permission; answers do not.
_FILES: Final = discord.Permissions(attach_files=True)
_PAGE: Final = "https://discord.com/oauth2/authorize"


def print_invite(settings: Settings) -> int:
    """Print the link.

    Raises:
        ConfigError: there is no token.
        PlatformError: Discord refuses the token, or cannot be reached.
    """
    if not settings.has_discord:
        raise ConfigError("DISCORD_BOT_TOKEN is not set, and the link needs it")
    print(invite_link(asyncio.run(_application_id(settings))))  # noqa: T201 - the interface
    return 0


def invite_link(application_id: str) -> str:
    """Return the link, with the permissions that the bot needs and its commands."""
    asked = {
        "client_id": application_id,
        "scope": "bot applications.commands",
        "permissions": str((NEEDED | _FILES).value),
    }
    return f"{_PAGE}?{urlencode(asked)}"


async def _application_id(settings: Settings) -> str:
    token = settings.discord_bot_token.get_secret_value().strip()
    async with open_rest(api=settings.discord_api_url, token=token) as rest:
        return str((await rest.call("GET", "/applications/@me"))["id"])
