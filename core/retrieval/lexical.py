"""The lexical half of retrieval: BM25F over morphemes, and TF-IDF over jamo n-grams for typos.

Both are inverted indexes in flat arrays, so that scoring a question is a handful of array slices,
and saving or loading them is a copy. It is a cache of what is in Chroma: see `core.retrieval`.
"""

from __future__ import annotations

import math
import secrets
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.retrieval.vectors import read_arrays
from core.text.korean import compact, jamo, ngrams

Scores = NDArray[np.float32]

# Chosen on the development questions, five-fold cross-validated; flat around these values.
_TITLE, _ANSWER, _QUESTIONS = 3.0, 1.0, 2.0
_K1, _B = 1.5, 0.3
_JAMO_TITLE, _JAMO_QUESTIONS = 2.0, 1.0
_JAMO_SHORTEST, _JAMO_LONGEST = 4, 5
# Letters that one entry in twenty has tell entries apart badly and cost most of the time.
_JAMO_MAX_SHARE, _JAMO_MIN_LIMIT = 0.05, 20
# The text cache is not a place for a 100 kB question field.
_JAMO_MAX_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one entry that the index needs: terms, and the texts that people typed."""

    faq_id: str
    title: str
    questions: tuple[str, ...]
    title_terms: tuple[str, ...]
    answer_terms: tuple[str, ...]
    question_terms: tuple[str, ...]


class _Occurrences:
    """The flat arrays that postings are sorted from.

    A dict for each document would take a multiple.

    Of document d, the next `sizes[d]` of `terms` (numbered by `ids`) and of their `weights`.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.terms = array("i")
        self.weights = array("f")
        self.sizes = array("i")

    def add(self, document: Mapping[str, float]) -> None:
        """Take in the next document; it need not be kept."""
        ids = self.ids
        self.terms.extend([ids.setdefault(term, len(ids)) for term in document])
        self.weights.extend(document.values())
        self.sizes.append(len(document))


