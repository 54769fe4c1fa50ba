"""Lessons of people, laid over the FAQ that is served: searched with it, and no part of an ingest.

Lessons are scored by the FAQ's own inverse document frequencies and mean length, so that their
scores can be ranked with those of its entries. With no lessons there is no overlay at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.ports import Vectors
from core.retrieval.lexical.grams import GramIndex
from core.retrieval.lexical.index import (
    Fields,
    LexicalIndex,
    letter_counts,
    letter_grams,
    log_counts,
    word_counts,
)
from core.retrieval.lexical.postings import Postings, Scores, saturated, to_cosine
from core.text.korean import compact
from core.types import OFFICIAL, Entry, Lesson, LessonState, Passage, Source

PREFIX = "learned:"

_AHEAD = 1e-3
_LIKED = "liked"


@dataclass(frozen=True, slots=True)
class SourcedEntry(Entry):
    """An entry with its source: a lesson with who taught it, or what has expired."""

    source: Source = OFFICIAL


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson that was read once: its terms, and its vectors unless the embedder was away.

    `vectors` has shape (any number, dimension): a question is as near as the nearest of them.
    """

    entry: SourcedEntry
    fields: Fields
    vectors: Vectors | None


@dataclass(frozen=True, slots=True, eq=False)
class LessonOverlay:
    """The lessons that are served at one moment; compared by identity."""

    lessons: tuple[Prepared, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, lessons: Sequence[Prepared]) -> LessonOverlay:
        """Ready to be laid over any generation."""
        told = (one.entry for one in lessons if one.entry.source.kind != _LIKED)
        return cls(tuple(lessons), {entry.faq_id: entry for entry in told})


NOTHING = LessonOverlay()


class LessonIndex(LexicalIndex):
    """The lexical index of the FAQ and, behind its entries, of the lessons.

    A liked question is one more row of the entry that it finds.
    """

    def __init__(self, faq: LexicalIndex, overlay: LessonOverlay) -> None:
        lessons = [one for one in overlay.lessons if _has_entry(one, faq)]
        shown = [_shown_for(one, faq) for one in lessons]
        super().__init__(
            [*faq.faq_ids, *(faq_id for faq_id, _ in shown)],
            [*faq.titles, *(title for _, title in shown)],
            faq.words,
            faq.letters,
            faq.grams,
            mean_length=faq.mean_length,
        )
        liked = [title for one, (_, title) in zip(lessons, shown, strict=True) if _is_liked(one)]
        self.title_rows |= {title: faq.title_rows[title] for title in liked}
        self.rows |= {faq.faq_ids[row]: row for row in map(faq.title_rows.__getitem__, liked)}
        self.repeats = len(liked)  # rows of entries that have another row
        self.unknown_idf = faq.unknown_idf
        self._official = len(faq)
        self._taught = len(lessons)
        documents = [word_counts(one.fields) for one in lessons]
        self._own_words = saturated(Postings.build(documents), self._taught, faq.mean_length)
        letters = Postings.build([letter_counts(one.fields) for one in lessons])
        # What no entry has tells as much as can be told; what too many have, nothing.
        self._unknown_letters_idf = math.log(2 + 2 * self._official)
        idf = np.array([self._letter_idf(gram) for gram in letters.terms], np.float32)
        self._own_letters = to_cosine(replace(letters, idf=idf), self._taught)
        texts = [one.fields.whole for one in lessons]
        self._own_grams = GramIndex.build(texts, faq.grams.idf)
        self._vectors, self._owners = _stacked(lessons)
        self._exact = {compact(one.entry.title): row for row, one in enumerate(lessons)}
        self._exact.pop("", None)

    def word_scores(self, terms: Mapping[str, float], expansions: Mapping[str, float]) -> Scores:
        """Return the scores of the FAQ's entries, then those of the lessons."""
        scores = super().word_scores(terms, expansions)
        expected = sum(weight * self.idf(term) for term, weight in terms.items())
        query = {t: w * self.idf(t) for t, w in (*expansions.items(), *terms.items())}
        own = self._own_words.score(query, self._taught) / max(expected, 1e-6)
        scores[self._official :] = own
        return scores

    def letter_scores(self, text: str) -> Scores:
        """Return the scores of the FAQ's entries, then those of the lessons."""
        scores = super().letter_scores(text)
        query = {g: n * self._letter_idf(g) for g, n in log_counts(letter_grams(text)).items()}
        length = math.sqrt(sum(weight * weight for weight in query.values()))
        own = self._own_letters.score(query, self._taught) / max(length, 1e-6)
        scores[self._official :] = own
        return scores

    def gram_scores(self, text: str) -> Scores:
        """Return the scores of the FAQ's entries, then those of the lessons."""
        scores = super().gram_scores(text)
        scores[self._official :] = self._own_grams.score(text, self._taught)
        return scores

    def covers(self, terms: Sequence[str], rows: Sequence[int]) -> NDArray[np.bool_]:
        """Return the values of the FAQ's entries, then those of the lessons."""
        found = super().covers(terms, rows)
        own = self._own_words.have(terms, [row - self._official for row in rows])
        return found | own

    def with_meaning(self, meaning: Scores, vector: Vectors, stand_in: Scores) -> Scores:
        """Cosines of the lessons behind those of the entries.

        A lesson without a vector gets its row of `stand_in`.
        """
        own = stand_in[self._official :].copy()
        if len(self._vectors):
            own[np.unique(self._owners)] = -1.0
            np.maximum.at(own, self._owners, self._vectors @ vector)
        return np.concatenate([meaning[: self._official], own]).astype(np.float32)

    def favoured(self, question: str, scores: Scores) -> Scores:
        """The lesson for this very question first; else entries before lessons as near as they."""
        row = self._exact.get(compact(question))
        if row is None:
            return scores
        favoured = scores.copy()
        favoured[self._official + row] = max(float(favoured.max()), 1.0) + _AHEAD
        return favoured

    def _letter_idf(self, gram: str) -> float:
        row = self.letters.terms.get(gram)
        if row is not None:
            return float(self.letters.idf[row])
        return 0.0 if gram in self.letters.common else self._unknown_letters_idf


