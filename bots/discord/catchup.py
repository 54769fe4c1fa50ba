"""After downtime: questions that were asked meanwhile are found in the channels, and taken in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import discord

from bots.discord.listening import Listener

logger = logging.getLogger(__name__)

_LONGEST: Final = timedelta(days=1)  # whoever asked before that has given up
_MOST_CHANNELS: Final = 50  # of one guild, those with the latest messages
_MOST_MESSAGES: Final = 100  # of one channel: one call

_Channel = discord.TextChannel | discord.Thread


async def catch_up(
    guilds: Iterable[discord.Guild], listener: Listener, *, since: datetime | None
) -> None:
    """Hear what was said `since` the last question, in order; what is known stays as it is.

    In order, so that the last question stays a good place to go on from if this breaks off. Direct
    messages are not among it: Discord does not tell which there are.
    """
    if since is None:  # nobody has ever asked anything: there is nothing to go on with
        return
    since = max(since, datetime.now(UTC) - _LONGEST)
    said: list[discord.Message] = []
    for guild in guilds:
        for channel in _with_news(guild, discord.utils.time_snowflake(since)):
            try:
                said += [m async for m in channel.history(limit=_MOST_MESSAGES, after=since)]
            except discord.HTTPException as error:
                logger.warning("not caught up on in %s: %s", channel.id, error)
    missed = 0
    for message in sorted(said, key=lambda message: message.id):
        missed += await listener.hear(message, late=True)
    if missed:
        logger.warning("%d questions were asked while nobody listened", missed)


def _with_news(guild: discord.Guild, since: int) -> Iterator[_Channel]:
    channels: list[_Channel] = [*guild.text_channels, *guild.threads]
    channels.sort(key=lambda channel: channel.last_message_id or 0, reverse=True)
    for channel in channels[:_MOST_CHANNELS]:
        held = channel.permissions_for(guild.me)
        if (channel.last_message_id or 0) > since and held.read_message_history:
            yield channel
