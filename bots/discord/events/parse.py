"""The parser of messages: whether they are questions, and where the answer goes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial

import discord

from bots.discord.api.people import Owners, author_of
from bots.discord.api.permissions import may_open_thread
from bots.discord.api.retry import retried
from bots.discord.events.content import (
    calls,
    has_media,
    is_for_all,
    is_said,
    mentions,
    mentions_in,
    replied_to,
    replies_to,
    text_of,
    without_marks,
)
from bots.discord.events.threads import Threads, is_post, question_of
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
from core.assistant.dialogue.references import points_to_answer
from core.errors import FaqbotError
from core.messaging.questions_above import SaidAbove, with_question_above
from core.messaging.service import ChatService
from core.text.utterances.colleagues import asks_nothing, wants_something
from core.types import Question, SessionId

logger = logging.getLogger(__name__)


class Addressed(Enum):
    """The ways in which a message addresses the bot."""

    CALLED = auto()  # by a mention, a reply that asks, a direct message, or a post that asks
    POSTS = auto()  # perhaps, as it is a post in its forum
    REPLIES = auto()  # perhaps, as it replies to the bot and asks nothing
    GOES_ON = auto()  # perhaps, as it is in one of the bot's conversations
    BEGINS = auto()  # perhaps, as it is in a channel where every message may be a question


@dataclass(frozen=True, slots=True)
class Belonging:
    """The conversation that a message belongs to, and the message it replies to, as in `Remark`.

    It `concerns` the bot if the bot is mentioned, needs no mention there, or takes part.
    """

    session: SessionId
    reply_to: str | None
    concerns: bool


class Reader:
    """Parses messages, with the ids of channels and forums where all messages are questions."""

    def __init__(
        self,
        service: ChatService,
        *,
        channels: frozenset[int],
        forums: frozenset[int],
        owners: Owners,
    ) -> None:
        self._service = service
        self._threads = Threads(service)
        self._channels = channels
        self._forums = forums
        self._owners = owners

    async def reading(
        self, message: discord.Message, me: discord.ClientUser
    ) -> tuple[Addressed, Question] | None:
        """Return how a message addresses the bot, and its question; None if it does not.

        The text is empty if the message only mentions the bot.
        """
        if not is_said(message):
            return None
        addressed = await self._addressed(message, me)
        if addressed is None:
            return None
        question = await self.chosen(message, me)
        text = question.text
        wants = message.attachments or wants_something(text) or points_to_answer(text)
        if addressed is Addressed.REPLIES and wants:
            addressed = Addressed.CALLED
        if addressed is Addressed.POSTS:
            asks = message.attachments or not await self._asks_nothing(question)
            addressed = Addressed.CALLED if asks else Addressed.BEGINS
        if addressed is Addressed.CALLED:
            question = await self._with_what_it_points_to(message, me, question)
        return addressed, question

    async def chosen(self, message: discord.Message, me: discord.ClientUser) -> Question:
        """Return a person's message as a question, whomever it addresses."""
        here, guild = message.channel, message.guild
        target: Target = Within(here.id, message.id)
        if guild is None:
            place = Place(guild_name(None), str(here.id), "")
        elif isinstance(here, discord.Thread):
            place = await self._threads.place_of(here, me)
        elif (answer := replied_to(message)) and answer.author.id == me.id:
            place = await self._threads.chain(answer, guild.id)
        else:
            place = Place(str(guild.id), str(here.id), str(message.id))
            if may_open_thread(here, guild.me):
                target = Beneath(here.id, message.id)
        return self._asked(message, me, place.session, target)

    def own_session(self, thread: discord.Thread) -> SessionId:
        """Return the session that a thread has by itself."""
        return Place(str(thread.guild.id), str(thread.parent_id), str(thread.id)).session

    def edited(self, message: discord.Message, me: discord.ClientUser) -> Question:
        """Return an edited message as a question, wherever its answer is."""
        session = Place(guild_name(_guild_id(message)), str(message.channel.id), "").session
        asked = self._asked(message, me, session, Within(message.channel.id, message.id))
        return replace(asked, edited_at=message.edited_at)

    async def belongs(self, message: discord.Message, me: discord.ClientUser) -> Belonging:
        """Return the conversation that a message belongs to, and the message it replies to.

        A reply to a question in a channel belongs to the place of the answer, perhaps a thread.
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
            place = await self._threads.place_of(here, me)
        elif answered and answered.author.id == me.id:
            place = await self._threads.chain(answered, guild.id)
        elif reply_to and (view := await self._service.view(reply_to)):
            return Belonging(view.question.session, reply_to, concerns=True)
        concerns = (
            guild is None
            or calls(message, me)
            or bool({here.id, getattr(here, "parent_id", None)} & (self._channels | self._forums))
            or await self._service.takes_part(place.session)
        )
        return Belonging(place.session, reply_to, concerns)

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
            mentions=mentions_in(message, me),
        )

    def _text(self, message: discord.Message, me: discord.ClientUser) -> str:
        said = without_marks(text_of(message, me))
        thread = message.channel
        if not (isinstance(thread, discord.Thread) and message.id == thread.id and is_post(thread)):
            return said
        return question_of(thread, said)

    async def _addressed(
        self, message: discord.Message, me: discord.ClientUser
    ) -> Addressed | None:
        here = message.channel
        if message.guild is None or mentions(message, me):
            return Addressed.CALLED
        if replies_to(message, me):
            return Addressed.REPLIES
        if not is_for_all(message):
            return None
        if isinstance(here, discord.Thread):
            return await self._in_thread(message, here, me)
        return Addressed.BEGINS if here.id in self._channels else None

    async def _in_thread(
        self, message: discord.Message, here: discord.Thread, me: discord.ClientUser
    ) -> Addressed | None:
        """Return how a message in a thread addresses the bot; None if it does not."""
        if here.parent_id in self._forums:  # replies of other people in a post are left alone
            if message.author.id != here.owner_id:
                return None
            return Addressed.POSTS if message.id == here.id else Addressed.GOES_ON
        if not await self._threads.is_bots(here, me):  # it is a thread of people
            return None
        session = (await self._threads.place_of(here, me)).session
        return None if await self._is_for_a_colleague(message, session) else Addressed.GOES_ON

    async def _asks_nothing(self, question: Question) -> bool:
        """Return whether a post asks nothing, as a greeting; False where nothing tells that."""
        if asks_nothing(question.text):
            return True
        try:
            return await self._service.only_greets(question)
        except FaqbotError as error:
            logger.info("%s is taken for a question: %s", question.id, error)
            return False

    async def _is_for_a_colleague(self, message: discord.Message, session: SessionId) -> bool:
        """Return whether a message is an owner's to the asker, in a thread that called owners."""
        if not (self._owners and await self._service.awaits_person(session)):
            return False
        return self._owners.include(await retried(partial(author_of, message)))

    async def _with_what_it_points_to(
        self, message: discord.Message, me: discord.ClientUser, question: Question
    ) -> Question:
        """Return a question with the one above it added, if it has no question of its own.

        This is the case if a person mentions the bot below a colleague's question, in a reply or in
        a thread, or a moment after their own.
        """
        answered, here = replied_to(message), message.channel
        replied = answered if answered and answered.author.id != me.id else None
        in_thread = isinstance(here, discord.Thread) and message.id != here.id
        nearby = isinstance(here, discord.abc.GuildChannel) and not (answered or has_media(message))
        if not (replied or in_thread or nearby):
            return question

        async def above() -> Sequence[SaidAbove]:
            if replied:
                return [SaidAbove("", text_of(replied, me))]
            read = self._threads.said_nearby if nearby else self._threads.said_above
            return await read(message, me)

        joined = partial(
            with_question_above,
            self._service,
            question,
            above,
            replies=bool(replied),
            nearby=nearby,
        )
        return await retried(joined)


def _guild_id(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None
