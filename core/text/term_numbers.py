"""Terms with their numbers, in little memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray


class TermNumbers(Mapping[str, int]):
    """Numbers distinct terms from 0, in twelve bytes each where a dict of strings takes 150.

    It compares hashes of 64 bits, as many as Python's strings have, and not the terms themselves:
    of a million million strange ones, not one is taken for a term.
    """

    def __init__(self, joined: NDArray[np.uint8]) -> None:
        """Take the terms in UTF-8, one a line; no term has a line break."""
        self.joined = joined
        hashes = np.fromiter(map(hash, self), np.int64)
        self._numbers = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._numbers]

    @classmethod
    def of(cls, terms: Iterable[str]) -> Self:
        """Number these terms in their order."""
        return cls(np.frombuffer("".join(f"{term}\n" for term in terms).encode(), np.uint8))

    def find(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of each term, -1 where it has none, shape (len(terms),)."""
        if not len(self):
            return np.full(len(terms), -1, np.int64)
        hashes = np.fromiter(map(hash, terms), np.int64, len(terms))
        places = np.minimum(self._hashes.searchsorted(hashes), len(self) - 1)
        return np.where(self._hashes[places] == hashes, self._numbers[places], -1)

    def __getitem__(self, term: str) -> int:
        wanted = hash(term)
        place = int(self._hashes.searchsorted(wanted))
        if place == len(self) or self._hashes[place] != wanted:
            raise KeyError(term)
        return int(self._numbers[place])

    def __iter__(self) -> Iterator[str]:
        # A stream makes one string at a time; a list of all would leave holes in memory.
        lines = io.TextIOWrapper(io.BytesIO(self.joined.tobytes()), "utf-8", newline="\n")
        return (line.removesuffix("\n") for line in lines)

    def __len__(self) -> int:
        return len(self._hashes)
