"""The lease of a claim, kept while its question is being answered, also while the store is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from core.errors import AwayError
from core.messaging.inbox.store_watch import StoreWatch
from core.ports import Inbox
from core.types import Claim

logger = logging.getLogger(__name__)

_BEATS: Final = 3  # renewals within the time of a lease
_LATE_SHARE: Final = 0.25  # of a lease; a renewal that is so late was nearly too late
_AGAIN_S: Final = 0.5  # the pause after a failed renewal
_SOON_S: Final = 2.0  # how long a write of the answer waits for the store
# The share of a lease in which this process writes: its calls then end before another claim begins.
_SAFE_SHARE: Final = 0.75


class Lease:
    """Tells whether this process may still write the answer to a question.

    The store confirms the lease. While the store is away, the clock decides: no process gets the
    next claim before the lease lapses. After that, writes wait for the store.
    """

    def __init__(
        self,
        inbox: Inbox,
        claim: Claim,
        *,
        lease_s: float,
        late: Callable[[], None],
        watch: StoreWatch,
    ) -> None:
        """`late` hears of renewals that come so late that leases are at risk."""
        self._inbox = inbox
        self._late = late
        self._watch = watch
        self._claim = claim
        self._lease_s = lease_s
        self._until = asyncio.get_running_loop().time() + lease_s * _SAFE_SHARE
        self._there = asyncio.Event()
        self._there.set()
        self._due: str | None = None

    async def keep(self) -> None:
        """Renew the lease until it is lost.

        Raises:
            LeaseLostError: another process has the question, or it was deleted or edited.
        """
        loop = asyncio.get_running_loop()
        pause_s = self._lease_s / _BEATS
        while True:
            due = loop.time() + pause_s
            await asyncio.sleep(pause_s)
            try:
                await self._renew()
            except (AwayError, TimeoutError) as error:
                self._lose_sight(error)
                pause_s = _AGAIN_S
            else:
                pause_s = self._lease_s / _BEATS
            if loop.time() - due > self._lease_s * _LATE_SHARE:
                self._late()

    async def note_reply(self, reply: str) -> None:
        """Store the reference of the answer's messages; return once they may be written.

        Raises:
            LeaseLostError: this process has lost the question.
            StorageError: the reference is a text that stores reject.
        """
        while True:
            if self._there.is_set():
                try:
                    async with asyncio.timeout(_SOON_S):
                        await self._inbox.note_reply(self._claim, reply)
                except (AwayError, TimeoutError) as error:
                    self._lose_sight(error)
                else:
                    return
            self._due = reply
            if asyncio.get_running_loop().time() < self._until:
                return
            await self._there.wait()

    async def _renew(self) -> None:
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(max(self._lease_s, _SOON_S)):
            await self._inbox.renew(self._claim, lease_s=self._lease_s)
            if self._due is not None:
                await self._inbox.note_reply(self._claim, self._due)
        self._watch.answered(began)
        self._due = None
        self._until = began + self._lease_s * _SAFE_SHARE
        self._there.set()

    def _lose_sight(self, error: Exception) -> None:
        self._watch.failed()
        if self._there.is_set():
            self._there.clear()
            name = self._claim.question.id
            logger.warning("question %s goes on without the store: %s", name, str(error) or "slow")
