"""The lessons of people as an overlay: they are searched with the FAQ, and belong to no ingest.

Lessons are scored by the FAQ's own inverse document frequencies and mean length, so that their
scores can be ranked with those of its entries. Without lessons the index has no overlay.
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
from core.retrieval.lexical.term_lists import TermLists
from core.text.korean import compact
from core.types import OFFICIAL, Entry, Lesson, LessonState, Passage, Source

PREFIX = "learned:"

_AHEAD = 1e-3
_LIKED = "liked"


@dataclass(frozen=True, slots=True)
class SourcedEntry(Entry):
    """An entry with its source: a lesson and who taught it, or an entry whose review expired."""

    source: Source = OFFICIAL


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson that is ready to be indexed, with its terms.

    `vectors` has shape (any number, dimension), of which the nearest to a question counts. It is
    None if the embedder was away. A lesson that `corrects` was approved although the gate has
    findings, so that it may come before an entry of its own question.
    """

    entry: SourcedEntry
    fields: Fields
    vectors: Vectors | None
    corrects: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LessonOverlay:
    """The lessons that are served together; overlays are compared by identity."""

    lessons: tuple[Prepared, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)

    @classmethod
    def of(cls, lessons: Sequence[Prepared]) -> LessonOverlay:
        """Return an overlay of these lessons, for any generation.

        Liked questions have no entry of their own.
        """
        taught = (lesson.entry for lesson in lessons if not _is_liked(lesson))
        return cls(tuple(lessons), {entry.faq_id: entry for entry in taught})


NOTHING = LessonOverlay()


class LessonIndex(LexicalIndex):
    """The lexical index of the FAQ's entries, followed by the lessons.

    A liked question is an additional row of the entry that it was answered from.
    """

    def __init__(self, faq: LexicalIndex, overlay: LessonOverlay) -> None:
        self.faq = faq
        lessons = [one for one in overlay.lessons if _has_entry(one, faq)]
        shown = [_shown_for(one, faq) for one in lessons]
        super().__init__(
            [*faq.faq_ids, *(faq_id for faq_id, _ in shown)],
            [*faq.titles, *(title for _, title in shown)],
            faq.words,
            faq.letters,
            faq.grams,
            title_terms=faq.title_terms,
            mean_length=faq.mean_length,
        )
        liked = [title for one, (_, title) in zip(lessons, shown, strict=True) if _is_liked(one)]
        self.title_rows |= {title: faq.title_rows[title] for title in liked}
        self.rows |= {faq.faq_ids[row]: row for row in map(faq.title_rows.__getitem__, liked)}
        self.repeats = len(liked)  # the number of rows whose entry has an earlier row
        self.unknown_idf = faq.unknown_idf
        self._official = len(faq)
        self._taught = len(lessons)
        documents = [word_counts(one.fields) for one in lessons]
        self._own_words = saturated(Postings.build(documents), self._taught, faq.mean_length)
        new = [term for term in self._own_words.terms if term not in faq.words.terms]
        self.vocabulary = [*faq.vocabulary, *new]
        row_of = {term: row for row, term in enumerate(self.vocabulary)}
        of_titles = [[row_of[term] for term in one.fields.title_terms] for one in lessons]
        self.title_terms = faq.title_terms.followed_by(TermLists.of(of_titles))
        of_entries = [[row_of[term] for term in document] for document in documents]
        self.entry_terms = faq.entry_terms.followed_by(TermLists.of(of_entries))
        letters = Postings.build([letter_counts(one.fields) for one in lessons])
        # Letters that no entry has are worth the most, and those that too many have nothing.
        self._unknown_letters_idf = math.log(2 + 2 * self._official)
        idf = self._letter_idfs(list(letters.terms))
        self._own_letters = to_cosine(replace(letters, idf=idf), self._taught)
        texts = [one.fields.whole for one in lessons]
        self._own_grams = GramIndex.build(texts, faq.grams.idf)
        self._vectors, self._owners = _stacked(lessons)
        # What the FAQ has taken over since it was taught, the FAQ answers.
        official = {compact(title): row for row, title in enumerate(faq.titles)}
        self._exact: dict[str, int] = {}
        for row, one in enumerate(lessons, start=self._official):
            title = compact(one.entry.title)
            self._exact[title] = row if one.corrects else official.get(title, row)
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
        counts = log_counts(letter_grams(text))
        weights = np.array(list(counts.values()), np.float32) * self._letter_idfs(list(counts))
        query = dict(zip(counts, weights.tolist(), strict=True))
        length = max(float(np.sqrt(weights @ weights)), 1e-6)
        own = self._own_letters.score(query, self._taught) / length
        scores[self._official :] = own
        return scores

    def gram_scores(self, text: str) -> Scores:
        """Return the scores of the FAQ's entries, then those of the lessons."""
        scores = super().gram_scores(text)
        scores[self._official :] = self._own_grams.score(text, self._taught)
        return scores

    def covers(self, terms: Sequence[str], rows: Sequence[int]) -> NDArray[np.bool_]:
        """Return True where an entry or a lesson has a term, shape (rows, terms)."""
        official = super().covers(terms, rows)
        own = self._own_words.have(terms, [row - self._official for row in rows])
        return official | own

    def with_meaning(self, meaning: Scores, vector: Vectors, stand_in: Scores) -> Scores:
        """Return the cosines of the entries, followed by those of the lessons.

        A lesson without vectors gets its value of `stand_in`.
        """
        own = stand_in[self._official :].copy()
        if len(self._vectors):
            own[np.unique(self._owners)] = -1.0
            np.maximum.at(own, self._owners, self._vectors @ vector)
        return np.concatenate([meaning[: self._official], own]).astype(np.float32)

    def favoured(self, question: str, scores: Scores) -> Scores:
        """Return the scores, in which a lesson for exactly this question is ahead of all others.

        Of an entry's own question it is the entry, unless the lesson corrects that.
        """
        row = self._exact.get(compact(question))
        if row is None:
            return scores
        favoured = scores.copy()
        favoured[row] = max(float(favoured.max()), 1.0) + _AHEAD
        return favoured

    def _letter_idfs(self, grams: Sequence[str]) -> Scores:
        """Return the inverse document frequency of each n-gram, shape (len(grams),)."""
        numbers = self.letters.terms.find(grams)
        idf = np.full(len(grams), self._unknown_letters_idf, np.float32)
        idf[[gram in self.letters.common for gram in grams]] = 0.0
        idf[numbers >= 0] = self.letters.idf[numbers[numbers >= 0]]
        return idf


