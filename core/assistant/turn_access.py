"""The access to stored turns: which of them the readers of an answer may see."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from core.assistant.replies import REMEMBERED_TURNS
from core.errors import FaqbotError
from core.ports import History
from core.retrieval.audience import Audience
from core.retrieval.hits import is_answer
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from core.types import SessionId, Turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TurnAccess:
    """Decides which stored turns one audience may see.

    `retriever` searches what that audience sees, and `for_all` what people in no group see in the
    same place.
    """

    history: History
    audience: Audience
    retriever: Retriever
    for_all: Retriever

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the latest turns of a session, without those that the readers may not see."""
        turns = await self.history.recent(session, limit)
        if self.audience.sees_all:
            return turns
        return [turn for turn in turns if await self._may_see(turn)]

    async def for_everybody(self, turn: Turn) -> Turn | None:
        """Return a turn as everybody in its place may see it.

        It is None if its answer is for some alone, or if that is not known now. If a follow-up
        leads to what some alone may see, there are none.
        """
        if not turn.passages:
            return None
        if self.retriever is self.for_all:
            return turn
        try:
            return await self._without_secrets(turn)
        except FaqbotError as error:
            logger.warning("who may see the answer to %s is not known: %s", turn.question.id, error)
            return None

    async def _may_see(self, turn: Turn) -> bool:
        """Return whether the readers may still see every entry that a turn was answered from."""
        told = [passage.faq_id for passage in turn.passages]
        return await self.retriever.aside(self.retriever.may_tell, told)

    async def _without_secrets(self, turn: Turn) -> Turn | None:
        # A model may use more than it cites, so what it was given counts, too.
        told = [passage.faq_id for passage in turn.passages]
        if turn.trace.prompt:
            before = await self.history.recent(turn.question.session, REMEMBERED_TURNS)
            told += [passage.faq_id for past in before for passage in past.passages]
            told += [candidate.faq_id for candidate in turn.trace.candidates]
        if not await self.retriever.aside(self.for_all.may_tell, told):
            return None
        asked = [Query(text) for text in turn.followups]
        found = await self.retriever.aside(self.for_all.search_all, asked)
        return turn if all(map(is_answer, found)) else replace(turn, followups=())
