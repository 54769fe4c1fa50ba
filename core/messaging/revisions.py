"""Revisions of questions: their askers edit or delete them, also while the store is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from core.errors import StorageError, StoreAwayError
from core.messaging.cases.notice import notice_id
from core.messaging.inbox.offline import Offline
from core.messaging.user_limits import UserLimits
from core.ports import Archive, Cases, Inbox
from core.stores.records import is_later
from core.stores.sqlite.spool import Act
from core.types import InboxState, Question, Receipt, Received, SessionId

logger = logging.getLogger(__name__)

# Another process that has received the question stores it soon. If it is killed before that, Slack
# delivers the question again a minute later, and once more after five.
_LOOKS_S: Final = (3.0, 10.0, 60.0, 300.0)


class Revisions:
    """Has edited questions answered anew, and has the answers of deleted ones removed."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        inbox: Inbox,
        archive: Archive,
        offline: Offline,
        limits: UserLimits,
        cases: Cases | None,
        redact: Callable[[str], str],
        drop: Callable[[str], Awaitable[None]],
        wake: Callable[[], None],
    ) -> None:
        """`drop` ends the work on a question in this process, and `wake` looks for open questions.

        `redact` removes from a text what must not be stored.
        """
        self._inbox = inbox
        self._archive = archive
        self._offline = offline
        self._limits = limits
        self._cases = cases
        self._redact = redact
        self._drop = drop
        self._wake = wake
        self._later: set[asyncio.Task[None]] = set()

    async def edit(self, question: Question) -> Receipt | None:
        """Have an edited question answered anew; see `ChatService.revise`.

        Raises:
            StorageError: the edit is not stored; the platform has to deliver it again.
        """
        question = replace(question, text=self._redact(question.text))
        try:
            return await self._edit(question)
        except StoreAwayError:
            await self._offline.keep(Act.EDIT, question)
            return None

    async def delete(
        self, question_id: str, *, edited_at: datetime | None = None
    ) -> Received | None:
        """Withdraw a deleted question and return it; see `ChatService.withdraw`.

        None if the question is unknown, or if it is withdrawn later because the store is away.

        Raises:
            StorageError: the deletion is not stored; the platform has to deliver it again.
        """
        soon = self._offline.soon
        deleted = Question(question_id, SessionId(""), "", edited_at=edited_at)
        try:
            await self._offline.check_order(question_id)
            stored = await soon(lambda: self._withdraw(deleted))
        except StoreAwayError:
            await self._offline.keep(Act.DELETE, deleted)
            return None
        if stored:
            await self._clear(question_id)
        return stored

    async def catch_up_edit(self, question: Question) -> None:
        """Carry out an edit from the spool, now that the store is back."""
        if not await self._edit_known(question):
            self._look_again(question)

    async def catch_up_deletion(self, deleted: Question) -> Received | None:
        """Carry out a deletion from the spool; return the question, None if it is unknown."""
        stored = await self._withdraw(deleted)
        if stored:
            await self._clear(deleted.id)
        return stored

    async def _withdraw(self, deleted: Question) -> Received | None:
        await self._inbox.withdraw(deleted.id, edited_at=deleted.edited_at)
        return await self._inbox.find(deleted.id)

    async def _edit_known(self, question: Question) -> bool:
        """Have an edited question answered anew; return False if it is unknown."""
        stored = await self._inbox.find(question.id)
        if stored and _is_news(stored, question) and await self._reopen(question):
            await self._drop(question.id)
            self._wake()
        return stored is not None

    def _look_again(self, question: Question) -> None:
        """Try the edit of an unknown question again after some pauses.

        The platform may deliver a question to one process and its edit to another, and a question
        again after minutes if a process was killed with it. A tombstone would keep the text of
        every edited message, most of which are no questions; so the edit is kept here alone.
        """
        task = asyncio.create_task(self._edit_late(question))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _edit_late(self, question: Question) -> None:
        for pause_s in _LOOKS_S:
            await asyncio.sleep(pause_s)
            try:
                await self._offline.check_order(question.id)
                if await self._edit_known(question):
                    return
            except StorageError:
                try:
                    await self._offline.keep(Act.EDIT, question)
                except StorageError as error:
                    logger.error("the edit of question %s is lost: %s", question.id, error)
                return

    async def _edit(self, question: Question) -> Receipt | None:
        await self._offline.check_order(question.id)
        soon = self._offline.soon
        stored = await soon(lambda: self._inbox.find(question.id))
        if not stored:
            self._look_again(question)
        if not stored or not _is_news(stored, question):
            return None
        if not self._limits.allow(question.asker, f"{question.id} {question.text}"):
            return Receipt.LIMITED
        if not await soon(lambda: self._reopen(question)):
            return None
        await self._drop(question.id)
        self._wake()
        return Receipt.STORED

    async def _reopen(self, question: Question) -> bool:
        # In this order, a crash in between leaves the old question, and the edit is repeated.
        await self._archive.remove(question.id)
        return await self._inbox.reopen(question)

    async def _clear(self, question_id: str) -> None:
        await self._drop(question_id)
        await self._archive.remove(question_id)
        await self._withdraw_notice(question_id)
        self._wake()

    async def _withdraw_notice(self, question_id: str) -> None:
        """Withdraw the notice to the asker of a question that waited for a person."""
        case = await self._cases.of_question(question_id) if self._cases else None
        if case and case.answer_id:
            told = notice_id(question_id, case.telling)
            await self._inbox.withdraw(told)
            await self._archive.remove(told)


def _is_news(stored: Received, edited: Question) -> bool:
    """Return whether an edit changes the stored question.

    It does not if it is older, if the question was deleted, or if the text is the same.
    """
    if stored.state is InboxState.WITHDRAWN or stored.question.text == edited.text:
        return False
    return is_later(edited.edited_at, stored.question.edited_at)
