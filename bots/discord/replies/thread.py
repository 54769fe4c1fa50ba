"""The reply in a channel, a thread or a direct message on Discord."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from bots.discord.api.rest import (
    NO_HISTORY,
    THREAD_ARCHIVED,
    UNKNOWN_CHANNEL,
    RefusedError,
)
from bots.discord.ids import Beneath, Within, user_of
from bots.discord.render.components import Called, Page
from bots.discord.render.payload import message, new_message, question_in
from bots.discord.replies.answer_channel import AnswerChannel
from bots.discord.replies.message_writer import MessageWriter
from bots.discord.replies.private import send_directly, tell_in_channel
from core.errors import (
    MessageGoneError,
    MovedError,
    MustBeNewError,
    PlatformError,
    RateLimitedError,
)
from core.messaging.delivery.pacer import Pacer
from core.types import File, Question, View

logger = logging.getLogger(__name__)

_TYPING_LASTS_S: Final = 9.0
_MOST_FOUND: Final = 100
_MESSAGES: Final = {0, 19}  # ordinary messages and replies, without notices of opened threads
_DELETE_ATTEMPTS: Final = 5


class ChannelReply:
    """Implements `Reply` in a channel, a thread or a direct message."""

    def __init__(self, question: Question, target: Within | Beneath, writer: MessageWriter) -> None:
        self._question = question
        self._target = target
        self._writer = writer
        self._rest = writer.rest
        self._budgets = writer.budgets
        self._place = AnswerChannel(question, target, writer)
        self._pace_in(self._place.id)
        self._posted: dict[int, int] = {}
        self._reopened = False

    def _pace_in(self, channel: int) -> None:
        self._paced_in = channel
        self._posts, self._edits = self._budgets.posts(channel), self._budgets.edits(channel)

    def _check_budget(self, channel: int) -> None:
        """Take the budgets of another channel if the next call is made there.

        Raises:
            MovedError: the caller has a turn in the budgets of the channel before.
        """
        if channel != self._paced_in:
            self._pace_in(channel)
            raise MovedError(f"{self._question.id} is answered in {channel} now")

    @property
    def posts(self) -> Pacer:
        """The budget of new messages in the channel."""
        return self._posts

    @property
    def edits(self) -> Pacer:
        """The budget of edits in the channel."""
        return self._edits

    async def hint(self, view: View) -> None:
        """Open the thread if there is to be one, and show typing until the first message."""
        del view  # typing looks the same for every view
        try:
            await self._place.open()
            while not self._posted:
                if self._budgets.may_type(self._place.id):
                    await self._rest.call("POST", f"/channels/{self._place.id}/typing")
                await asyncio.sleep(_TYPING_LASTS_S)
        except PlatformError as error:
            logger.info("no hint is shown: %s", error)

    def render(self, view: View) -> Sequence[Page]:
        """Return the view as pages."""
        return self._writer.render(view)

    async def post(self, page: Page, place: int) -> str:
        """Send a page; after an unclear failure, the next attempt finds the message."""
        await self._place.open()
        self._check_budget(self._place.id)
        # A page that calls people has to be a new message, as an edit would notify nobody.
        said = f"{self._question.id} calls, {self._question.text}" if page.called else ""
        nonce = nonce_of(said or self._question.id, place, self._posted.get(place, 0))
        told = await self._send(new_message(page) | {"nonce": nonce, "enforce_nonce": True})
        reference = f"{self._place.id}/{told['id']}"
        # An earlier attempt may have sent the message and died before it was noted.
        if page.called is None and _differs(told, page):
            await self.edit(reference, page)
        self._posted[place] = self._posted.get(place, 0) + 1
        return reference

    async def edit(self, reference: str, page: Page) -> None:
        """Show another page in a message; an archived thread is opened again."""
        path = _path(reference)
        self._check_budget(int(reference.split("/", maxsplit=1)[0]))
        if page.called and await self._calls_already(path, page.called):
            return
        try:
            await self._rest.call("PATCH", path, message(page), window=self._edits.window)
        except RefusedError as error:
            if error.code != THREAD_ARCHIVED or self._reopened:  # a moderator has locked it
                raise
            channel = reference.split("/", maxsplit=1)[0]
            await self._rest.call("PATCH", f"/channels/{channel}", {"archived": False})
            self._reopened = True
            raise PlatformError("the thread was archived") from error

    async def delete(self, reference: str) -> None:
        """Delete a message as soon as the channel's budget allows it."""
        deletes = self._budgets.deletes(self._place.id)
        for _ in range(_DELETE_ATTEMPTS):
            try:
                async with deletes.slot():
                    await self._rest.call("DELETE", _path(reference), window=deletes.window)
            except RateLimitedError:
                continue
            except MessageGoneError:
                return
            except RefusedError as error:
                if error.code != UNKNOWN_CHANNEL:
                    raise
                return
            else:
                return

    async def attach(self, file: File) -> None:
        """Send the file as a separate message."""
        path = f"/channels/{self._place.id}/messages"
        async with self._posts.slot():
            await self._rest.upload(path, file, window=self._posts.window)

    async def show_privately(self, view: View) -> None:
        """Show the answer in direct messages; if the asker takes none, call them in the channel."""
        profile, user = self._writer.profile, user_of(self._question.asker)
        pages = self.render(replace(view, note=profile.shown_privately))
        try:
            shown = [page for page in pages if not page.called]
            await send_directly(self._rest, self._budgets, user, shown)
        except RefusedError:
            text = profile.not_delivered
            with suppress(PlatformError):
                await tell_in_channel(self._rest, self._budgets, self._question, text)
            raise

    async def abandon(self) -> None:
        """Archive the thread that was opened for this answer."""
        await self._place.abandon()

    async def find(self) -> Sequence[str]:
        """Return this answer's messages after its question, found by the message they reply to."""
        after = self._place.replies_to or _message_of(self._question.id)
        channels = [self._place.id]
        if isinstance(self._target, Beneath):
            channels.append(self._target.channel)
        for channel in channels:
            query = {"after": str(after), "limit": str(_MOST_FOUND)}
            try:
                told = await self._rest.call("GET", f"/channels/{channel}/messages", query=query)
            except RefusedError as error:
                logger.info("no earlier messages are looked for: %s", error)
                continue
            in_thread = isinstance(self._target, Beneath) and channel == self._place.id
            if found := self._own(reversed(told), first_is_mine=in_thread):
                return [f"{channel}/{message}" for message in found]
        return []

    async def _calls_already(self, path: str, called: Called) -> bool:
        """Return whether a message calls any of these; False if Discord does not answer.

        Raises:
            MustBeNewError: it calls nobody yet, and an edit would notify nobody.
        """
        try:
            told = await self._rest.call("GET", path)
        except MessageGoneError as error:
            raise MustBeNewError(str(error)) from error
        except RefusedError:
            return False
        if not any(one in told["content"] for one in called.mentions):
            raise MustBeNewError("an edit notifies nobody")
        return True

    def _own(self, messages: Any, *, first_is_mine: bool) -> list[str]:  # noqa: ANN401 - JSON
        mine, found = first_is_mine, []
        for told in messages:
            if told["author"]["id"] != self._writer.me or told["type"] not in _MESSAGES:
                continue
            replies_to = int((told.get("message_reference") or {}).get("message_id") or 0)
            if named := question_in(told.get("components") or []):
                mine = named == self._question.id
            elif replies_to:
                mine = replies_to == self._target.message
            if mine:
                found.append(told["id"])
        return found

    async def _send(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        path = f"/channels/{self._place.id}/messages"
        if self._place.replies_to:
            reference = {"message_id": str(self._place.replies_to), "fail_if_not_exists": False}
            body = body | {"message_reference": reference}
        try:
            return await self._rest.call("POST", path, body, window=self._posts.window)
        except RefusedError as error:
            if error.code == NO_HISTORY and self._place.replies_to:
                self._place.replies_to = 0
                return await self._send({**body, "message_reference": None})
            if not self._place.is_new_thread or self._posted:
                raise
            logger.warning("answering in the channel, as a reply: %s", error)
            await self._place.abandon()
            self._place.stay_in_channel()
            self._check_budget(self._place.id)
            return await self._send(body)


def nonce_of(question_id: str, place: int, again: int) -> str:
    """Return a nonce of at most 25 characters, the same for each attempt to send a message.

    `again` is the number of messages that were sent for this place before: when the budget of edits
    is used up, a message is sent again on purpose.
    """
    said = f"{question_id} {place} {again}".encode()
    return hashlib.blake2b(said, digest_size=12).hexdigest()


def _differs(told: dict[str, Any], page: Page) -> bool:
    return bool(told.get("edited_timestamp")) or told["content"].strip() != page.content.strip()


def _path(reference: str) -> str:
    channel, message = reference.split("/")
    return f"/channels/{channel}/messages/{message}"


def _message_of(question_id: str) -> int:
    """Return the message id in a question's id, also in that of a press."""
    digits = question_id.rsplit(":", 1)[1].split(">", maxsplit=1)[0]
    return int(digits)
