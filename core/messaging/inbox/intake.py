"""The intake: it stores questions before the platform hears OK, within the limits of askers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from core.bounded import BoundedDict
from core.errors import StoreAwayError
from core.messaging.inbox.offline import Offline
from core.messaging.user_limits import UserLimits
from core.ports import Inbox
from core.stores.sqlite.spool import Act
from core.types import Question, Receipt, Received

_MOST_REFUSED: Final = 10_000
# A question from the time while the bot was away looks for room in the inbox this often.
_ROOM_S, _LOOKS_FOR_ROOM = 1.0, 300


class Intake:
    """Stores each question once, within the limits of its asker and the room of the inbox."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        inbox: Inbox,
        offline: Offline,
        limits: UserLimits,
        processes: Callable[[], int],
        find: Callable[[str], Awaitable[Received | None]],
        redact: Callable[[str], str],
    ) -> None:
        """`find` returns a known question, also one that waits in the spool for the store.

        `redact` removes from a text what must not be stored.
        """
        self._inbox = inbox
        self._offline = offline
        self._limits = limits
        self._processes = processes
        self._find = find
        self._redact = redact
        self._refused: BoundedDict[str, None] = BoundedDict(_MOST_REFUSED)
        self._arriving: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, question: Question, *, late: bool = False) -> Receipt:
        """Store a question if its asker may ask; of a refused question only the id is kept.

        A question that is refused again is `KNOWN`, since its asker was told; later it may pass.
        `late` is as in `ChatService.receive`.

        Raises:
            StorageError: the question is not stored.
        """
        # A platform may deliver one message as two events at once. The questions of a session are
        # stored in their order; a late one may wait for room, and nobody waits behind it.
        turn = question.id if late else question.session
        async with self._arriving.setdefault(turn, asyncio.Lock()):
            return await self._take(question, late=late)

    def tell_again(self, question_id: str) -> None:
        """Forget that a question was refused, so that its asker is told if it is refused again."""
        self._refused.pop(question_id, None)

    async def _take(self, question: Question, *, late: bool) -> Receipt:
        with suppress(StoreAwayError):
            if await self._find(question.id):
                return Receipt.KNOWN
        if not late and not await self._may_ask(question):
            told = question.id in self._refused
            self._refused[question.id] = None
            return Receipt.KNOWN if told else Receipt.LIMITED
        question = replace(question, text=self._redact(question.text))
        receipt = None
        try:
            receipt = await self._store(question)
            for _ in range(_LOOKS_FOR_ROOM if late else 0):
                if receipt is not Receipt.FULL:
                    break
                await asyncio.sleep(_ROOM_S)
                receipt = await self._store(question)
        finally:
            if receipt not in (Receipt.STORED, Receipt.SPOOLED) and not late:
                self._limits.take_back(question.asker)
        return receipt

    async def _may_ask(self, question: Question) -> bool:
        """Return whether the asker's limits, over all processes, allow a further question."""
        if not self._limits.allow(question.asker, question.id):
            return False
        if self._processes() == 1:
            return True
        now = datetime.now(UTC)
        with suppress(StoreAwayError):  # while the store is away, the count of this process decides
            for most, window_s in self._limits.windows:
                since = now - timedelta(seconds=window_s)
                asked = partial(self._inbox.asked_since, question.asker, since, most)
                if await self._offline.soon(asked) >= most:
                    self._limits.take_back(question.asker)
                    return False
        return True

    async def _store(self, question: Question) -> Receipt:
        try:
            await self._offline.check_turn(question.session)
            return await self._offline.soon(lambda: self._inbox.receive(question))
        except StoreAwayError:
            return await self._offline.keep(Act.ASK, question)
