"""Turns while the store is away: those of answers wait, and no other does."""

import pytest
from contracts.history import turn

from core.errors import StoreAwayError
from core.messaging.pending_turns import PendingTurns
from core.stores.memory import MemoryHistory


class Away(MemoryHistory):
    """A history that is away."""

    away = True

    async def append(self, turn):
        if self.away:
            raise StoreAwayError("an election")
        return await super().append(turn)


async def test_the_turn_of_an_answer_waits_and_is_stored_before_its_question_is_settled():
    history = Away()
    turns = PendingTurns(history)
    turns.watch("1", lambda: ())
    assert await turns.append(turn("1")) is True
    history.away = False
    await turns.store("1")
    assert [one.question.id for one in await history.recent(turn("1").question.session, 9)] == ["1"]


async def test_a_notice_is_stored_at_once_or_not_at_all():
    """Its question comes after it: it would be answered as a question, were its turn not there."""
    turns = PendingTurns(Away())
    with pytest.raises(StoreAwayError):
        await turns.append(turn("1"))
