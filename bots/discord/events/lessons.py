"""Lessons that people teach in channels by messages with the tag.

A learnt message gets the bot's ✅, which can be set twice without harm. The confirmation is posted
once.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Final

import discord

from bots.discord.api.people import author_of
from bots.discord.api.retry import retried
from bots.discord.context import Context
from bots.discord.events.content import has_media, is_said, text_of
from bots.discord.events.parse import Belonging, Reader
from bots.discord.events.reactions import react
from bots.discord.ids import asker_of, question_id
from bots.discord.render.components import Page
from bots.discord.render.lesson_page import lesson_page, offer_page
from core.errors import PlatformError, StorageError
from core.lessons.book import Outcome, Taught
from core.lessons.remarks import Remark
from core.lessons.tag import is_lesson
from core.lessons.wording import SHOWN_OPENLY, said_of
from core.types import SessionId

logger = logging.getLogger(__name__)

MARK: Final = "✅"
_IDLE_WITHIN_S: Final = 1.5
_MINUTE_S: Final = 60.0  # within this time, the same notice is not repeated
_DONE: Final = (
    Outcome.LEARNED,
    Outcome.CORRECTED,
    Outcome.KNOWN,
    Outcome.APPROVED,
    Outcome.UNLEARNED,
    Outcome.HELD,
)


class LessonHandler:
    """Hands lessons of people to the chat service. `me` is the bot's own user."""

    def __init__(self, context: Context, reader: Reader, me: discord.ClientUser) -> None:
        self._context = context
        self._reader = reader
        self._me = me

    async def hear(self, message: discord.Message, *, late: bool = False) -> bool:
        """Learn from a message with the tag; return whether it has one, and so is no question.

        A `late` message may have been handled before, so that only news about it is posted.
        """
        if late and message.edited_at:
            return await self.edited(message, late=True)
        if not is_said(message) or not self._is_lesson(message):
            return False
        await self._take(message, late=late)
        return True

    async def adopt(self, message: discord.Message, by: discord.abc.User) -> str:
        """Learn another person's message for an owner; return the text for the owner.

        The text is "" if the confirmation was posted openly.

        Raises:
            StorageError, PlatformError: it is not learnt.
        """
        profile = self._context.profile
        if not self._context.owners.include(by):
            return said_of(Taught(Outcome.NOT_ALLOWED), profile)
        if not text_of(message, self._me) or message.author.bot:
            return profile.teach.no_text
        place = await self._reader.belongs(message, self._me)
        remark = self._said_by(message, by, place)
        taught = await self._context.service.learning.adopt(remark)
        if taught.outcome in SHOWN_OPENLY:
            await self._show(message, taught)
            return ""
        return said_of(taught, profile)

    async def offers(self, message: discord.Message) -> bool:
        """Ask an owner who contradicts the bot's answer whether to learn it; return whether so.

        They are asked in a direct message, and only once. Such a message is no question to the bot.

        Raises:
            StorageError: the answer cannot be looked up.
        """
        if not is_said(message):
            return False
        try:
            author = await author_of(message)
        except PlatformError as error:
            logger.info("%s is not treated as an owner: %s", message.author.id, error)
            return False
        if not self._context.owners.include(author):
            return False
        place = await self._reader.belongs(message, self._me)
        remark = self._said_by(message, author, place)
        learning = self._context.service.learning
        # What is being written now is what they see; it is stored when it is complete.
        if not await self._context.service.has_answered(place.session, within_s=_IDLE_WITHIN_S):
            return False
        turn = await learning.contradicted(remark)
        if turn is None:
            return False
        if lesson := await retried(partial(learning.offer, remark, turn)):
            page = offer_page(lesson, self._context.profile)
            asked = replace(page, content=f"{page.content}\n{message.jump_url}")
            await self._context.notices.direct(author.id, asked)
        return True

    def _said_by(self, message: discord.Message, by: discord.abc.User, place: Belonging) -> Remark:
        """Return another person's message as a remark on behalf of a person who may teach."""
        return Remark(
            id=_id(message),
            session=place.session,
            text=text_of(message, self._me),
            author=asker_of(by.id),
            author_name=by.display_name,
            may_teach=True,
            reply_to=place.reply_to,
            said_at=message.created_at,
            has_media=has_media(message),
        )

    async def edited(self, message: discord.Message, *, late: bool = False) -> bool:
        """Learn from an edited message; return whether it has the tag, or had it before."""
        if not is_said(message) or _is_withheld(message):
            return False
        if self._is_lesson(message):
            await self._take(message, late=late)
            return True
        try:
            taught = await retried(partial(self._untaught, message))
        except StorageError:
            if not _is_marked(message):
                raise
            await self._say(message, self._context.profile.teach.not_stored)
            return True
        if taught:
            await self._show(message, taught)
        return taught is not None

    async def deleted(self, guild_id: int | None, channel_id: int, message_id: int) -> None:
        """Remove the lesson of a deleted message, if it has one.

        Raises:
            StorageError: the lesson is not removed.
        """
        remark_id = question_id(guild_id, channel_id, message_id)
        taught = await retried(partial(self._context.service.learning.unteach, remark_id))
        if taught:
            text, to = said_of(taught, self._context.profile), str(channel_id)
            await self._context.notices.reply(channel_id, message_id, text, to=to)

    async def _take(self, message: discord.Message, *, late: bool) -> None:
        try:
            taught, concerns = await retried(partial(self._teach, message))
        except (StorageError, PlatformError) as error:
            logger.error("message %s is not learnt: %s", message.id, error)
            await self._say(message, self._context.profile.teach.not_stored)
            return
        # Other messages were answered before, or are in places where the bot takes no part.
        if taught.outcome in _DONE or (concerns and not late):
            await self._show(message, taught)

    async def _teach(self, message: discord.Message) -> tuple[Taught, bool]:
        """Learn from a message with the tag.

        Return the outcome, and whether the bot takes part in its conversation.
        """
        place = await self._reader.belongs(message, self._me)
        author = await author_of(message)
        remark = Remark(
            id=_id(message),
            session=place.session,
            text=text_of(message, self._me),
            author=asker_of(author.id),
            author_name=author.display_name,
            may_teach=self._context.owners.include(author),
            reply_to=place.reply_to,
            said_at=message.edited_at or message.created_at,
            has_media=has_media(message),
        )
        return await self._context.service.learning.teach(remark), place.concerns

    async def _untaught(self, message: discord.Message) -> Taught | None:
        """Remove the lesson of a message without a tag, if it has one; return the outcome."""
        remark = Remark(
            id=_id(message),
            session=SessionId(""),
            text="",
            author=asker_of(message.author.id),
            author_name=message.author.display_name,
            may_teach=False,
            said_at=message.edited_at or message.created_at,
        )
        return await self._context.service.learning.revise(remark)

    async def _show(self, message: discord.Message, taught: Taught) -> None:
        """Set or remove the mark by the outcome, and post the outcome unless it was known."""
        if taught.is_learnt:
            await react(self._context.writer, message, MARK)
        elif taught.outcome is Outcome.UNLEARNED:
            await react(self._context.writer, message, MARK, there=False)
        if taught.outcome is not Outcome.KNOWN:
            await self._say(message, lesson_page(taught, self._context.profile), every_s=0)

    async def _say(
        self, message: discord.Message, said: str | Page, *, every_s: float = _MINUTE_S
    ) -> None:
        to, where = f"{message.author.id} {message.id}", message.channel.id
        await self._context.notices.reply(where, message.id, said, to=to, every_s=every_s)

    def _is_lesson(self, message: discord.Message) -> bool:
        return is_lesson(text_of(message, self._me), self._context.profile.learning_tag)


def _id(message: discord.Message) -> str:
    return question_id(message.guild.id if message.guild else None, message.channel.id, message.id)


def _is_withheld(message: discord.Message) -> bool:
    """Return whether Discord withholds the text, as it does without the message content intent.

    An author who removes the text leaves other content, since no message may be empty.
    """
    return not (message.content or message.attachments or message.embeds or message.stickers)


def _is_marked(message: discord.Message) -> bool:
    return any(reaction.me and reaction.emoji == MARK for reaction in message.reactions)
