"""Work without the store: calls fail soon, and the acts of people are kept in a spool."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from core.errors import AwayError, StorageError, StoreAwayError
from core.stores.sqlite.spool import Act, Spooled, SqliteSpool
from core.types import Question, Receipt, SessionId

logger = logging.getLogger(__name__)

T = TypeVar("T")

_SOON_S: Final = 2.0  # how long a person waits for the store
_PAUSE_S: Final = 1.0  # how long a store that was away is left alone


class Offline:
    """Knows whether the store is away, and keeps the acts of people in a spool meanwhile.

    Without a spool, `keep` raises the error of the store.
    """

    def __init__(self, spool: SqliteSpool | None = None) -> None:
        self._spool = spool
        self._away_until = 0.0
        self._added = asyncio.Event()
        self._added.set()  # an earlier process may have left acts in the spool
        self.waiting = 0

    async def soon(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return the result of a call to the store, which may take two seconds.

        Raises:
            StoreAwayError: the call took longer, or one a moment ago did.
            StorageError: the store refuses the call.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            raise StoreAwayError("the store was away a moment ago")
        try:
            async with asyncio.timeout(_SOON_S):
                return await call()
        except (AwayError, TimeoutError) as error:
            self._away_until = loop.time() + _PAUSE_S
            raise StoreAwayError(str(error) or "the store does not answer in time") from error

    async def keep(self, act: Act, question: Question) -> Receipt:
        """Keep an act until the store is back; return `SPOOLED`, or `FULL` if there is no room.

        Raises:
            StorageError: the spool does not take it either.
        """
        if self._spool is None:
            raise StoreAwayError("the store is away, and nothing is kept here meanwhile")
        if not await self._spool.add(act, question):
            logger.error("the spool is full: question %s is not kept", question.id)
            return Receipt.FULL
        before, self.waiting = self.waiting, await self._spool.count()
        if self.waiting > before:
            logger.warning("the store is away: kept for later: %s of %s", act, question.id)
        self._added.set()
        return Receipt.SPOOLED

    async def kept(self, question_id: str) -> Question | None:
        """Return the latest version of a question in the spool; None if it is absent or deleted.

        Raises:
            StorageError: the spool cannot be read.
        """
        found = await self._spool.of(question_id) if self._spool else []
        last = found[-1] if found else None
        return last.question if last and last.act is not Act.DELETE else None

    async def check_order(self, question_id: str) -> None:
        """Check that no act on this question waits in the spool.

        Raises:
            StoreAwayError: one waits, so that the next act has to be kept behind it.
        """
        # The spool is read, as another process may have kept an act there.
        if self._spool and await self._spool.of(question_id):
            raise StoreAwayError("an earlier act still waits for the store")

    async def check_turn(self, session: SessionId) -> None:
        """Check that no question of this session waits in the spool, which would come later.

        Raises:
            StoreAwayError: one waits, so that the next question has to be kept behind it.
        """
        if self._spool and await self._spool.has_asked_in(session):
            raise StoreAwayError("an earlier question of the session still waits for the store")

    async def drain(self, do: Callable[[Spooled], Awaitable[bool]]) -> None:
        """Carry out the acts in the spool, in their order, until cancelled.

        `do` returns False if an act cannot be done yet, and raises `AwayError` while the store is
        away. An act may be done again: while its disk is full, the spool cannot forget it.
        """
        while self._spool:
            try:
                is_done = await self._oldest_done(self._spool, do)
            except AwayError as error:
                logger.error("what was kept for later waits: %s", error)
                is_done = False
            if not is_done:
                await asyncio.sleep(_PAUSE_S)

    async def _oldest_done(
        self, spool: SqliteSpool, do: Callable[[Spooled], Awaitable[bool]]
    ) -> bool:
        """Carry out the oldest act, or wait for one; return False if it cannot be done yet.

        Raises:
            AwayError: the spool cannot be read or written for now.
        """
        self.waiting = await spool.count()
        spooled = await spool.oldest()
        if spooled is None:
            self._added.clear()
            await self._added.wait()
        elif not await self._done(spooled, do):
            return False
        else:
            await spool.remove(spooled)
        return True

    @staticmethod
    async def _done(spooled: Spooled, do: Callable[[Spooled], Awaitable[bool]]) -> bool:
        try:
            return await do(spooled)
        except AwayError:
            return False
        except (
            StorageError
        ) as error:  # this act will never succeed, and those behind it must not wait
            logger.error("question %s is not stored: %s", spooled.question.id, error)
            return True
