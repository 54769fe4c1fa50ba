"""The lexical half of retrieval: BM25F over morphemes, jamo n-grams for typos, n-grams of the text.

The index is a cache of the collection in Chroma: see `core.retrieval.snapshot`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.retrieval.array_files import map_arrays, write_arrays
from core.retrieval.lexical.grams import GramIndex
from core.retrieval.lexical.postings import Occurrences, Postings, Scores, saturated, to_cosine
from core.retrieval.lexical.term_lists import TermLists
from core.text.korean import compact, jamo, ngrams

# Chosen on the development questions, five-fold cross-validated; flat around these values.
_TITLE, _ANSWER, _QUESTIONS = 3.0, 1.0, 2.0
_JAMO_TITLE, _JAMO_QUESTIONS = 2.0, 1.0
_JAMO_SHORTEST, _JAMO_LONGEST = 4, 5
# Letters that one entry in twenty has hardly tell entries apart, and cost most of the time.
_JAMO_MAX_SHARE = 0.05
# Longer texts are cut, since a question may be as long as its sender likes.
_JAMO_MAX_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one entry that the index needs: terms and texts."""

    faq_id: str
    title: str
    questions: tuple[str, ...]
    title_terms: tuple[str, ...]
    answer_terms: tuple[str, ...]
    question_terms: tuple[str, ...]
    text: str = ""

    @property
    def whole(self) -> str:
        """The text whose n-grams are indexed: the title twice, the questions and the answer."""
        return "\n".join((self.title, self.title, *self.questions, self.text))


class LexicalIndex:
    """Scores every entry for a question, by its words, its letters and the letters of its text."""

    def __init__(  # noqa: PLR0913 - its parts
        self,
        faq_ids: Sequence[str],
        titles: Sequence[str],
        words: Postings,
        letters: Postings,
        grams: GramIndex,
        *,
        title_terms: TermLists,
        mean_length: float = 0.0,
    ) -> None:
        """`mean_length` is the mean length of an entry in weighted words."""
        self.faq_ids = tuple(faq_ids)
        self.titles = tuple(titles)
        self.rows = {faq_id: row for row, faq_id in enumerate(self.faq_ids)}
        self.title_rows = {title: row for row, title in enumerate(self.titles)}
        self.words = words
        self.letters = letters
        self.grams = grams
        self.mean_length = mean_length
        self.vocabulary: Sequence[str] = list(words.terms)
        self.title_terms = title_terms
        self.unknown_idf = math.log(1 + 2 * len(self.faq_ids) + 1)

    @classmethod
    def build(cls, entries: Iterable[Fields]) -> Self:
        """Index entries whose texts are split into terms already; the iterable is read once."""
        faq_ids, titles, texts, title_terms = [], [], [], []
        words, letters = Occurrences(), Occurrences()
        for entry in entries:
            faq_ids.append(entry.faq_id)
            titles.append(entry.title)
            words.add(word_counts(entry))
            title_terms.append([words.ids[term] for term in entry.title_terms])
            letters.add(letter_counts(entry))
            texts.append(entry.whole)
        size = len(faq_ids)
        return cls(
            faq_ids,
            titles,
            saturated(Postings.sorted(words), size),
            to_cosine(Postings.sorted(letters, max_share=_JAMO_MAX_SHARE), size),
            GramIndex.build(texts),
            title_terms=TermLists.of(title_terms),
            mean_length=sum(words.weights) / max(size, 1),
        )

    @cached_property
    def entry_terms(self) -> TermLists:
        """The terms of each entry, in all of its fields, numbered by the vocabulary."""
        return TermLists.of_postings(self.words, len(self))

    def __len__(self) -> int:
        return len(self.faq_ids)

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term; an unknown term has the highest."""
        t = self.words.terms.get(term)
        return self.unknown_idf if t is None else float(self.words.idf[t])

    def word_scores(self, terms: Mapping[str, float], expansions: Mapping[str, float]) -> Scores:
        """Return the BM25F of all entries, divided by the summed IDF of `terms`: about 0 to 3.

        The shape is (entries,). Both arguments map a term to its weight; `expansions` add to the
        scores, and are not part of the divisor.
        """
        expected = sum(weight * self.idf(term) for term, weight in terms.items())
        query = {t: w * self.idf(t) for t, w in (*expansions.items(), *terms.items())}
        return self.words.score(query, len(self)) / max(expected, 1e-6)

    def letter_scores(self, text: str) -> Scores:
        """Return the cosines of jamo n-grams with all entries, 0 to 1, shape (entries,)."""
        counts = log_counts(letter_grams(text))
        terms, known = self.letters.known(counts)
        weights = known * self.letters.idf[terms]
        length = float(np.sqrt(weights @ weights))
        return self.letters.sums(terms, weights, len(self)) / max(length, 1e-6)

    def gram_scores(self, text: str) -> Scores:
        """Return the cosines of n-grams with whole entries, 0 to 1, shape (entries,)."""
        return self.grams.score(text, len(self))

    def covers(self, terms: Sequence[str], rows: Sequence[int]) -> NDArray[np.bool_]:
        """Return True where an entry has a term in any field, shape (rows, terms)."""
        return self.words.have(terms, rows)

    def save(self, path: Path) -> None:
        """Write the index to a file atomically: readers see the old file or the whole new one."""
        arrays = self.words.arrays("words") | self.letters.arrays("letters")
        arrays |= self.grams.arrays() | self.title_terms.arrays("title_terms")
        names = "\n".join((*self.faq_ids, *map(_one_line, self.titles))).encode()
        arrays["names"] = np.frombuffer(names, np.uint8)
        arrays["mean_length"] = np.array(self.mean_length)
        write_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Map what `save` wrote into memory, which reads what searches need of it.

        Raises:
            OSError, ValueError, KeyError: the file is missing or damaged; build it anew.
        """
        arrays = map_arrays(path)
        joined = arrays["names"].tobytes().decode()
        names = joined.split("\n") if joined else []
        half = len(names) // 2
        return cls(
            names[:half],
            list(map(_many_lines, names[half:])),
            Postings.from_arrays("words", arrays),
            Postings.from_arrays("letters", arrays),
            GramIndex.from_arrays(arrays),
            title_terms=TermLists.from_arrays("title_terms", arrays),
            mean_length=float(arrays["mean_length"].item()),
        )


