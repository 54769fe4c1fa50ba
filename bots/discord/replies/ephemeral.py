"""An answer that only one person sees, written by an interaction's token for 15 minutes.

https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from bots.discord.api.rest import TOKEN_EXPIRED, UNKNOWN_WEBHOOK, RefusedError
from bots.discord.ids import Ephemeral, Within, user_of
from bots.discord.render.components import Page
from bots.discord.render.payload import EPHEMERAL, LOADING, SUPPRESS_EMBEDS, message, new_message
from bots.discord.replies.message_writer import MessageWriter
from bots.discord.replies.thread import ChannelReply
from core.errors import MessageGoneError
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.window import Window
from core.types import File, Question, View

logger = logging.getLogger(__name__)

_EXPIRED: Final = {TOKEN_EXPIRED, UNKNOWN_WEBHOOK}
_ORIGINAL: Final = "@original"
# The limit of each interaction, which was observed and is not documented, like those of channels.
_CALLS: Final = 5
_WINDOW_S: Final = 2.0


class EphemeralReply:
    """Implements `Reply` by a deferred interaction, and by direct messages after it has expired.

    The first message replaces the deferred response, so that posting it twice changes nothing.
    """

    def __init__(self, question: Question, target: Ephemeral, writer: MessageWriter) -> None:
        self._question = question
        self._hook = f"/webhooks/{target.application}/{target.token}"
        self._writer = writer
        self._rest = writer.rest
        # New messages and edits are counted together.
        self._pacer = Pacer(Window(_CALLS, _WINDOW_S), at_once=1)
        self._answered = False
        self._direct: ChannelReply | None = None
        self._moved: dict[str, str] = {}  # the direct message that replaces each earlier message

    @property
    def posts(self) -> Pacer:
        """The budget of this interaction."""
        return self._pacer

    @property
    def edits(self) -> Pacer:
        """The budget of this interaction."""
        return self._pacer

    async def hint(self, view: View) -> None:
        """Do nothing, since a deferred response shows that the bot is thinking."""

    def render(self, view: View) -> Sequence[Page]:
        """Return the view as pages."""
        return self._writer.render(view)

    async def post(self, page: Page, place: int) -> str:
        """Fill the deferred response, or send a further message."""
        if self._direct:
            return await self._direct.post(page, place)
        window = self._pacer.window
        try:
            if place == 0 and not self._answered:
                path = f"{self._hook}/messages/{_ORIGINAL}"
                told = await self._rest.call("PATCH", path, message(page), window=window)
                self._answered = True
            else:
                body = new_message(page) | {"flags": EPHEMERAL | SUPPRESS_EMBEDS}
                told = await self._rest.call("POST", self._hook, body, window=window)
        except RefusedError as error:
            if error.code not in _EXPIRED:
                raise
            return await (await self._go_direct(error)).post(page, place)
        return str(told["id"])

    async def edit(self, reference: str, page: Page) -> None:
        """Show another page in a message, or in the direct message that replaces it."""
        if direct := self._moved.get(reference):
            await (await self._go_direct()).edit(direct, page)
            return
        if "/" in reference:  # a direct message that an earlier attempt has sent
            await (await self._go_direct()).edit(reference, page)
            return
        path = f"{self._hook}/messages/{reference}"
        try:
            await self._rest.call("PATCH", path, message(page), window=self._pacer.window)
        except RefusedError as error:
            if error.code not in _EXPIRED:
                raise
            place = len(self._moved)
            self._moved[reference] = await (await self._go_direct(error)).post(page, place)

    async def delete(self, reference: str) -> None:
        """Delete a message, as long as the token is valid."""
        try:
            await self._rest.call("DELETE", f"{self._hook}/messages/{reference}")
        except MessageGoneError:
            return
        except RefusedError as error:
            if error.code not in _EXPIRED:
                raise

    async def attach(self, file: File) -> None:
        """Send the file to the same person alone."""
        if self._direct:
            await self._direct.attach(file)
            return
        window = self._pacer.window
        try:
            await self._rest.upload(self._hook, file, flags=EPHEMERAL, window=window)
        except RefusedError as error:
            if error.code not in _EXPIRED:
                raise
            await (await self._go_direct(error)).attach(file)

    async def show_privately(self, view: View) -> None:
        """Show the answer in the person's direct messages."""
        direct = await self._go_direct()
        await direct.show_privately(view)

    async def abandon(self) -> None:
        """Do nothing, since no place was opened for this answer."""

    async def find(self) -> Sequence[str]:
        """Return the deferred response, if it has content."""
        try:
            told = await self._rest.call("GET", f"{self._hook}/messages/{_ORIGINAL}")
        except (RefusedError, MessageGoneError):
            return []
        if told["flags"] & LOADING:
            return []
        self._answered = True
        return [str(told["id"])]

    async def _go_direct(self, why: RefusedError | None = None) -> ChannelReply:
        """Switch to the person's direct messages, and return them."""
        if self._direct is None:
            logger.info("question %s: going on by direct message: %s", self._question.id, why)
            person = {"recipient_id": user_of(self._question.asker)}
            channel = await self._rest.call("POST", "/users/@me/channels", person)
            self._direct = ChannelReply(self._question, Within(int(channel["id"]), 0), self._writer)
        return self._direct
