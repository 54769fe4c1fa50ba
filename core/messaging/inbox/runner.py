"""The work of a process: it answers open questions and carries out spooled acts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from core.messaging.handler import QuestionHandler
from core.messaging.inbox.offline import Offline
from core.messaging.inbox.worker import InboxWorker
from core.ports import Inbox
from core.stores.sqlite.spool import Spooled


class Runner:
    """Runs the worker of an inbox, for the platforms that a handler serves."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        inbox: Inbox,
        handler: QuestionHandler,
        offline: Offline,
        *,
        catch_up: Callable[[Spooled], Awaitable[bool]],
        sessions_at_once: int,
        lease_s: float,
    ) -> None:
        """`catch_up` carries out an act from the spool; it returns False if the inbox is full."""
        self._inbox = inbox
        self._handler = handler
        self._offline = offline
        self._catch_up = catch_up
        self._sessions_at_once = sessions_at_once
        self._lease_s = lease_s
        self._worker: InboxWorker | None = None

    async def run(self) -> None:
        """Answer questions until cancelled; unfinished ones are left for the next process."""
        self._worker = InboxWorker(
            self._inbox,
            self._handler,
            sessions_at_once=self._sessions_at_once,
            lease_s=self._lease_s,
            prefixes=self._handler.prefixes,
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._worker.run())
                tasks.create_task(self._offline.drain(self._catch_up))
        finally:
            self._worker = None

    @property
    def at_work(self) -> bool:
        """True while this process answers questions."""
        return self._worker is not None

    @property
    def leases(self) -> int:
        """The number of questions that are being answered here."""
        return self._worker.leases if self._worker else 0

    def take(self, prefix: str) -> None:
        """Answer the questions of one more platform, whose session ids begin with `prefix`."""
        if self._worker:
            self._worker.take(prefix)

    def wake(self) -> None:
        """Look for open questions now."""
        if self._worker:
            self._worker.wake()

    async def drop(self, question_id: str) -> None:
        """Stop work on a question at once, if it is done here."""
        if self._worker:
            await self._worker.drop(question_id)
