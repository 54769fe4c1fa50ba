"""The gate before lessons are served, on the search that the settings chose."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.retrieval.rehearsal import Rehearsal
from core.retrieval.retriever import Retriever
from core.text.korean import Analyzer
from core.types import Entry, Lesson


class SearchedRehearsal:
    """Implements `core.messaging.lessons.gate.Rehearsing` in threads."""

    def __init__(self, retriever: Retriever, analyzer: Analyzer) -> None:
        self._rehearsal = Rehearsal(retriever, analyzer)

    async def near(self, lesson: Lesson) -> Sequence[Entry]:
        """Return the entries that answer the lesson's question, the nearest first."""
        return await asyncio.to_thread(self._rehearsal.answering, lesson)

    async def taken(self, lesson: Lesson) -> Sequence[str]:
        """Return the entries' own questions that the lesson would take."""
        return await asyncio.to_thread(self._rehearsal.taken, lesson)