def _is_liked(lesson: Prepared) -> bool:
    return lesson.entry.source.kind == _LIKED


def _has_entry(lesson: Prepared, faq: LexicalIndex) -> bool:
    """Return whether a lesson can be found: a liked question only while its entry is there."""
    return not _is_liked(lesson) or lesson.entry.text in faq.title_rows


def _shown_for(lesson: Prepared, faq: LexicalIndex) -> tuple[str, str]:
    """Return the id and the title of what is found by a lesson."""
    if _is_liked(lesson):
        row = faq.title_rows[lesson.entry.text]
        return faq.faq_ids[row], faq.titles[row]
    return lesson.entry.faq_id, lesson.entry.title


def laid_over(faq: LexicalIndex, overlay: LessonOverlay) -> LexicalIndex:
    """The FAQ's index with the lessons; the very same where there are none."""
    return LessonIndex(faq, overlay) if overlay.lessons else faq


def is_learned(faq_id: str) -> bool:
    """Return whether a hit is a lesson."""
    return faq_id.startswith(PREFIX)


def entry_of(lesson: Lesson) -> SourcedEntry:
    """A lesson as an entry."""
    expired = lesson.state is LessonState.EXPIRED
    kind = _LIKED if lesson.state is LessonState.LIKED else "learned"
    source = Source(kind, lesson.author_name, lesson.learned_at, expired)
    faq_id = f"{PREFIX}{lesson.id}"
    return SourcedEntry(
        faq_id, lesson.question, lesson.answer, category=lesson.category, source=source
    )


def passages_of(entries: Sequence[Entry], scores: Mapping[str, float]) -> list[Passage]:
    """Entries as what an answer stands on, each with its score and where it comes from."""
    return [
        Passage(
            entry.faq_id,
            entry.title,
            entry.text,
            scores[entry.faq_id],
            _source(entry),
            markdown=entry.markdown,
            url=entry.url,
            updated=entry.updated,
        )
        for entry in entries
    ]


def newest(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Keep the latest of lessons for the same question, however it is spaced and punctuated.

    A liked question stands back behind what was taught.
    """
    kept: dict[str, Lesson] = {}
    for lesson in sorted(lessons, key=_age):
        kept[compact(lesson.question) or lesson.id] = lesson
    return list(kept.values())


def _age(lesson: Lesson) -> tuple[bool, datetime, str]:
    return lesson.state is not LessonState.LIKED, lesson.learned_at, lesson.id


def _source(entry: Entry) -> Source:
    return entry.source if isinstance(entry, SourcedEntry) else OFFICIAL


def _stacked(
    lessons: Sequence[Prepared],
) -> tuple[Vectors, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return all vectors, and the lesson of each."""
    there = [(row, one.vectors) for row, one in enumerate(lessons) if one.vectors is not None]
    if not there:
        return np.zeros((0, 0), np.float32), np.zeros(0, np.intp)
    owners = np.concatenate([np.full(len(vectors), row, np.intp) for row, vectors in there])
    return np.concatenate([vectors for _, vectors in there]), owners
