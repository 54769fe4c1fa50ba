"""The backfill after downtime: it reads the messages that were sent while the bot was away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import aiohttp
import discord

from bots.discord.events.messages import MessageHandler
from bots.discord.ids import DIRECT, PREFIX, place_of
from core.errors import AwayError, StorageError
from core.messaging.service import ChatService
from core.retry import until_back

logger = logging.getLogger(__name__)

_LONGEST: Final = timedelta(days=1)  # people do not wait longer for an answer
_MOST_CHANNELS: Final = 50  # the channels of a guild with the latest messages
_MOST_DIRECT: Final = 20
_MOST_MESSAGES: Final = 100  # the messages of a channel that one call returns
_RETRIES_S: Final = (1.0, 5.0, 20.0)
_TICK: Final = timedelta(milliseconds=1)  # of Discord's times: another message may have the same

_Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


async def catch_up(
    since: Mapping[discord.Guild, datetime | None],
    message_handler: MessageHandler,
    *,
    direct: Callable[[], Awaitable[Sequence[discord.DMChannel]]] | None = None,
    direct_since: datetime | None = None,
) -> None:
    """Handle the messages in guilds since their last question; known ones change nothing.

    Messages are handled in order, so that the next backfill can continue if this one fails. Each
    waits while the store is away.
    `direct` returns the direct messages to read, because Discord does not list them.
    """
    said: list[discord.Message] = []
    for guild, last in since.items():
        if last is not None:  # without it, nobody has asked in this guild yet
            said += await _said(guild, _before(last))
    if direct and direct_since:
        for channel in await direct():
            said += await _history(channel, _before(direct_since))
    missed = 0
    settled = _answered_by_people([one for one in said if not message_handler.teaches(one)])
    for message in sorted(said, key=lambda message: message.id):
        answered = message.id in settled
        hear = partial(message_handler.hear, message, late=True, answered=answered)
        missed += await until_back(hear)
    if missed:
        logger.warning("%d questions were asked while the bot was away", missed)


def _before(last: datetime) -> datetime:
    """Return the time after which to read, which includes all that was said at that of `last`."""
    return max(last - _TICK, datetime.now(UTC) - _LONGEST)


async def direct_channels(client: discord.Client, service: ChatService) -> list[discord.DMChannel]:
    """Return the direct messages with people who have asked there before, the latest first.

    Raises:
        AwayError: the store does not tell them now.
    """
    try:
        sessions = await service.latest_sessions(f"{PREFIX}{DIRECT}:", _MOST_DIRECT)
    except AwayError:
        raise
    except StorageError as error:
        logger.warning("missed direct messages are not read: %s", error)
        return []
    found: list[discord.DMChannel] = []
    for number in [int(place_of(session).channel) for session in sessions]:
        try:
            channel = await client.fetch_channel(number)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            logger.warning("missed direct messages in %s are not read: %s", number, error)
            continue
        if isinstance(channel, discord.DMChannel):
            found.append(channel)
    return found


def _answered_by_people(said: Sequence[discord.Message]) -> frozenset[int]:
    """Return the ids of messages to or after which another person has written meanwhile."""
    people = [one for one in said if not one.author.bot]
    settled: set[int] = set()
    authors = {one.id: one.author.id for one in people}
    latest: dict[int, dict[int, int]] = {}  # the last message of each author, by thread
    for one in people:
        replied_to = one.reference.message_id if one.reference else None
        below = one.channel.id if isinstance(one.channel, discord.Thread) else None
        for asked in (replied_to, below):
            if asked in authors and authors[asked] != one.author.id:
                settled.add(asked)
        if below:
            spoken = latest.setdefault(below, {})
            spoken[one.author.id] = max(one.id, spoken.get(one.author.id, 0))
    for one in people:
        others = latest.get(one.channel.id, {})
        if any(author != one.author.id and last > one.id for author, last in others.items()):
            settled.add(one.id)
    return frozenset(settled)


async def _said(guild: discord.Guild, since: datetime) -> list[discord.Message]:
    said: list[discord.Message] = []
    for channel in _with_news(guild, discord.utils.time_snowflake(since)):
        said += await _history(channel, since)
    return said


async def _history(channel: _Channel | discord.DMChannel, since: datetime) -> list[discord.Message]:
    """Return the messages in a channel; none if they cannot be read."""
    for pause_s in (*_RETRIES_S, None):
        try:
            return [m async for m in channel.history(limit=_MOST_MESSAGES, after=since)]
        except discord.Forbidden:
            break
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
            logger.warning("missed messages in %s are not read: %s", channel.id, error)
            if pause_s is not None:
                await asyncio.sleep(pause_s)
    return []


def _with_news(guild: discord.Guild, since: int) -> Iterator[_Channel]:
    channels: list[_Channel] = [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    ]
    channels.sort(key=lambda channel: channel.last_message_id or 0, reverse=True)
    for channel in channels[:_MOST_CHANNELS]:
        held = channel.permissions_for(guild.me)
        if (channel.last_message_id or 0) > since and held.read_message_history:
            yield channel
