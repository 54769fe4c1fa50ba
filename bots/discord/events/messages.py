"""Messages in channels: questions that are asked, edited and deleted."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from unicodedata import normalize

import discord

from bots.discord.api.permissions import held_in, may_post, may_write, missing
from bots.discord.api.retry import retried
from bots.discord.context import Context
from bots.discord.events.content import (
    calls_by_role,
    has_media,
    is_of_another_bot,
    is_said,
    mentions,
    names,
    own_role_id,
    speaks_to_others,
)
from bots.discord.events.lessons import LessonHandler
from bots.discord.events.parse import Addressed, Reader
from bots.discord.events.proxies import Proxies
from bots.discord.events.reactions import react
from bots.discord.events.threads import is_closed, people_in
from bots.discord.ids import asker_of, question_id
from bots.discord.replies.answer_channel import thread_name
from bots.shared.intake import reason_for
from core.errors import PlatformError, StorageError, StoreAwayError
from core.lessons.tag import is_lesson
from core.messaging.manners import Manners
from core.messaging.questions_above import is_about_media
from core.messaging.thread_rules import ThreadRule
from core.text.utterances.mentions import has_words, is_thanks
from core.types import Question, Receipt

logger = logging.getLogger(__name__)

_WELCOME: Final = "😊"
_DAY_S: Final = 86_400.0
_FRESH: Final = timedelta(minutes=10)  # the greatest age of an edit that is handled
_RECENT: Final = timedelta(days=1)  # the greatest age of a message that an edit makes a question
_PROXIED: Final = timedelta(seconds=15)  # the time in which a proxy may delete a question's message


class MessageHandler:
    """Hands messages in channels to the chat service. `me` is the bot's own user."""

    def __init__(self, context: Context, reader: Reader, me: discord.ClientUser) -> None:
        self._context = context
        self._reader = reader
        self._me = me
        self._lessons = LessonHandler(context, reader, me)
        self._manners = Manners(context.service, context.settings.thread_rules)
        self._proxies = Proxies(me)

    async def hear(
        self, message: discord.Message, *, late: bool = False, answered: bool = False
    ) -> bool:
        """Handle a message; return whether it is a new question.

        A `late` message was written while the bot was away; a person may have `answered` it since.
        A message with the tag is a lesson, whether it mentions the bot or not.
        """
        self._proxies.note(message)
        if is_of_another_bot(message, self._me):
            return await self._hear_bot(message, late=late)
        return await self._hear_person(message, late=late, answered=answered)

    async def _hear_person(self, message: discord.Message, *, late: bool, answered: bool) -> bool:
        if await self._lessons.hear(message, late=late):
            return False
        if answered or is_closed(message.channel) or await self._corrects(message, late=late):
            return False
        read = await self._reader.reading(message, self._me)
        if read is None or await self._is_for_people(*read, message):
            self._note_speaker(message)
            return False
        addressed, question = read
        self._manners.note(question.session, question.asker)
        if addressed is not Addressed.CALLED:
            if not await self._is_for_bot(addressed, question, message):
                if not late:
                    await self._welcome(addressed, question, message)
                return False
        elif trouble := await self._trouble(question, message):
            if not late:
                await self._say(message, trouble)
            return False
        return await self._may_answer(message) and await self._receive(question, message, late=late)

    async def _hear_bot(self, message: discord.Message, *, late: bool) -> bool:
        """Answer another bot if it takes part in something with this one, and else never."""
        question = await self._reader.chosen(message, self._me)
        called = names(message, self._me)
        if not await self._context.service.negotiates(question, called=called):
            return False
        return await self._may_answer(message) and await self._receive(question, message, late=late)

    def teaches(self, message: discord.Message) -> bool:
        """Return whether a message has the tag of lessons, so that it is no question."""
        return is_lesson(message.content, self._context.profile.learning_tag)

    async def edited(self, message: discord.Message) -> None:
        """Have an edited question answered anew; an edit may also make a message a question.

        Discord sends an edit whenever anything of a message changes, such as a pin or a preview, at
        any later time. So only a recent edit is handled.
        """
        edited_at = message.edited_at
        if message.author.bot or not edited_at or _is_past(edited_at, _FRESH):
            return
        if await self._lessons.edited(message):
            return
        question = self._reader.edited(message, self._me)
        rule, still_calls = self._rule_in(message.channel), partial(self._calls, message)
        if await self._manners.is_taken_back(question, rule, still_calls=still_calls):
            withdraw = self._context.service.withdraw
            await retried(partial(withdraw, question.id, edited_at=question.edited_at))
            return
        revise = partial(self._context.service.revise, question)
        receipt = await retried(revise) if question.text else None
        if receipt is Receipt.STORED:
            await self._rename(message, question)
        if receipt:
            await self._explain(message, receipt)
        elif not _is_past(message.created_at, _RECENT):
            await self.hear(message)

    async def _calls(self, message: discord.Message) -> bool:
        read = await self._reader.reading(message, self._me)
        return read is not None and read[0] is Addressed.CALLED

    async def deleted(self, guild_id: int | None, channel_id: int, message_id: int) -> None:
        """Delete the answer to a deleted question, or the lesson of the message.

        A question that a proxy bot posts again for its author is not withdrawn.
        """
        asked = question_id(guild_id, channel_id, message_id)
        try:
            if guild_id is None or not await self._is_proxied(asked, channel_id):
                await retried(partial(self._context.service.withdraw, asked))
        finally:
            await self._lessons.deleted(guild_id, channel_id, message_id)

    async def _is_proxied(self, asked: str, channel_id: int) -> bool:
        stored = await retried(partial(self._context.service.find, asked))
        if not stored or _is_past(stored.question.asked_at, _PROXIED):
            return False
        return await self._proxies.says_again(channel_id, stored.question.text)

    async def _rename(self, message: discord.Message, question: Question) -> None:
        """Rename the thread of an edited question; a failure is only logged."""
        thread = message.guild.get_thread(message.id) if message.guild else None
        if thread is None or thread.owner_id != self._me.id:
            return
        try:
            name = {"name": thread_name(question.text)}
            await self._context.writer.rest.call("PATCH", f"/channels/{thread.id}", name)
        except PlatformError as error:
            logger.info("thread %s keeps its name: %s", thread.id, error)

    async def _is_for_bot(
        self, addressed: Addressed, question: Question, message: discord.Message
    ) -> bool:
        """Return whether a message without a mention is a question that the bot should answer."""
        here = message.channel
        rule = self._rule_in(here)
        if addressed in (Addressed.BEGINS, Addressed.REPLIES):
            return await retried(partial(self._manners.begins, question, rule))
        assert isinstance(here, discord.Thread)  # noqa: S101 - elsewhere nothing goes on
        present = partial(people_in, here)
        return await retried(partial(self._manners.goes_on, question, rule, present))

    async def _is_for_people(
        self, addressed: Addressed, question: Question, message: discord.Message
    ) -> bool:
        """Return whether a message that mentions the bot only tells people something."""
        called = message.guild and addressed is Addressed.CALLED and mentions(message, self._me)
        if not called:
            return False
        to_others = speaks_to_others(message, self._me.id, own_role_id(message))
        told = partial(self._manners.is_for_people, question, to_others=to_others)
        return await retried(told)

    async def _welcome(
        self, addressed: Addressed, question: Question, message: discord.Message
    ) -> None:
        """React to thanks for an answer; a failure is only logged."""
        here = message.channel
        if addressed is Addressed.REPLIES and is_thanks(question.text):
            await react(self._context.writer, message, _WELCOME)
            return
        if addressed is not Addressed.GOES_ON or not isinstance(here, discord.Thread):
            return
        rule = self._rule_in(here)
        present = partial(people_in, here)
        if await retried(partial(self._manners.is_thanked, question, rule, present)):
            await react(self._context.writer, message, _WELCOME)

    def _rule_in(self, here: discord.abc.MessageableChannel) -> ThreadRule:
        return self._manners.rule_of(str(here.id), str(getattr(here, "parent_id", "")))

    async def _corrects(self, message: discord.Message, *, late: bool) -> bool:
        """Return whether a message is an owner's correction, which the owner is asked about.

        While the store is away it is taken for none, so that a question is kept for later.
        """
        try:
            return not late and await self._lessons.offers(message)
        except StoreAwayError:
            return False

    def _note_speaker(self, message: discord.Message) -> None:
        """Remember the author of a message that addresses another person in a thread."""
        here = message.channel
        if isinstance(here, discord.Thread) and is_said(message):
            asker = asker_of(message.author.id)
            self._manners.note(self._reader.own_session(here), asker)

    async def _trouble(self, question: Question, message: discord.Message) -> str:
        """Return the text for a person whose message is too long or has nothing to read."""
        profile = self._context.profile
        if len(normalize("NFC", question.text)) > profile.longest_question_characters:
            return profile.long_question  # returned here, so that no thread is opened for it
        if has_words(question.text):
            if not has_media(message):
                return ""
            about = partial(is_about_media, self._context.service, question)
            return profile.unreadable if await retried(about) else ""
        if has_media(message):
            return profile.unreadable
        if not message.content and calls_by_role(message):
            return profile.unreadable_role_mention
        return profile.empty_mention

    async def signed(self, message: discord.Message, by: discord.abc.User) -> None:
        """Learn the message to which an owner has added 🧠; a reaction of others does nothing."""
        if not self._context.owners.include(by):
            return
        try:
            told = await self._lessons.adopt(message, by)
        except (StorageError, PlatformError) as error:
            logger.error("message %s is not learnt: %s", message.id, error)
            told = self._context.profile.teach.not_stored
        if told:
            await self._context.notices.direct(by.id, told)

    async def _receive(self, question: Question, message: discord.Message, *, late: bool) -> bool:
        try:
            receipt = await retried(partial(self._context.service.receive, question, late=late))
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
        """Reply to a message, or tell its author directly if the place refuses that."""
        notices, author = self._context.notices, message.author.id
        said = await notices.reply(message.channel.id, message.id, text, to=str(author))
        if not said and message.guild:
            await notices.direct(author, text)

    async def _may_answer(self, message: discord.Message) -> bool:
        """Return whether an answer can be shown; if not, tell people the missing permissions."""
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
        # The server's owner may not read the notice, so the asker is told, too.
        for person in {message.author.id, message.guild.owner_id or message.author.id}:
            await notices.direct(person, text, every_s=_DAY_S)
        return False


def _is_past(moment: datetime, age: timedelta) -> bool:
    return datetime.now(UTC) - moment > age
