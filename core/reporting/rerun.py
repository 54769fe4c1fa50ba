"""One question asked again in its conversation, without the turns that came after it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

from core.assistant.assistant import Assistant
from core.ports import Archive
from core.stores.memory import MemoryHistory
from core.types import Failed, Turn, TurnState

_PAGE: Final = 200
_REMEMBERED: Final = 20


async def rerun(assistant: Assistant, archive: Archive, turn: Turn) -> Turn:
    """Return the answer that a question gets now; it is not stored, nor charged to its asker.

    Raises:
        StorageError: the conversation before it cannot be read.
    """
    question = turn.question
    memory = MemoryHistory()
    for past in await _before(archive, turn):
        await memory.append(past)
    failed = ""
    async with aclosing(assistant.remembering(memory, charged_to="").answer(question)) as events:
        async for event in events:
            if isinstance(event, Failed):
                failed = event.text
    last = await memory.recent(question.session, 1)
    if last and last[0].question.id == question.id:
        return last[0]
    return Turn(question, TurnState.FAILED, failed)


async def _before(archive: Archive, turn: Turn) -> Sequence[Turn]:
    """Return the turns of the conversation that came before this one, oldest first."""
    before: list[Turn] = []
    place = 0
    while page := await archive.turns(turn.question.session, _PAGE, place):
        place = page[-1][0]
        for _, past in page:
            if past.question.id == turn.question.id:
                return before[-_REMEMBERED:]
            before.append(past)
    return before[-_REMEMBERED:]
