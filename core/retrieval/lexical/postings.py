"""Inverted indexes in flat arrays, which are fast to score with and to save."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.retrieval.array_files import Arrays, as_type
from core.text.term_numbers import TermNumbers

Scores = NDArray[np.float32]

_K1, _B = 1.5, 0.3  # BM25's constants; quality is flat around them on every FAQ that was measured

# A term in no more entries than this is kept, whatever share of a small FAQ they are.
_MIN_LIMIT = 20


class Occurrences:
    """The terms of documents in flat arrays, which take far less memory than a dict for each.

    Document d has the next `sizes[d]` elements of `terms` (numbered by `ids`) and of `weights`.
    """

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.terms = array("i")
        self.weights = array("f")
        self.sizes = array("i")

    def add(self, document: Mapping[str, float]) -> None:
        """Append the next document; its mapping is copied."""
        ids = self.ids
        self.terms.extend([ids.setdefault(term, len(ids)) for term in document])
        self.weights.extend(document.values())
        self.sizes.append(len(document))


@dataclass(frozen=True, slots=True)
class Postings:
    """An inverted index: of term t, entries `rows[start[t]:start[t+1]]` with their `weights`.

    `common` are the terms that were left out, because too many entries have them. The weights of an
    index that was read from a file have 16 bits.
    """

    terms: TermNumbers
    start: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.floating]
    idf: Scores
    common: frozenset[str] = frozenset()

    @classmethod
    def build(cls, documents: Iterable[Mapping[str, float]], *, max_share: float = 1.0) -> Self:
        """Index documents as maps from terms to weights; see `sorted` for `max_share`."""
        occurrences = Occurrences()
        for document in documents:
            occurrences.add(document)
        return cls.sorted(occurrences, max_share=max_share)

    @classmethod
    def sorted(cls, occurrences: Occurrences, *, max_share: float = 1.0) -> Self:
        """Return the postings sorted by term and document.

        Terms in more than `max_share` of the documents are left out.
        """
        size = len(occurrences.sizes)
        terms = np.frombuffer(occurrences.terms, np.int32)
        weights = np.frombuffer(occurrences.weights, np.float32)
        rows = np.repeat(np.arange(size, dtype=np.int32), occurrences.sizes)
        frequency = np.bincount(terms, minlength=len(occurrences.ids))
        kept = frequency <= max(_MIN_LIMIT, max_share * size)
        if not kept.all():
            few = kept[terms]
            terms, rows, weights = terms[few], rows[few], weights[few]
        order = np.argsort(terms, kind="stable")
        lengths = frequency[kept].astype(np.int64)
        return cls(
            TermNumbers.of(compress(occurrences.ids, kept)),
            np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]),
            rows[order],
            weights[order],
            np.log(1 + (size - lengths + 0.5) / (lengths + 0.5)).astype(np.float32),
            frozenset(compress(occurrences.ids, ~kept)),
        )

    def score(self, query: Mapping[str, float], size: int) -> Scores:
        """Return the dot product of the query with each of `size` entries, shape (size,)."""
        return self.sums(*self.known(query), size)

    def known(self, query: Mapping[str, float]) -> tuple[NDArray[np.int64], Scores]:
        """Return the numbers of the query's terms that are indexed, and their weights."""
        terms = self.terms.find(list(query))
        weights = np.array(list(query.values()), np.float32)
        return terms[terms >= 0], weights[terms >= 0]

    def sums(self, terms: NDArray[np.int64], weights: Scores, size: int) -> Scores:
        """Return the weighted sum of some terms' postings, shape (size,)."""
        if not len(terms):
            return np.zeros(size, np.float32)
        begins, ends = self.start[terms], self.start[terms + 1]
        slices = list(map(slice, begins.tolist(), ends.tolist()))
        rows = np.concatenate([self.rows[s] for s in slices])
        posted = np.concatenate([self.weights[s] for s in slices])
        return np.bincount(rows, posted * np.repeat(weights, ends - begins), size).astype(
            np.float32
        )

    def have(self, terms: Sequence[str], rows: Sequence[int]) -> NDArray[np.bool_]:
        """Return True where an entry has a term, shape (rows, terms)."""
        found = np.zeros((len(rows), len(terms)), np.bool_)
        wanted = np.asarray(rows)
        for column, term in enumerate(terms):
            if (t := self.terms.get(term)) is not None:
                having = self.rows[self.start[t] : self.start[t + 1]]  # in order
                places = np.minimum(np.searchsorted(having, wanted), len(having) - 1)
                found[:, column] = having[places] == wanted
        return found

    def arrays(self, prefix: str) -> Arrays:
        """Return what `from_arrays` reads."""
        return {
            f"{prefix}_terms": self.terms.joined,
            f"{prefix}_start": self.start,
            f"{prefix}_rows": self.rows,
            f"{prefix}_weights": self.weights.astype(np.float16),
            f"{prefix}_idf": self.idf,
            f"{prefix}_common": np.frombuffer("\n".join(sorted(self.common)).encode(), np.uint8),
        }

    @classmethod
    def from_arrays(cls, prefix: str, file: Arrays) -> Self:
        """Build postings from the result of `arrays`."""
        common = bytes(file[f"{prefix}_common"].astype(np.uint8)).decode().split("\n")
        return cls(
            TermNumbers(as_type(file[f"{prefix}_terms"], np.uint8)),
            as_type(file[f"{prefix}_start"], np.int64),
            as_type(file[f"{prefix}_rows"], np.int32),
            as_type(file[f"{prefix}_weights"], np.float16),
            as_type(file[f"{prefix}_idf"], np.float32),
            frozenset(filter(None, common)),
        )


def saturated(postings: Postings, size: int, mean_length: float = 0.0) -> Postings:
    """Return postings whose counts are replaced by BM25's length-normalised term frequency.

    `mean_length` is the length to normalise by; without it, it is the mean of these entries.
    """
    counts = postings.weights
    lengths = np.bincount(postings.rows, counts, size)
    average = mean_length or max(float(lengths.sum()) / max(size, 1), 1e-6)
    norms = _K1 * (1 - _B + _B * lengths / average)
    weights = (counts * (_K1 + 1) / (counts + norms[postings.rows])).astype(np.float32)
    return replace(postings, weights=weights)


def to_cosine(postings: Postings, size: int) -> Postings:
    """Return postings whose weights are multiplied by IDF and scaled to vectors of length 1."""
    idf = np.repeat(postings.idf, np.diff(postings.start))
    weights = postings.weights * idf
    lengths = np.sqrt(np.bincount(postings.rows, weights * weights, size))
    scaled = (weights / np.maximum(lengths[postings.rows], 1e-6)).astype(np.float32)
    return replace(postings, weights=scaled)
