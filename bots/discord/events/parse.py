"""Reading of messages: which are questions, what they ask, and where they are answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import discord

from bots.discord.api.people import Owners, author_of
from bots.discord.api.permissions import may_open_thread
from bots.discord.api.retry import retried
from bots.discord.ids import (
    Beneath,
    Place,
    Target,
    Within,
    asker_of,
    guild_name,
    question_id,
    written,
)
from bots.discord.render.payload import question_under
from core.messaging.service import ChatService
from core.types import Question, SessionId

_MENTION: Final = re.compile(r"<(@!?|@&|#)(\d+)>")
_EMOJI: Final = re.compile(r"<a?(:\w+:)\d+>")
_SAID: Final = (discord.MessageType.default, discord.MessageType.reply)


@dataclass(frozen=True, slots=True)
class Addressed:
    """The conversation that a message belongs to, as `core.learning.Remark` has it.

    It `concerns` the bot where that is called, asked without a mention, or in the conversation.
    """

    session: SessionId
    reply_to: str | None
    concerns: bool


class Reader:
    """Reads messages, with the ids of channels and forums where all of them are questions."""

    def __init__(
        self,
        service: ChatService,
        *,
        channels: frozenset[int],
        forums: frozenset[int],
        owners: Owners,
    ) -> None:
        self._service = service
        self._channels = channels
        self._forums = forums
        self._owners = owners

    async def question(self, message: discord.Message, me: discord.ClientUser) -> Question | None:
        """The question that a message asks; None if it is not for the bot.

        The text is empty where somebody called the bot and said nothing.
        """
        if not is_said(message) or not await self._is_for_me(message, me):
            return None
        return await self.chosen(message, me)

    async def chosen(self, message: discord.Message, me: discord.ClientUser) -> Question | None:
        """The question that a message asks, whomever; None if a person has not written it."""
        if not is_said(message):
            return None
        here, guild = message.channel, message.guild
        target: Target = Within(here.id, message.id)
        if guild is None:
            place = Place(guild_name(None), str(here.id), "")
        elif isinstance(here, discord.Thread):
            place = _thread(here)
        elif (answer := replied_to(message)) and answer.author.id == me.id:
            place = await self._chain(answer, guild.id)
        else:
            place = Place(str(guild.id), str(here.id), str(message.id))
            if may_open_thread(here, guild.me):
                target = Beneath(here.id, message.id)
        return self._asked(message, me, place.session, target)

    def edited(self, message: discord.Message, me: discord.ClientUser) -> Question:
        """Return the question that an edited message asks by now, wherever its answer is."""
        session = Place(guild_name(_guild_id(message)), str(message.channel.id), "").session
        return self._asked(message, me, session, Within(message.channel.id, message.id))

    async def addressed(self, message: discord.Message, me: discord.ClientUser) -> Addressed:
        """Return the conversation that a message belongs to, and what it replies to there.

        A reply to a question in a channel belongs where that was answered, which may be a thread.
        """
        here, guild = message.channel, message.guild
        answered, reply_to = replied_to(message), None
        if answered and answered.author.id == me.id:
            reply_to = f"{here.id}/{answered.id}"
        elif answered:
            reply_to = question_id(_guild_id(message), here.id, answered.id)
        place = Place(guild_name(_guild_id(message)), str(here.id), str(message.id))
        if guild is None:
            place = replace(place, thread="")
        elif isinstance(here, discord.Thread):
            place = _thread(here)
        elif answered and answered.author.id == me.id:
            place = await self._chain(answered, guild.id)
        elif reply_to and (view := await self._service.view(reply_to)):
            return Addressed(view.question.session, reply_to, concerns=True)
        concerns = (
            guild is None
            or calls(message, me)
            or bool({here.id, getattr(here, "parent_id", None)} & (self._channels | self._forums))
            or await self._service.takes_part(place.session)
        )
        return Addressed(place.session, reply_to, concerns)

    def _asked(
        self, message: discord.Message, me: discord.ClientUser, session: SessionId, target: Target
    ) -> Question:
        return Question(
            id=question_id(_guild_id(message), message.channel.id, message.id),
            session=session,
            text=self._text(message, me),
            asker=asker_of(message.author.id),
            asked_at=message.created_at,
            reply_to=written(target),
        )

    def _text(self, message: discord.Message, me: discord.ClientUser) -> str:
        said = text_of(message, me)
        thread = message.channel
        if not (isinstance(thread, discord.Thread) and self._begins_post(message, thread)):
            return said
        tags = " ".join(tag.name for tag in thread.applied_tags)
        return "\n".join(part for part in (tags, thread.name, said) if part)

    def _begins_post(self, message: discord.Message, thread: discord.Thread) -> bool:
        return thread.parent_id in self._forums and message.id == thread.id

    async def _is_for_me(self, message: discord.Message, me: discord.ClientUser) -> bool:
        here = message.channel
        if message.guild is None or calls(message, me):
            return True
        if not _is_for_all(message):
            return False
        if isinstance(here, discord.Thread):
            in_it = await self._is_in_conversation(message, here, me)
            return in_it and not await self._is_for_a_colleague(message, here)
        return here.id in self._channels

    async def _is_in_conversation(
        self, message: discord.Message, thread: discord.Thread, me: discord.ClientUser
    ) -> bool:
        if thread.parent_id in self._forums:  # others may help there undisturbed
            return message.author.id == thread.owner_id
        return thread.owner_id == me.id or await self._service.takes_part(_thread(thread).session)

    async def _is_for_a_colleague(self, message: discord.Message, thread: discord.Thread) -> bool:
        """Whether an owner writes where one was called: that answers whoever has asked."""
        if not self._owners or not await self._service.awaits_person(_thread(thread).session):
            return False
        return self._owners.include(await retried(partial(author_of, message)))

    async def _chain(self, answer: discord.Message, guild_id: int) -> Place:
        """The conversation that an answer in the channel belongs to: that of its question."""
        channel_id = answer.channel.id
        asked_by = answer.reference.message_id if answer.reference else None
        asked = question_under(answer.components)
        if asked is None and asked_by:
            asked = question_id(guild_id, channel_id, asked_by)
        if asked and (view := await self._service.view(asked)):
            _, guild, channel, thread = view.question.session.split(":", 3)
            if channel == str(channel_id) and thread.isdigit():
                return Place(guild, channel, thread)
        return Place(str(guild_id), str(channel_id), str(asked_by or answer.id))


def calls(message: discord.Message, me: discord.ClientUser) -> bool:
    """Whether a message mentions the bot, itself or by its role, or replies to it."""
    if any(user.id == me.id for user in message.mentions):
        return True
    if message.guild and (role := message.guild.self_role) and role in message.role_mentions:
        return True
    answered = replied_to(message)
    return answered is not None and answered.author.id == me.id


def replied_to(message: discord.Message) -> discord.Message | None:
    """The message that this one replies to, where Discord has sent it along."""
    resolved = message.reference.resolved if message.reference else None
    return resolved if isinstance(resolved, discord.Message) else None


def text_of(message: discord.Message, me: discord.ClientUser) -> str:
    """Return the text of a message, without the call to the bot, and with names in place of ids."""
    guild = message.guild
    own_role = guild.self_role if guild else None

    def named(match: re.Match[str]) -> str:
        kind, number = match[1], int(match[2])
        if number == me.id or (own_role and number == own_role.id):
            return ""
        if kind == "#":
            channel = guild.get_channel_or_thread(number) if guild else None
            return f"#{channel.name}" if channel else ""
        named: list[discord.abc.Snowflake] = [*message.mentions, *message.role_mentions]
        found = discord.utils.get(named, id=number)
        return f"@{getattr(found, 'display_name', None) or getattr(found, 'name', '')}"

    return _EMOJI.sub(r"\1", _MENTION.sub(named, message.content)).strip()


def is_said(message: discord.Message) -> bool:
    """Whether a person has written it, in a place that is known, rather than a bot or Discord."""
    if message.guild is None and not isinstance(message.channel, discord.DMChannel):
        return False  # a guild that is out of order: it only looks like a direct message
    return not message.author.bot and not message.webhook_id and message.type in _SAID


def _is_for_all(message: discord.Message) -> bool:
    """Whether it is directed at nobody else in particular."""
    answered = replied_to(message)
    others = message.mentions or message.role_mentions or message.mention_everyone
    return not others and (answered is None or answered.author == message.author)


def _thread(thread: discord.Thread) -> Place:
    return Place(str(thread.guild.id), str(thread.parent_id), str(thread.id))


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None
