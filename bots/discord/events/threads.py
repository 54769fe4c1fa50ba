"""The threads and reply chains on Discord: their conversations, and the people in them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Final, TypeVar

import aiohttp
import discord

from bots.discord.api.permissions import held_in
from bots.discord.events.content import text_of
from bots.discord.ids import Place, asker_of, place_of, question_id
from bots.discord.render.payload import question_under
from core.bounded import BoundedDict
from core.errors import PlatformError, StoreAwayError
from core.messaging.questions_above import NEARBY_S, SaidAbove
from core.messaging.service import ChatService
from core.text.korean import compact

logger = logging.getLogger(__name__)

T = TypeVar("T")

_WITHIN_S: Final = 5.0
_LOOKED_AT: Final = 100  # the messages of a thread that one call returns
_READ_ABOVE: Final = 20  # the messages above a call that may be the question
_NEARBY: Final = 5
_SAID: Final = (discord.MessageType.default, discord.MessageType.reply)
_MOST_KEPT: Final = 2_000


class Threads:
    """Finds the threads that were opened on an answer of the bot; look-ups are cached."""

    def __init__(self, service: ChatService) -> None:
        self._service = service
        self._opened_on: BoundedDict[int, Place | None] = BoundedDict(_MOST_KEPT)

    async def place_of(self, thread: discord.Thread, me: discord.ClientUser) -> Place:
        """Return the conversation of a thread, or that of the answer on which it was opened."""
        return await self._answered_above(thread, me) or _own_place(thread)

    async def is_bots(self, thread: discord.Thread, me: discord.ClientUser) -> bool:
        """Return whether a thread is the bot's own, or was opened on one of its answers."""
        return thread.owner_id == me.id or await self._answered_above(thread, me) is not None

    async def chain(self, answer: discord.Message, guild_id: int) -> Place:
        """Return the conversation of an answer in a channel, which is that of its question.

        While the store is away, it is that of the message that was answered.
        """
        channel_id = answer.channel.id
        asked_by = answer.reference.message_id if answer.reference else None
        asked = question_under(answer.components)
        if asked is None and asked_by:
            asked = question_id(guild_id, channel_id, asked_by)
        try:
            view = await self._service.view(asked) if asked else None
        except StoreAwayError:
            view = None
        if view:
            place = place_of(view.question.session)
            if place.channel == str(channel_id) and place.thread.isdigit():
                return place
        return Place(str(guild_id), str(channel_id), str(asked_by or answer.id))

    async def said_above(
        self, message: discord.Message, me: discord.ClientUser
    ) -> Sequence[SaidAbove]:
        """Return what people have said above a message of a thread, the first message first.

        The first message of a post has its title; a thread without one has its name.

        Raises:
            PlatformError: Discord does not answer.
        """
        thread = message.channel
        assert isinstance(thread, discord.Thread)  # noqa: S101 - the caller has looked

        async def read() -> list[discord.Message]:
            return [one async for one in thread.history(limit=_READ_ABOVE, before=message)]

        others = [
            SaidAbove(
                question_id(thread.guild.id, thread.id, one.id),
                "" if one.author.id == me.id else text_of(one, me),
            )
            for one in reversed(await _soon(read()))
            if one.id != thread.id and one.type in _SAID
        ]
        return [await self._beginning(thread, me), *others]

    async def said_nearby(
        self, message: discord.Message, me: discord.ClientUser
    ) -> Sequence[SaidAbove]:
        """Return what people have said in a channel shortly before a message, in order.

        Raises:
            PlatformError: Discord does not answer.
        """
        here, guild = message.channel, message.guild
        since = message.created_at - timedelta(seconds=NEARBY_S)

        async def read() -> list[discord.Message]:
            return [one async for one in here.history(limit=_NEARBY, before=message)]

        return [
            SaidAbove(
                question_id(guild.id if guild else None, here.id, one.id),
                "" if one.author.id == me.id else text_of(one, me),
            )
            for one in reversed(await _soon(read()))
            if one.type in _SAID and one.created_at > since
        ]

    async def _beginning(self, thread: discord.Thread, me: discord.ClientUser) -> SaidAbove:
        title = question_of(thread) if is_post(thread) else ""
        first = await self._first_message(thread)
        if first is None:
            return SaidAbove("", "" if thread.owner_id == me.id else title or thread.name)
        text = "" if first.author.id == me.id else text_of(first, me)
        asked = question_id(thread.guild.id, first.channel.id, first.id)
        return SaidAbove(asked, "\n".join(filter(None, (title, text))))

    async def _answered_above(self, thread: discord.Thread, me: discord.ClientUser) -> Place | None:
        if thread.owner_id == me.id or is_post(thread):
            return None
        if thread.id not in self._opened_on:
            first = await self._first_message(thread)
            ours = first is not None and first.author.id == me.id
            place = await self.chain(first, thread.guild.id) if first and ours else None
            self._opened_on[thread.id] = place
        return self._opened_on[thread.id]

    async def _first_message(self, thread: discord.Thread) -> discord.Message | None:
        """Return the message on which a thread was opened; None if it cannot be read."""
        where = thread if is_post(thread) else thread.parent
        if not isinstance(where, discord.abc.Messageable):
            return None
        try:
            return await _soon(where.fetch_message(thread.id))
        except PlatformError as error:
            logger.info("what thread %s was opened on is not known: %s", thread.id, error)
            return None


async def people_in(thread: discord.Thread) -> frozenset[str]:
    """Return the people, without bots, who have lately written in a thread, as asker ids.

    Raises:
        PlatformError: Discord does not answer.
    """

    async def read() -> list[discord.Message]:
        return [message async for message in thread.history(limit=_LOOKED_AT)]

    said = await _soon(read())
    return frozenset(
        asker_of(one.author.id)
        for one in said
        if one.type in _SAID and not one.author.bot and not one.webhook_id
    )


def is_closed(channel: object) -> bool:
    """Return whether a moderator has closed a thread, so that the bot cannot write there."""
    if not isinstance(channel, discord.Thread) or not channel.locked:
        return False
    return not held_in(channel, channel.guild.me).manage_threads


def is_post(thread: discord.Thread) -> bool:
    """Return whether a thread is a post of a forum or of a media channel."""
    return isinstance(thread.parent, discord.ForumChannel)


def question_of(post: discord.Thread, said: str = "") -> str:
    """Return what a post asks: its tags, its title and its text, a title that is repeated once.

    The tags stand before other words: on a line of their own they would be a question.
    """
    title = "" if compact(said).startswith(compact(post.name)) else post.name
    opening = " ".join([*(tag.name for tag in post.applied_tags), title or said])
    return "\n".join(filter(None, (opening, said if title else "")))


def _own_place(thread: discord.Thread) -> Place:
    return Place(str(thread.guild.id), str(thread.parent_id), str(thread.id))


async def _soon(call: Awaitable[T]) -> T:
    """Return the result of a call within a short time.

    Raises:
        PlatformError: Discord refuses the call, or does not answer in time.
    """
    try:
        async with asyncio.timeout(_WITHIN_S):
            return await call
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PlatformError(f"Discord does not answer: {error}") from error
