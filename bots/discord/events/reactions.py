"""The bot's own reactions to messages of people."""

from __future__ import annotations

import asyncio
import logging
from typing import Final
from urllib.parse import quote

import discord

from bots.discord.replies.message_writer import MessageWriter
from core.errors import PlatformError, PlatformRefusedError, RateLimitedError

logger = logging.getLogger(__name__)

_ATTEMPTS: Final = 5
_PAUSE_S: Final = 0.5


async def react(
    writer: MessageWriter,
    message: discord.Message | discord.PartialMessage,
    emoji: str,
    *,
    there: bool = True,
) -> None:
    """Set or remove a reaction; repeating this does no harm. Never raises."""
    channel = message.channel.id
    path = f"/channels/{channel}/messages/{message.id}/reactions/{quote(emoji)}/@me"
    pacer = writer.budgets.reactions(channel)
    for _ in range(_ATTEMPTS):
        try:
            async with pacer.slot():
                await writer.rest.call("PUT" if there else "DELETE", path, window=pacer.window)
        except RateLimitedError:
            continue
        except PlatformRefusedError as error:
            logger.warning("message %s has not the right reactions: %s", message.id, error)
            return
        except PlatformError:
            await asyncio.sleep(_PAUSE_S)
        else:
            return
    logger.warning("message %s has not the right reactions", message.id)
