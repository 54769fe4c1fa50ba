"""The channel or thread that an answer is written in; a thread is opened when it is needed."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from bots.discord.api.rest import THREAD_EXISTS, RefusedError
from bots.discord.ids import Beneath, Within
from bots.discord.replies.message_writer import MessageWriter
from bots.shared.titles import title_of
from core.errors import MessageGoneError, PlatformError, QuestionGoneError, RateLimitedError
from core.types import Question

logger = logging.getLogger(__name__)

_LONGEST_NAME: Final = 100  # https://discord.com/developers/docs/resources/channel#channel-object
_MOST_FOUND: Final = 100
# The longest wait for a thread. Discord has asked for 280 s and more:
# https://github.com/discord/discord-api-docs/issues/7816
_PATIENCE_S: Final = 15.0
_PROXIED: Final = timedelta(seconds=15)  # the time in which a proxy posts a question again
# The codes of an invalid form and of AutoMod's rules, after which another name may be accepted.
_NAME_REFUSED: Final = {50035, 200000, 200001}


class AnswerChannel:
    """The place of one answer: `id` of the channel or thread, and the message it `replies_to`."""

    def __init__(self, question: Question, target: Within | Beneath, writer: MessageWriter) -> None:
        self._question = question
        self._target = target
        self._writer = writer
        # A thread has the id of the message from which it is opened. If it turns out that no
        # thread may be opened, the budget of this id counts the messages in the channel.
        self.id = target.message if isinstance(target, Beneath) else target.channel
        self.replies_to = target.message if isinstance(target, Within) else 0
        self._opened = isinstance(target, Within)
        self._opening = asyncio.Lock()

    @property
    def is_new_thread(self) -> bool:
        """True if the answer is written in a thread that was opened for it."""
        return isinstance(self._target, Beneath) and self.id == self._target.message

    async def open(self) -> None:
        """Open the thread unless it exists; if it may not be opened, stay in the channel."""
        async with self._opening:
            if self._opened:
                return
            try:
                await self._open_thread(thread_name(self._question.text))
            except RateLimitedError as error:
                if error.retry_after_s <= _PATIENCE_S:
                    raise
                logger.warning("answering in the channel, as a reply: %s", error)
                self.stay_in_channel()
            except MessageGoneError as error:
                if await self._is_deleted():
                    raise QuestionGoneError(str(error)) from error
                self.stay_in_channel()
            except RefusedError as error:
                if error.code in _NAME_REFUSED:
                    await self._open_under_neutral_name(error)
                elif error.code != THREAD_EXISTS:
                    logger.warning("answering in the channel, as a reply: %s", error)
                    self.stay_in_channel()
            self._opened = True

    def stay_in_channel(self) -> None:
        """Write the answer in the channel, as a reply to its question."""
        self.id, self.replies_to = self._target.channel, self._target.message

    async def abandon(self) -> None:
        """Archive the thread that was opened for this answer."""
        if not isinstance(self._target, Beneath):
            return
        path = f"/channels/{self._target.message}"
        try:
            thread = await self._writer.rest.call("GET", path)
            if thread.get("owner_id") == self._writer.me:
                await self._writer.rest.call("PATCH", path, {"archived": True})
        except PlatformError as error:
            logger.info("the thread of %s stays as it is: %s", self._question.id, error)

    async def _is_deleted(self) -> bool:
        """Return whether a message that is gone was deleted for good, not posted again by a proxy.

        Discord reports a deletion once, and a process that is killed at that moment loses it.
        """
        if datetime.now(UTC) - self._question.asked_at < _PROXIED:
            return False
        query = {"after": str(self._target.message), "limit": str(_MOST_FOUND)}
        path = f"/channels/{self._target.channel}/messages"
        try:
            told = await self._writer.rest.call("GET", path, query=query)
        except RefusedError as error:
            logger.info("whether %s was deleted is not known: %s", self._question.id, error)
            return False
        return not any(one.get("webhook_id") for one in told)

    async def _open_under_neutral_name(self, why: RefusedError) -> None:
        logger.info("the thread of %s gets another name: %s", self._question.id, why)
        try:
            await self._open_thread(self._writer.profile.name)
        except RefusedError as error:
            if error.code != THREAD_EXISTS:
                logger.warning("answering in the channel, as a reply: %s", error)
                self.stay_in_channel()

    async def _open_thread(self, name: str) -> None:
        """Open the thread as soon as the channel's budget allows it.

        Raises:
            PlatformError: the thread is not open.
        """
        threads = self._writer.budgets.threads(self._target.channel)
        if (left_s := threads.frozen_s) > _PATIENCE_S:
            raise RateLimitedError("no thread may be opened for now", retry_after_s=left_s)
        path = f"/channels/{self._target.channel}/messages/{self._target.message}/threads"
        async with threads.slot():
            await self._writer.rest.call("POST", path, {"name": name}, window=threads.window)


def thread_name(text: str) -> str:
    """Return the name of a question's thread."""
    return title_of(text, _LONGEST_NAME)
