"""A history that keeps turns while the store is away, and stores them later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from core.errors import AwayError
from core.ports import History
from core.retry import until_back
from core.types import Edit, SessionId, Turn

logger = logging.getLogger(__name__)

_SOON_S: Final = 2.0  # how long the ending of an answer waits for the store


class PendingTurns:
    """Implements `History` over a history whose store may be away.

    An answer is shown even while the store is away. Its turn waits here until `store` has stored
    it, and only then is its question settled. If the process dies before, the question is still
    open, and the next process answers it in the same messages. A turn that no answer of this
    process makes, such as a notice, never waits: its question comes after it.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._pending: dict[str, Turn] = {}
        self._cost_usd: dict[str, float] = {}
        self._edits: dict[str, Callable[[], tuple[Edit, ...]]] = {}

    def watch(self, question_id: str, edits: Callable[[], tuple[Edit, ...]]) -> None:
        """Add the result of `edits`, the edits that showed the answer, to a question's turn."""
        self._edits[question_id] = edits

    async def append(self, turn: Turn) -> bool:
        """Store a turn, or keep it until the store is back; see `History.append`.

        Raises:
            StorageError: the store rejects the turn, so that waiting would not help; or it is away,
                and the turn is of no question that is being answered here.
        """
        edits = self._edits.get(turn.question.id)
        if edits is None:
            return await self._history.append(turn)
        self._cost_usd[turn.question.id] = turn.usage.cost_usd
        turn = replace(turn, trace=replace(turn.trace, edits=edits()))
        try:
            async with asyncio.timeout(_SOON_S):
                return await self._history.append(turn)
        except (AwayError, TimeoutError) as error:
            logger.warning(
                "the turn of question %s waits: %s", turn.question.id, str(error) or "slow"
            )
            self._pending[turn.question.id] = turn
            return True

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the last `limit` turns of a session, oldest first; waits for the store."""
        return await until_back(lambda: self._history.recent(session, limit))

    async def store(self, question_id: str) -> None:
        """Store the waiting turn of a question, if there is one; wait for the store.

        Raises:
            StorageError: the store rejects it.
        """
        if turn := self._pending.get(question_id):
            await until_back(lambda: self._history.append(turn))
            self._pending.pop(question_id, None)  # a later claim may have stored it, too

    def cost_usd(self, question_id: str) -> float:
        """Return the cost in US dollars of an answer that has just been appended."""
        return self._cost_usd.get(question_id, 0.0)

    def forget(self, question_id: str) -> None:
        """Drop the turn of a question that is stored, or that another process answers now."""
        for of_question in (self._pending, self._cost_usd, self._edits):
            of_question.pop(question_id, None)
