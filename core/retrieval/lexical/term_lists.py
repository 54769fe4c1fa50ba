"""The distinct terms of each entry: the reverse of the inverted index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.retrieval.array_files import Arrays, as_type
from core.retrieval.lexical.postings import Postings

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class TermLists:
    """The terms of entry e are `ids[start[e]:start[e+1]]`, numbered by the vocabulary."""

    start: NDArray[np.int64]
    ids: Ids

    @classmethod
    def of(cls, entries: Iterable[Iterable[int]]) -> Self:
        """Build the lists of entries whose terms are numbered already; repeats are left out."""
        lists = [list(dict.fromkeys(terms)) for terms in entries]
        sizes = np.array([0, *map(len, lists)], np.int64)
        return cls(sizes.cumsum(), np.array([i for ids in lists for i in ids], np.int32))

    @classmethod
    def of_postings(cls, postings: Postings, size: int) -> Self:
        """Build the lists of `size` entries from their inverted index."""
        terms = np.repeat(
            np.arange(len(postings.start) - 1, dtype=np.int32), np.diff(postings.start)
        )
        counts = np.bincount(postings.rows, minlength=size)
        order = np.argsort(postings.rows, kind="stable")
        return cls(np.concatenate([np.zeros(1, np.int64), counts.cumsum()]), terms[order])

    def of_rows(self, rows: Sequence[int]) -> list[Ids]:
        """Return the terms of some entries."""
        return [self.ids[self.start[row] : self.start[row + 1]] for row in rows]

    def followed_by(self, more: TermLists) -> TermLists:
        """Return these lists, followed by those of further entries."""
        return TermLists(
            np.concatenate([self.start, self.start[-1] + more.start[1:]]),
            np.concatenate([self.ids, more.ids]),
        )

    def arrays(self, prefix: str) -> Arrays:
        """Return what `from_arrays` reads."""
        return {f"{prefix}_start": self.start, f"{prefix}_ids": self.ids}

    @classmethod
    def from_arrays(cls, prefix: str, file: Arrays) -> Self:
        """Build the lists from the result of `arrays`."""
        return cls(
            as_type(file[f"{prefix}_start"], np.int64), as_type(file[f"{prefix}_ids"], np.int32)
        )
