"""The worker of the inbox: it claims questions, keeps their leases, and settles them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

from core.cancellation import check_cancelled
from core.errors import AwayError, FaqbotError, LeaseLostError, StorageError
from core.messaging.inbox.lease import Lease
from core.messaging.inbox.places import Places
from core.messaging.inbox.store_watch import StoreWatch
from core.ports import Inbox
from core.retry import until_back
from core.types import Claim, InboxState

logger = logging.getLogger(__name__)

NoteReply = Callable[[str], Awaitable[None]]
_Told = TypeVar("_Told")

_CANCEL_AGAIN_S: Final = 5.0
_FAREWELL_S: Final = 2.0  # how long a stopping process waits for the store


class Handler(Protocol):
    """Answers claimed questions on a platform; after an error it is called again later."""

    async def answer(self, claim: Claim, note_reply: NoteReply) -> InboxState:
        """Answer the question and return its final state.

        If the claim has a `reply`, finish the answer in that message. With `claim.fence` above 1,
        an earlier worker has died or the question was edited: there may be messages that were not
        noted (look for them before sending) and a turn (`Archive.find`). Show a turn with the text
        of this question, and remove one with another text (`Archive.remove`). Call `note_reply` as
        soon as there is a message.

        This is cancelled when the claim is lost (withdrawn, edited, lapsed) or the process ends,
        and again every 5 s until it has ended.
        """
        ...

    async def tidy(self, claim: Claim, note_reply: NoteReply) -> None:
        """Mark the answer as stopped, or delete it, as `claim.state` tells.

        There may be messages that were not noted, and a turn that has to be removed.
        """
        ...

    async def give_up(self, claim: Claim) -> None:
        """Tell the asker that there will be no answer, in the noted message if there is one."""
        ...


@dataclass(eq=False, slots=True)
class _Work:
    """A question that is being answered here."""

    question_id: str
    dropped: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False


class InboxWorker:
    """Answers the questions of an inbox, several sessions at a time.

    It takes only sessions with one of `prefixes`, those of the platforms of this process. Each
    platform has `sessions_at_once` of its own, so that the rate limits of one platform do not delay
    the questions of another one.
    """

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        inbox: Inbox,
        handler: Handler,
        *,
        prefixes: Sequence[str] = ("",),
        sessions_at_once: int = 8,
        attempts: int = 5,
        lease_s: float = 6.0,
        poll_s: float = 1.0,
    ) -> None:
        self._inbox = inbox
        self._handler = handler
        self._attempts = attempts
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._sessions_at_once = sessions_at_once
        self._woken = {prefix: asyncio.Event() for prefix in prefixes}
        self._tasks: asyncio.TaskGroup | None = None
        self._at_work: set[_Work] = set()
        self._store = StoreWatch(lease_s=lease_s)
        self._places: list[Places] = []
        self._rests_until = float("-inf")

    @property
    def leases(self) -> int:
        """The number of questions that are being answered here."""
        return len(self._at_work)

    def wake(self) -> None:
        """Look at the inbox now, since a question was received or a lease has lapsed."""
        for woken in self._woken.values():
            woken.set()

    def take(self, prefix: str) -> None:
        """Answer sessions with this prefix as well from now on."""
        if prefix in self._woken:
            return
        self._woken[prefix] = asyncio.Event()
        if self._tasks:
            self._tasks.create_task(self._serve(prefix))

    async def drop(self, question_id: str) -> None:
        """Cancel the work on a question in this process, and return when it has ended.

        Call it for a question that was just withdrawn or reopened; otherwise the loss is noticed
        only when the lease is renewed.
        """
        for job in [job for job in self._at_work if job.question_id == question_id]:
            job.dropped.set()
            await job.ended.wait()

    async def run(self) -> None:
        """Work until cancelled, then release unfinished questions for the next process.

        The questions that this process had claimed before a restart come first.
        """
        with suppress(AwayError):
            await self._inbox.take_back()
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self._take_up())
            for prefix in self._woken:
                self._tasks.create_task(self._serve(prefix))

    async def _take_up(self) -> None:
        """Free the questions of processes that died, every `poll_s`, until cancelled.

        They do not wait until an answer of this process has ended.
        """
        while True:
            if self._store.shows_who_died:
                lapsed = await self._ask_store(self._inbox.sweep) or 0
                if lapsed:
                    logger.warning("%d questions were left behind; taking them up again", lapsed)
                    for places in self._places:
                        places.lend(lapsed)
                    self.wake()
            check_cancelled()
            await asyncio.sleep(self._poll_s)

    async def _serve(self, prefix: str) -> None:
        """Answer the questions of one platform until cancelled."""
        places = Places(self._sessions_at_once)
        self._places.append(places)
        async with asyncio.TaskGroup() as answers:
            while True:
                await places.take()
                claim = await self._next(prefix)
                answers.create_task(self._work(claim)).add_done_callback(places.give_back)
                check_cancelled()

    async def _next(self, prefix: str) -> Claim:
        """Wait for the next claim."""
        woken = self._woken[prefix]
        while True:
            woken.clear()
            await self._rest()
            claiming = partial(self._inbox.claim, lease_s=self._lease_s, prefixes=(prefix,))
            if (claim := await self._ask_store(claiming)) is not None:
                return claim
            check_cancelled()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await woken.wait()

    async def _rest(self) -> None:
        """Take no more work for a moment if the leases of what is at work are nearly lost.

        A process that has too little of the processor or the store would lose them, and begin the
        same answers again and again.
        """
        rest_s = self._rests_until - asyncio.get_running_loop().time()
        if rest_s > 0 and self._at_work:
            await asyncio.sleep(rest_s)

    def _late(self) -> None:
        self._rests_until = asyncio.get_running_loop().time() + self._lease_s / 2

    async def _ask_store(self, call: Callable[[], Awaitable[_Told]]) -> _Told | None:
        """Return what the store says; None if it fails, which is logged."""
        began = asyncio.get_running_loop().time()
        try:
            told = await call()
        except StorageError as error:
            logger.error("the inbox cannot be read: %s", error)
            if isinstance(error, AwayError):
                self._store.failed()
            return None
        self._store.answered(began)
        return told

    async def _work(self, claim: Claim) -> None:
        """Answer a claimed question as long as this process holds its lease."""
        job = _Work(claim.question.id)
        self._at_work.add(job)
        lease = Lease(self._inbox, claim, lease_s=self._lease_s, late=self._late, watch=self._store)
        tasks = {
            asyncio.create_task(self._answer(claim, job, lease)),
            asyncio.create_task(_keep(lease, job)),
            asyncio.create_task(_once(job.dropped)),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await _stop(tasks)
            # If `drop` was meant for an earlier claim, this one is still held.
            if job.lost or job.dropped.is_set():
                await self._release(claim)
        except asyncio.CancelledError:
            await _stop(tasks)
            await self._release(claim)
            raise
        finally:
            self._at_work.discard(job)
            job.ended.set()
            self.wake()

    async def _release(self, claim: Claim) -> None:
        """Release a claim for the next process; if this fails, its lease has to lapse first."""
        with suppress(FaqbotError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                await self._inbox.release(claim)

    async def _answer(self, claim: Claim, job: _Work, lease: Lease) -> None:
        try:
            state = await self._outcome(claim, lease)
            await until_back(lambda: self._inbox.settle(claim, state))
        except LeaseLostError as error:
            logger.warning("stopped: %s", error)
            job.lost = True
        except FaqbotError as error:
            logger.error("question %s: %s", claim.question.id, error)
        except Exception:  # the outermost edge of a task: a bug must not end other questions
            logger.exception("question %s broke off", claim.question.id)

    async def _outcome(self, claim: Claim, lease: Lease) -> InboxState:
        if claim.state is not InboxState.ANSWERING:
            if claim.attempt <= self._attempts:
                await self._handler.tidy(claim, lease.note_reply)
            else:
                logger.error("the messages of question %s stay as they are", claim.question.id)
            return claim.state
        if claim.attempt <= self._attempts:
            return await self._handler.answer(claim, lease.note_reply)
        # `give_up` is tried only once, so that a failure does not block the session.
        if claim.attempt == self._attempts + 1:
            await self._handler.give_up(claim)
        return InboxState.FAILED


async def _keep(lease: Lease, job: _Work) -> None:
    """Keep the lease until it is lost, and note the loss in the job."""
    try:
        await lease.keep()
    except LeaseLostError as error:
        logger.warning("stopping: %s", error)
        job.lost = True
    except StorageError as error:
        logger.error("the lease is not renewed: %s", error)


async def _once(event: asyncio.Event) -> None:
    await event.wait()


async def _stop(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel the tasks until they have ended; see `check_cancelled`."""
    while tasks := {task for task in tasks if not task.done()}:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_CANCEL_AGAIN_S)