@dataclass(frozen=True, slots=True)
class Postings:
    """An inverted index: of term t, entries `rows[start[t]:start[t+1]]` with their `weights`.

    `common` are the terms that were left out, because too many entries have them.
    """

    terms: dict[str, int]
    start: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: Scores
    idf: Scores
    common: frozenset[str] = frozenset()

    @classmethod
    def build(cls, documents: Iterable[Mapping[str, float]], *, max_share: float = 1.0) -> Self:
        """Index documents of term weights; terms in more than `max_share` of them are left out."""
        occurrences = _Occurrences()
        for document in documents:
            occurrences.add(document)
        return cls.sorted(occurrences, max_share=max_share)

    @classmethod
    def sorted(cls, occurrences: _Occurrences, *, max_share: float = 1.0) -> Self:
        """Return the postings by term, and of one term in the order of the documents."""
        size = len(occurrences.sizes)
        terms = np.frombuffer(occurrences.terms, np.int32)
        weights = np.frombuffer(occurrences.weights, np.float32)
        rows = np.repeat(np.arange(size, dtype=np.int32), occurrences.sizes)
        frequency = np.bincount(terms, minlength=len(occurrences.ids))
        kept = frequency <= max(_JAMO_MIN_LIMIT, max_share * size)
        if not kept.all():
            few = kept[terms]
            terms, rows, weights = terms[few], rows[few], weights[few]
        order = np.argsort(terms, kind="stable")
        lengths = frequency[kept].astype(np.int64)
        return cls(
            {term: t for t, term in enumerate(compress(occurrences.ids, kept))},
            np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            rows[order],
            weights[order],
            np.log(1 + (size - lengths + 0.5) / (lengths + 0.5)).astype(np.float32),
            frozenset(compress(occurrences.ids, ~kept)),
        )

    def score(self, query: Mapping[str, float], size: int) -> Scores:
        """The sum over the query's terms of its weight times theirs, for each of `size` entries."""
        known = [(self.terms[term], weight) for term, weight in query.items() if term in self.terms]
        if not known:
            return np.zeros(size, np.float32)
        terms = np.array([term for term, _ in known])
        begins, ends = self.start[terms], self.start[terms + 1]
        slices = list(map(slice, begins.tolist(), ends.tolist()))
        rows = np.concatenate([self.rows[s] for s in slices])
        weights = np.concatenate([self.weights[s] for s in slices])
        asked = np.repeat(np.array([weight for _, weight in known], np.float32), ends - begins)
        return np.bincount(rows, weights * asked, size).astype(np.float32)

    def arrays(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """Return the arrays for `np.savez`."""
        joined = "\n".join(self.terms).encode()
        return {
            f"{prefix}_terms": np.frombuffer(joined, np.uint8),
            f"{prefix}_start": self.start,
            f"{prefix}_rows": self.rows,
            f"{prefix}_weights": self.weights.astype(np.float16),
            f"{prefix}_idf": self.idf,
            f"{prefix}_common": np.frombuffer("\n".join(sorted(self.common)).encode(), np.uint8),
        }

    @classmethod
    def from_arrays(cls, prefix: str, file: Mapping[str, NDArray[np.generic]]) -> Self:
        """The reverse of `arrays`."""
        terms = bytes(file[f"{prefix}_terms"].astype(np.uint8)).decode().split("\n")
        common = bytes(file[f"{prefix}_common"].astype(np.uint8)).decode().split("\n")
        return cls(
            {term: t for t, term in enumerate(terms)},
            file[f"{prefix}_start"].astype(np.int64),
            file[f"{prefix}_rows"].astype(np.int32),
            file[f"{prefix}_weights"].astype(np.float32),
            file[f"{prefix}_idf"].astype(np.float32),
            frozenset(filter(None, common)),
        )


class LexicalIndex:
    """Scores every entry for a question, by its words and by its letters."""

    def __init__(
        self,
        faq_ids: Sequence[str],
        titles: Sequence[str],
        words: Postings,
        letters: Postings,
        *,
        mean_length: float = 0.0,
    ) -> None:
        """`mean_length` is that of an entry, in weighted words."""
        self.faq_ids = tuple(faq_ids)
        self.titles = tuple(titles)
        self.rows = {faq_id: row for row, faq_id in enumerate(self.faq_ids)}
        self.title_rows = {title: row for row, title in enumerate(self.titles)}
        self.words = words
        self.letters = letters
        self.mean_length = mean_length
        self.unknown_idf = math.log(1 + 2 * len(self.faq_ids) + 1)

    @classmethod
    def build(cls, entries: Iterable[Fields]) -> Self:
        """Index entries whose text was split into terms before; they are read once, one by one."""
        faq_ids, titles = [], []
        words, letters = _Occurrences(), _Occurrences()
        for entry in entries:
            faq_ids.append(entry.faq_id)
            titles.append(entry.title)
            words.add(word_counts(entry))
            letters.add(letter_counts(entry))
        size = len(faq_ids)
        return cls(
            faq_ids,
            titles,
            saturated(Postings.sorted(words), size),
            to_cosine(Postings.sorted(letters, max_share=_JAMO_MAX_SHARE), size),
            mean_length=sum(words.weights) / max(size, 1),
        )

    def __len__(self) -> int:
        return len(self.faq_ids)

    def idf(self, term: str) -> float:
        """Return how much a term tells: much for a rare one, most for one that no entry has."""
        t = self.words.terms.get(term)
        return self.unknown_idf if t is None else float(self.words.idf[t])

    def word_scores(self, terms: Mapping[str, float], expansions: Mapping[str, float]) -> Scores:
        """BM25F of all entries, over the summed IDF of `terms`: about 0 to 3, shape (entries,).

        Both map a term to its weight; `expansions` add to a score but not to what is expected.
        """
        expected = sum(weight * self.idf(term) for term, weight in terms.items())
        query = {t: w * self.idf(t) for t, w in (*expansions.items(), *terms.items())}
        return self.words.score(query, len(self)) / max(expected, 1e-6)

    def letter_scores(self, text: str) -> Scores:
        """Cosine of jamo n-grams with all entries, 0 to 1, shape (entries,)."""
        counts = log_counts(letter_grams(text))
        terms, idf = self.letters.terms, self.letters.idf
        query = {g: n * float(idf[terms[g]]) for g, n in counts.items() if g in terms}
        length = math.sqrt(sum(weight * weight for weight in query.values()))
        return self.letters.score(query, len(self)) / max(length, 1e-6)

    def save(self, path: Path) -> None:
        """Write beside, then move: a reader sees the old file or the whole new one."""
        arrays = self.words.arrays("words") | self.letters.arrays("letters")
        names = "\n".join((*self.faq_ids, *map(_one_line, self.titles))).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may notice the same ingest at once: each writes a file of its own.
        partial = path.with_suffix(f".{secrets.token_hex(4)}.partial")
        try:
            with partial.open("wb") as file:
                arrays["names"] = np.frombuffer(names, np.uint8)
                arrays["mean_length"] = np.array(self.mean_length)
                np.savez(file, allow_pickle=False, **arrays)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError: the file is missing or damaged; build it anew.
        """
        arrays = read_arrays(path)
        joined = bytes(arrays["names"].astype(np.uint8)).decode()
        names = joined.split("\n") if joined else []
        half = len(names) // 2
        return cls(
            names[:half],
            list(map(_many_lines, names[half:])),
            Postings.from_arrays("words", arrays),
            Postings.from_arrays("letters", arrays),
            mean_length=float(arrays["mean_length"].item()),
        )


def word_counts(entry: Fields) -> dict[str, float]:
    """Count each term in the fields of an entry, by the weights of these."""
    counts: Counter[str] = Counter()
    for terms, weight in (
        (entry.title_terms, _TITLE),
        (entry.answer_terms, _ANSWER),
        (entry.question_terms, _QUESTIONS),
    ):
        for term in terms:
            counts[term] += weight  # type: ignore[assignment]  # Counter adds floats just as well
    return dict(counts)


def saturated(postings: Postings, size: int, mean_length: float = 0.0) -> Postings:
    """BM25's term frequency part, length-normalised; `weights` are counts.

    By the `mean_length` of an entry elsewhere, if it is given.
    """
    counts = postings.weights
    lengths = np.bincount(postings.rows, counts, size)
    average = mean_length or max(float(lengths.sum()) / max(size, 1), 1e-6)
    norms = _K1 * (1 - _B + _B * lengths / average)
    weights = (counts * (_K1 + 1) / (counts + norms[postings.rows])).astype(np.float32)
    return replace(postings, weights=weights)


def letter_grams(text: str) -> list[str]:
    """The jamo n-grams of a text, without its spaces."""
    return ngrams(jamo(compact(text[:_JAMO_MAX_CHARACTERS])), _JAMO_SHORTEST, _JAMO_LONGEST)


def letter_counts(entry: Fields) -> dict[str, float]:
    """The n-grams of what people typed for an entry, damped."""
    counts: dict[str, float] = {}
    for text, weight in (
        (entry.title, _JAMO_TITLE),
        *((q, _JAMO_QUESTIONS) for q in entry.questions),
    ):
        for gram in letter_grams(text):
            counts[gram] = counts.get(gram, 0.0) + weight
    return {gram: 1 + math.log(count) for gram, count in counts.items()}


def log_counts(grams: Iterable[str]) -> dict[str, float]:
    """Return the damped count of each."""
    return {gram: 1 + math.log(count) for gram, count in Counter(grams).items()}


def to_cosine(postings: Postings, size: int) -> Postings:
    """Weights times IDF, over the length of each entry's vector."""
    idf = np.repeat(postings.idf, np.diff(postings.start))
    weights = postings.weights * idf
    lengths = np.sqrt(np.bincount(postings.rows, weights * weights, size))
    scaled = (weights / np.maximum(lengths[postings.rows], 1e-6)).astype(np.float32)
    return replace(postings, weights=scaled)


def _one_line(title: str) -> str:
    return title.replace("\\", "\\\\").replace("\n", "\\n")


def _many_lines(line: str) -> str:
    return line.replace("\\n", "\n") if "\\\\" not in line else _unescape(line)


def _unescape(line: str) -> str:
    return "\\".join(part.replace("\\n", "\n") for part in line.split("\\\\"))
