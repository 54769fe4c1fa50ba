"""The rounds of the desk: those who wait are told of their answer, by whichever process leads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NoReturn

from core.errors import FaqbotError
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.notice import notice_of
from core.ports import History, Inbox
from core.profile import Profile
from core.types import Case, CaseState, InboxState, Question, Receipt

logger = logging.getLogger(__name__)

_LOOK_S: Final = 2.0  # how soon what another process has stored is seen to
_AT_ONCE: Final = 100


class CaseRounds:
    """Does what is due at the desk: each step may be done again, and is seen once.

    What is said of an answer is a question of its own in the inbox, with an id that the asker's
    question and the answer give: it is there once, and answered by whoever has the platform.
    """

    def __init__(
        self,
        desk: CaseDesk,
        *,
        inbox: Inbox,
        history: History,
        profile: Profile,
        wake: Callable[[], None],
    ) -> None:
        """`wake` lets the inbox be looked at."""
        self._desk = desk
        self._inbox = inbox
        self._history = history
        self._profile = profile
        self._wake = wake

    async def run(self, leads: Callable[[], Awaitable[bool]]) -> NoReturn:
        """Go round until cancelled, while this process `leads`."""
        while True:
            self._desk.changed.clear()
            try:
                if await leads():
                    await self.go()
            except FaqbotError as error:
                logger.warning("cases wait: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._desk.changed.wait(), _LOOK_S)

    async def go(self) -> None:
        """Do what is due by now.

        Raises:
            StorageError: the rest waits.
        """
        for case in await self._desk.cases.due(self._desk.now(), _AT_ONCE):
            if case.state is CaseState.ANSWERED:
                await self._tell(case)

    async def _tell(self, case: Case) -> None:
        waiting = [one.question for one in case.waiters if one.told_of != case.answer_id]
        told = [one.id for one in waiting if await self._is_told(case, one)]
        if told:
            self._wake()
        await self._desk.change(
            case.id,
            lambda now: now.told(frozenset(told)) if now.answer_id == case.answer_id else None,
        )

    async def _is_told(self, case: Case, question: Question) -> bool:
        """Hand in what an asker is told; False if there is no room for it now."""
        asked = await self._inbox.find(question.id)
        if asked and asked.state is InboxState.WITHDRAWN:
            return True  # nobody waits for it any more
        notice = notice_of(case, question, self._profile, self._desk.now())
        await self._history.append(notice)
        return await self._inbox.receive(notice.question) is not Receipt.FULL
