"""The following of an answer that this process writes, or another one, or that is stored.

While there is no news, the stores are looked at, so that every reader gets the ending.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bots.shared.answer_view import RenderOptions
from bots.web.render.page import WITHDRAWN, EndingKind, Page, page_of
from bots.web.replies.hub import AnswerSlot, Hub
from core.errors import StorageError
from core.messaging.endings import view_of
from core.messaging.service import ChatService
from core.types import InboxState, Received, Turn

logger = logging.getLogger(__name__)

POLL_S: Final = 1.0
_OPEN: Final = (InboxState.RECEIVED, InboxState.ANSWERING)


class Follower:
    """Reads answers while anybody follows them."""

    def __init__(
        self, service: ChatService, hub: Hub, look: RenderOptions, *, poll_s: float = POLL_S
    ) -> None:
        self._service = service
        self._hub = hub
        self._look = look
        self._poll_s = poll_s
        self._polling: dict[str, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def following(self, received: Received) -> AsyncIterator[AnswerSlot]:
        """Yield a slot that gets the latest page, and in the end one with a kind.

        Raises:
            StorageError: what became of the question cannot be found out.
        """
        question = received.question
        with self._hub.reading(question.id) as slot:
            if slot.page and slot.page.asked != question.text:
                slot.show(None)  # the page is older than an edit that another process took in
            if slot.page is None or slot.page.kind:
                _show_ended(slot, await self.ended(received))
            if question.id not in self._polling:
                self._polling[question.id] = asyncio.create_task(self._poll(received, slot))
            try:
                yield slot
            finally:
                if slot.readers == 1 and (task := self._polling.pop(question.id, None)):
                    task.cancel()

    async def ended(self, received: Received) -> Page | None:
        """The page of an answer that has ended, None while it has not.

        Raises:
            StorageError: that cannot be found out.
        """
        question = received.question
        if received.state is InboxState.WITHDRAWN:
            shown = self._hub.page(question.id)
            # One that waited was stopped by taking it back.
            return shown if shown and shown.kind is EndingKind.STOPPED else WITHDRAWN
        # Its writer knows first, and more than is kept: offers, and what was written until it was
        # stopped.
        shown = self._hub.page(question.id)
        if shown and shown.kind and shown.asked == question.text:
            return shown
        if received.state in _OPEN:
            return None
        view = await self._service.view(question.id)
        if view:
            return page_of(view, self._look)
        # No turn was kept: somebody stopped it, and what had been written is no more.
        stopped = self._look.profile.stopped
        return Page(question.text, kind=EndingKind.STOPPED, note=stopped)

    def kept(self, turn: Turn) -> Page:
        """Return the page of a stored answer."""
        shown = self._hub.page(turn.question.id)
        if shown and shown.kind and shown.asked == turn.question.text:
            return shown
        return page_of(view_of(turn, self._look.profile), self._look)

    async def _poll(self, received: Received, slot: AnswerSlot) -> None:
        while True:
            try:
                async with asyncio.timeout(self._poll_s):
                    await slot.changed.wait()
            except TimeoutError:
                await self._look_up(received.question.id, slot)

    async def _look_up(self, question_id: str, slot: AnswerSlot) -> None:
        try:
            found = await self._service.find(question_id)
            ended = await self.ended(found) if found else WITHDRAWN
        except StorageError as error:
            logger.warning("whether an answer has ended is not known: %s", error)
            return
        _show_ended(slot, ended)


def _show_ended(slot: AnswerSlot, ended: Page | None) -> None:
    """Show the stored ending, unless the writer has shown it with offers, which no store keeps."""
    known = slot.page and slot.page.kind and ended and slot.page.asked == ended.asked
    if ended and not known:
        slot.show(ended)
