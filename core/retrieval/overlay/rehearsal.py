"""The rehearsal of a lesson before it is served: which entries would lose their own questions."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Final

from core.errors import ModelError
from core.ports import Vectors
from core.retrieval.overlay.lesson_sync import prepared_of, vectors_of
from core.retrieval.overlay.lessons import PREFIX, LessonOverlay, is_learned
from core.retrieval.retriever import Retriever
from core.retrieval.signals import Query
from core.text.korean import Analyzer
from core.types import Entry, Lesson, LessonState

# Entries that could lose a question are looked for near the lesson's question and its answer.
_NEAREST: Final = 25
_BESIDE: Final = 5
_AT_ONCE: Final = 50  # questions of one search, which holds the scores of all of them
_READ_CHARACTERS: Final = 300


def answering(retriever: Retriever, lessons: Sequence[Lesson]) -> list[Entry | None]:
    """Return the entry of the FAQ that answers each lesson's question, None where none does.

    Raises:
        FaqIndexError, ModelError: the FAQ cannot be searched now.
    """
    found: list[Entry | None] = []
    for begin in range(0, len(lessons), _AT_ONCE):
        asked = [Query(one.question) for one in lessons[begin : begin + _AT_ONCE]]
        for hits in retriever.search_all(asked, limit=_BESIDE):
            official = [hit for hit in hits if not is_learned(hit.faq_id)][:1]
            entries = retriever.entries([hit for hit in official if hit.answers])
            found.append(next(iter(entries), None))
    return found


class Rehearsal:
    """Searches for the FAQ's own questions as if a lesson were served already."""

    def __init__(self, retriever: Retriever, analyzer: Analyzer) -> None:
        self._retriever = retriever
        self._analyzer = analyzer

    def answering(self, lesson: Lesson) -> list[Entry]:
        """Return the entries of the FAQ that answer a lesson's question, the nearest first.

        Raises:
            FaqIndexError, ModelError: the FAQ cannot be searched now.
        """
        hits = self._retriever.search(lesson.question, limit=_BESIDE)
        return self._retriever.entries(
            [hit for hit in hits if hit.answers and not is_learned(hit.faq_id)]
        )

    def nearest(self, lesson: Lesson) -> list[Entry]:
        """Return the entries of the FAQ nearest to a lesson: by its question, then by its answer.

        Raises:
            FaqIndexError, ModelError: as `answering`.
        """
        asked = [Query(lesson.question), Query(lesson.answer[:_READ_CHARACTERS])]
        found = self._retriever.search_all(asked, limit=_NEAREST)
        hits = [hit for hits in found for hit in hits if not is_learned(hit.faq_id)]
        return self._retriever.entries(list({hit.faq_id: hit for hit in hits}.values()))

    def taken(self, lesson: Lesson) -> list[str]:
        """Return the entries' own questions that would find the lesson first.

        These are titles and questions written ahead. It takes a second: call it in a thread.

        Raises:
            FaqIndexError, ModelError: as `nearest`.
        """
        owned = [
            (question, entry.faq_id)
            for entry in self.nearest(lesson)
            for question in (entry.title, *entry.questions)
        ]
        asked = [Query(question) for question, _ in owned]
        every = self.with_lessons([lesson]).search_all(asked, limit=2)
        taker = self._found_by(lesson)
        taken = [
            place
            for place, ((_, faq_id), hits) in enumerate(zip(owned, every, strict=True))
            if len(hits) > 1 and (hits[0].faq_id, hits[1].faq_id) == (taker, faq_id)
        ]
        if lesson.state is LessonState.LIKED:  # its entry may have been first before
            before = self._retriever.search_all([asked[place] for place in taken], limit=1)
            firsts = dict(zip(taken, before, strict=True))
            taken = [place for place in taken if firsts[place][0].faq_id != taker]
        return [owned[place][0] for place in taken]

    def _found_by(self, lesson: Lesson) -> str:
        """Return the id of the search result of a lesson."""
        if lesson.state is not LessonState.LIKED:
            return f"{PREFIX}{lesson.id}"
        lexical = self._retriever.serving.now().lexical
        row = lexical.title_rows.get(lesson.answer)
        return "" if row is None else lexical.faq_ids[row]

    def with_lessons(self, lessons: Sequence[Lesson]) -> Retriever:
        """Return a separate search with these lessons; the serving one does not change."""
        vectors: list[Vectors | None]
        try:
            vectors = [*vectors_of(self._retriever.embedder, lessons)]
        except ModelError:
            # Words and letters tell, as they do in every search meanwhile.
            vectors = [None] * len(lessons)
        ready = prepared_of(lessons, vectors, self._analyzer).values()
        fresh = [replace(one, corrects=True) for one in ready]
        ids = {one.entry.faq_id for one in fresh}
        laid = self._retriever.serving.now().overlay.lessons
        others = [one for one in laid if one.entry.faq_id not in ids]
        trial = copy(self._retriever)
        trial.serving = copy(self._retriever.serving)
        trial.serving.lay(LessonOverlay.of([*others, *fresh]))
        return trial
