"""The rounds of the desk: owners are called and reminded, and waiting askers get their answers.

Only the leading process makes the rounds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, NoReturn

from core.cancellation import check_cancelled
from core.errors import FaqbotError, PlatformError
from core.messaging.cases.calls import call_of, next_step
from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.notice import notice_of
from core.ports import History, Inbox
from core.profile import Profile
from core.types import Case, Escalated, InboxState, Question, SessionId, Waiter

logger = logging.getLogger(__name__)

_LOOK_S: Final = 2.0  # the interval at which changes by other processes are looked for
_AT_ONCE: Final = 100


class CaseRounds:
    """Takes the due steps of all cases; a step that is repeated after a crash is shown once.

    A notice is a question of its own in the inbox. Its id is made from the asker's question and the
    answer, so that it exists once. Any process that serves the platform shows it.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        desk: CaseDesk,
        *,
        inbox: Inbox,
        history: History,
        profile: Profile,
        wake: Callable[[], None],
        say: Callable[[Question, Escalated], Awaitable[None]],
        is_public: Callable[[SessionId], bool],
        also: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """`say` posts a message where a question was asked, and is used if that `is_public`.

        `wake` has the inbox looked at. `also` are further duties of the leading process, which run
        with each round.
        """
        self._say = say
        self._also = also
        self._is_public = is_public
        self._desk = desk
        self._inbox = inbox
        self._history = history
        self._profile = profile
        self._wake = wake

    async def run(self, leads: Callable[[], Awaitable[bool]]) -> NoReturn:
        """Make rounds until cancelled, while this process `leads`."""
        while True:
            self._desk.changed.clear()
            try:
                if await leads():
                    for work in (self.go, *self._also):
                        await work()
            except FaqbotError as error:
                logger.warning("cases wait: %s", error)
            check_cancelled()
            # `wait_for` would swallow a cancellation that comes with a change.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._desk.changed.wait()

    async def go(self) -> None:
        """Take all steps that are due.

        Raises:
            StorageError: the remaining steps wait for the next round.
        """
        for case in await self._desk.cases.due(self._desk.now(), _AT_ONCE):
            if case.is_open:
                await self._call(case)
            else:
                await self._tell(case)

    async def _call(self, case: Case) -> None:
        """Remind the owner, or call the next one; the step is stored before it is said."""
        now = self._desk.now()
        waiting = [
            one.question for one in case.waiters if not await self._is_withdrawn(one.question)
        ]
        if not waiting:
            await self._desk.cases.save(replace(case.closed(at=now), due_at=None))
            return
        place = next((one for one in waiting if self._is_public(one.session)), None)
        step = await next_step(self._desk, case, place) if place else replace(case, due_at=None)
        if not await self._desk.cases.save(step) or place is None or step.calls == case.calls:
            return
        call = call_of(self._desk, step, len({one.asker for one in waiting}))
        said = replace(place, id=step.calls[-1].reference, asked_at=now, edited_at=None)
        try:
            await self._say(said, call)
        except PlatformError as error:
            logger.warning("the call for case %s was not heard: %s", case.id, error)

    async def _is_withdrawn(self, question: Question) -> bool:
        asked = await self._inbox.find(question.id)
        return asked is not None and asked.state is InboxState.WITHDRAWN

    async def _tell(self, case: Case) -> None:
        waiting = [one for one in case.waiters if one.told_of != case.telling]
        kept = [one for one in waiting if not await self._is_withdrawn(one.question)]
        # Somebody who has asked twice in a conversation is told once there.
        for waiter in {(one.question.session, one.question.asker): one for one in kept}.values():
            await self._tell_asker(case, waiter)
        if waiting:
            self._wake()
        told = frozenset(one.question.id for one in waiting)
        await self._desk.change(
            case.id, lambda now: now.told(told) if now.telling == case.telling else None
        )

    async def _tell_asker(self, case: Case, waiter: Waiter) -> None:
        """Put the notice to an asker into the inbox."""
        notice = notice_of(case, waiter, self._profile, self._desk.now())
        await self._history.append(notice)
        await self._inbox.receive(notice.question, is_notice=True)
