"""After downtime: questions that were asked meanwhile are found in the channels, and taken in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import discord

from bots.discord.context import Context
from bots.discord.ids import PREFIX
from bots.discord.listening import Listener
from core.errors import FaqbotError

logger = logging.getLogger(__name__)

_LONGEST: Final = timedelta(days=1)  # whoever asked before that has given up
_MOST_CHANNELS: Final = 50  # of one guild, those with the latest messages
_MOST_MESSAGES: Final = 100  # of one channel: one call

_Channel = discord.TextChannel | discord.Thread


async def catch_up(context: Context, guilds: list[discord.Guild], listener: Listener) -> None:
    """Hear what was said since the last question of each guild; what is known stays as it is.

    Direct messages are not among it: Discord does not tell which there are.
    """
    for guild in guilds:
        try:
            await _catch_up(context, guild, listener)
        except (FaqbotError, discord.HTTPException) as error:
            logger.warning("not everything was caught up on in %s: %s", guild.id, error)


async def _catch_up(context: Context, guild: discord.Guild, listener: Listener) -> None:
    last = await context.desk.last_seen(f"{PREFIX}{guild.id}:")
    if last is None:  # nobody has asked anything here: there is nothing to go on with
        return
    since = max(last, datetime.now(UTC) - _LONGEST)
    missed = 0
    for channel in _with_news(guild, discord.utils.time_snowflake(since)):
        async for message in channel.history(limit=_MOST_MESSAGES, after=since):
            missed += await listener.hear(message, late=True)
    if missed:
        logger.warning("%d questions were asked in %s meanwhile", missed, guild.id)


def _with_news(guild: discord.Guild, since: int) -> Iterator[_Channel]:
    channels: list[_Channel] = [*guild.text_channels, *guild.threads]
    channels.sort(key=lambda channel: channel.last_message_id or 0, reverse=True)
    for channel in channels[:_MOST_CHANNELS]:
        held = channel.permissions_for(guild.me)
        if (channel.last_message_id or 0) > since and held.read_message_history:
            yield channel