def _is_liked(lesson: Prepared) -> bool:
    return lesson.entry.source.kind == _LIKED


def _has_entry(lesson: Prepared, faq: LexicalIndex) -> bool:
    """Return whether a lesson can be found; a liked question needs its entry in the FAQ."""
    return not _is_liked(lesson) or lesson.entry.text in faq.title_rows


def _shown_for(lesson: Prepared, faq: LexicalIndex) -> tuple[str, str]:
    """Return the id and the title of a lesson's search result: of a liked question, its entry."""
    if _is_liked(lesson):
        row = faq.title_rows[lesson.entry.text]
        return faq.faq_ids[row], faq.titles[row]
    return lesson.entry.faq_id, lesson.entry.title


def laid_over(faq: LexicalIndex, overlay: LessonOverlay) -> LexicalIndex:
    """Return the FAQ's index with the lessons; without lessons it is the index itself."""
    return LessonIndex(faq, overlay) if overlay.lessons else faq


def is_learned(faq_id: str) -> bool:
    """Return whether an id is that of a lesson."""
    return faq_id.startswith(PREFIX)


def entry_of(lesson: Lesson) -> SourcedEntry:
    """Return a lesson as an entry."""
    expired = lesson.state is LessonState.EXPIRED
    kind = _LIKED if lesson.state is LessonState.LIKED else "learned"
    source = Source(kind, lesson.author_name, lesson.learned_at, expired)
    faq_id = f"{PREFIX}{lesson.id}"
    return SourcedEntry(
        faq_id, lesson.question, lesson.answer, category=lesson.category, source=source
    )


def passages_of(entries: Sequence[Entry], scores: Mapping[str, float]) -> list[Passage]:
    """Return entries as passages of an answer, each with its score and its source."""
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
    """Return the latest lesson of each question; spaces and punctuation do not count.

    A taught lesson takes precedence over a liked question.
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
    """Return the vectors of all lessons in one array, and the index of the lesson of each."""
    there = [(row, one.vectors) for row, one in enumerate(lessons) if one.vectors is not None]
    if not there:
        return np.zeros((0, 0), np.float32), np.zeros(0, np.intp)
    owners = np.concatenate([np.full(len(vectors), row, np.intp) for row, vectors in there])
    return np.concatenate([vectors for _, vectors in there]), owners