def word_counts(entry: Fields) -> dict[str, float]:
    """Return the count of each term of an entry, weighted by the fields that have it."""
    counts: Counter[str] = Counter()
    for terms, weight in (
        (entry.title_terms, _TITLE),
        (entry.answer_terms, _ANSWER),
        (entry.question_terms, _QUESTIONS),
    ):
        for term in terms:
            counts[term] += weight  # type: ignore[assignment]  # Counter adds floats just as well
    return dict(counts)


def letter_grams(text: str) -> list[str]:
    """Return the jamo n-grams of a text without its spaces."""
    return ngrams(jamo(compact(text[:_JAMO_MAX_CHARACTERS])), _JAMO_SHORTEST, _JAMO_LONGEST)


def letter_counts(entry: Fields) -> dict[str, float]:
    """Return the damped count of each jamo n-gram in an entry's title and questions."""
    counts: dict[str, float] = {}
    for text, weight in (
        (entry.title, _JAMO_TITLE),
        *((q, _JAMO_QUESTIONS) for q in entry.questions),
    ):
        for gram in letter_grams(text):
            counts[gram] = counts.get(gram, 0.0) + weight
    return {gram: 1 + math.log(count) for gram, count in counts.items()}


def log_counts(grams: Iterable[str]) -> dict[str, float]:
    """Return the damped count of each n-gram."""
    return {gram: 1 + math.log(count) for gram, count in Counter(grams).items()}


def _one_line(title: str) -> str:
    return title.replace("\\", "\\\\").replace("\n", "\\n")


def _many_lines(line: str) -> str:
    return line.replace("\\n", "\n") if "\\\\" not in line else _unescape(line)


def _unescape(line: str) -> str:
    return "\\".join(part.replace("\\n", "\n") for part in line.split("\\\\"))
