"""Messages in channels: questions that are asked, edited, deleted and stopped."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

import discord

from bots.discord.api.permissions import held_in, may_post, may_write, missing
from bots.discord.api.retry import retried
from bots.discord.context import Context
from bots.discord.events.lessons import LessonHandler
from bots.discord.events.parse import Reader, calls
from bots.discord.ids import question_id
from bots.discord.render.payload import question_in
from bots.shared.intake import reason_for
from core.errors import StorageError
from core.types import Question, Receipt

logger = logging.getLogger(__name__)

_STOP: Final = "🛑"
_DAY_S: Final = 86_400.0


class MessageHandler:
    """Hands what people do in channels to the chat service. `me` is the bot's own user."""

    def __init__(self, context: Context, reader: Reader, me: discord.ClientUser) -> None:
        self._context = context
        self._reader = reader
        self._me = me
        self._lessons = LessonHandler(context, reader, me)

    async def hear(self, message: discord.Message, *, late: bool = False) -> bool:
        """Take the message in as a question, if it is one; whether it is a new one.

        A `late` message is one of those that were written while nobody listened. One with the tag
        teaches, whether it mentions the bot or not.
        """
        if await self._lessons.hear(message, late=late):
            return False
        question = await self._reader.question(message, self._me)
        if question is None:
            return False
        if question.text:
            return await self._may_answer(message) and await self._receive(question, message)
        if not late and calls(message, self._me):
            await self._say(message, self._context.profile.empty_mention)
        return False

    async def edited(self, message: discord.Message) -> None:
        """Answer an edited question anew; an edit may also make a question of a message."""
        if message.author.bot or await self._lessons.edited(message):
            return
        question = self._reader.edited(message, self._me)
        revise = partial(self._context.service.revise, question)
        receipt = await retried(revise) if question.text else None
        if receipt:
            await self._explain(message, receipt)
        else:
            await self.hear(message)

    async def deleted(self, guild_id: int | None, channel_id: int, message_id: int) -> None:
        """Take the answer to a deleted question away, or forget what the message taught."""
        asked = question_id(guild_id, channel_id, message_id)
        try:
            await retried(partial(self._context.service.withdraw, asked))
        finally:
            await self._lessons.deleted(guild_id, channel_id, message_id)

    async def reacted(self, reaction: discord.RawReactionActionEvent) -> None:
        """Stop the answer whose question, or one of whose messages, got a stop sign."""
        if reaction.emoji.name != _STOP or reaction.user_id == self._me.id:
            return
        service = self._context.service
        guild, channel, message = reaction.guild_id, reaction.channel_id, reaction.message_id
        if await service.stop(question_id(guild, channel, message)):
            return
        if reaction.message_author_id in (None, self._me.id):
            path = f"/channels/{channel}/messages/{message}"
            told = await self._context.writer.rest.call("GET", path)
            if asked := question_in(told.get("components") or []):
                await service.stop(asked)

    async def _receive(self, question: Question, message: discord.Message) -> bool:
        try:
            receipt = await retried(partial(self._context.service.receive, question))
        except StorageError as error:
            logger.error("question %s is not stored: %s", question.id, error)
            await self._say(message, self._context.profile.not_stored)
            return False
        await self._explain(message, receipt)
        return receipt is Receipt.STORED

    async def _explain(self, message: discord.Message, receipt: Receipt) -> None:
        """Tell the asker why there will be no answer, if there will be none."""
        if reason := reason_for(self._context.profile, receipt):
            await self._say(message, reason)

    async def _say(self, message: discord.Message, text: str) -> None:
        to = str(message.author.id)
        await self._context.notices.reply(message.channel.id, message.id, text, to=to)

    async def _may_answer(self, message: discord.Message) -> bool:
        """Whether an answer can be shown; what is missing is told to who may be able to help."""
        if message.guild is None:
            return True
        me, here = message.guild.me, message.channel
        lacking = missing(held_in(here, me))
        if not lacking:
            return True
        logger.warning("in #%s (%s) the bot lacks: %s", here, here.id, ", ".join(lacking))
        text = self._context.profile.permissions_missing.format(
            place=getattr(here, "name", here.id), names=", ".join(lacking)
        )
        notices = self._context.notices
        if may_post(here, me):
            to = str(here.id)
            await notices.reply(here.id, message.id, text, to=to, every_s=_DAY_S)
        if may_write(here, me):
            return True
        # Whoever runs the server, and who asked, since the owner may not read it.
        for person in {message.author.id, message.guild.owner_id or message.author.id}:
            await notices.direct(person, text, every_s=_DAY_S)
        return False
