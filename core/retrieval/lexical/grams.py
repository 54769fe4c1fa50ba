"""The index of character n-grams of whole entries: the cosine of bigrams and trigrams.

N-grams find what morphemes miss: other languages, names, and words that Kiwi splits differently in
two places. They are numbered by a hash, so that the index consists of arrays alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.retrieval.array_files import Arrays, as_type
from core.retrieval.lexical.postings import Scores
from core.text.korean import compact

Codes = NDArray[np.int64]

_BITS = 17
_BUCKETS = 1 << _BITS
_MULTIPLIERS = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D))
_MAX_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class GramIndex:
    """The index of n-grams: bucket b has entries `rows[start[b]:start[b+1]]` with `weights`.

    The weights of an index that was read from a file have 16 bits.
    """

    start: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.floating]
    idf: Scores

    @classmethod
    def build(cls, texts: Iterable[str], idf: Scores | None = None) -> Self:
        """Index texts, with the inverse document frequencies of another index if `idf` is given."""
        found = [codes_of(text) for text in texts]
        sizes = np.array([len(codes) for codes, _ in found], np.int64)
        codes = np.concatenate([np.zeros(0, np.int64), *(codes for codes, _ in found)])
        counts = np.concatenate([np.zeros(0, np.float32), *(counts for _, counts in found)])
        rows = np.repeat(np.arange(len(found), dtype=np.int32), sizes)
        frequency = np.bincount(codes, minlength=_BUCKETS)
        if idf is None:
            idf = np.log((1 + len(found)) / (0.5 + frequency)).astype(np.float32)
            idf = np.maximum(idf, 0.0)
        weights = counts * idf[codes]
        lengths = np.sqrt(np.bincount(rows, weights * weights, len(found)))
        order = np.argsort(codes, kind="stable")
        scaled = weights / np.maximum(lengths[rows], 1e-6)
        return cls(
            np.concatenate([np.zeros(1, np.int64), np.cumsum(frequency)]),
            rows[order],
            scaled[order].astype(np.float32),
            idf,
        )

    def score(self, text: str, size: int) -> Scores:
        """Return the cosines of a text with all `size` entries, 0 to 1, shape (size,)."""
        codes, counts = codes_of(text)
        query = counts * self.idf[codes]
        length = max(float(np.sqrt(query @ query)), 1e-6)
        slices = list(map(slice, self.start[codes].tolist(), self.start[codes + 1].tolist()))
        if not slices:
            return np.zeros(size, np.float32)
        rows = np.concatenate([self.rows[part] for part in slices])
        weights = np.concatenate([self.weights[part] for part in slices])
        asked = np.repeat(query / length, self.start[codes + 1] - self.start[codes])
        return np.bincount(rows, weights * asked, size).astype(np.float32)

    def arrays(self) -> Arrays:
        """Return what `from_arrays` reads."""
        return {
            "grams_start": self.start,
            "grams_rows": self.rows,
            "grams_weights": self.weights.astype(np.float16),
            "grams_idf": self.idf,
        }

    @classmethod
    def from_arrays(cls, file: Arrays) -> Self:
        """Build an index from the result of `arrays`."""
        return cls(
            as_type(file["grams_start"], np.int64),
            as_type(file["grams_rows"], np.int32),
            as_type(file["grams_weights"], np.float16),
            as_type(file["grams_idf"], np.float32),
        )


def codes_of(text: str) -> tuple[Codes, Scores]:
    """Return the distinct buckets of a text's n-grams, and the damped count of each."""
    points = np.frombuffer(compact(text[:_MAX_CHARACTERS]).encode("utf-32-le"), np.uint32)
    hashed = []
    for size in (2, 3):
        if len(points) >= size:
            last = len(points) - size + 1
            mixed = np.full(last, np.uint32(size))
            for place in range(size):
                mixed = (mixed ^ points[place : place + last]) * _MULTIPLIERS[place]
                mixed ^= mixed >> np.uint32(15)
            hashed.append(mixed >> np.uint32(32 - _BITS))
    if not hashed:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    codes, counts = np.unique(np.concatenate(hashed), return_counts=True)
    return codes.astype(np.int64), (1 + np.log(counts)).astype(np.float32)
