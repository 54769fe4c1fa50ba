"""The alignment of a question with entries, word by word, as BERTScore aligns two sentences.

Each word of the question is held against the word of the entry that is nearest to it in meaning. So
"bike" finds "bicycle", and one word that nothing in the entry comes near to shows that the entry is
about something else, where the mean of all words (an embedder's vector) would hide it. Zhang et
al., BERTScore, https://arxiv.org/abs/1904.09675.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from core.ports import Vectors, WordVectors
from core.retrieval.lexical.index import LexicalIndex
from core.retrieval.lexical.postings import Scores
from core.retrieval.lexical.term_lists import Ids

Places = NDArray[np.intp]

# Any two words are as near to each other by chance.
BY_CHANCE: Final = 0.1
_STEPS: Final = 127  # of eight bits


@dataclass(frozen=True, slots=True)
class IndexWords:
    """The words of an index, with their rows and vectors: eight bits a number, in blocks.

    `weights` say how much the words tell of what is asked, `lengths` are those of the vectors, at
    least 1; both have shape (words,).
    """

    rows: dict[str, int]
    weights: NDArray[np.float32]
    lengths: NDArray[np.float32]
    blocks: tuple[NDArray[np.int8], ...]

    @classmethod
    def of(cls, lexical: LexicalIndex, words: WordVectors, before: IndexWords) -> Self:
        """Read the words of an index that come after those of `before`."""
        begin = len(before.rows)
        own = lexical.vocabulary[begin:]
        rows = {term: row for row, term in enumerate(own, start=begin)}
        vectors, importance = words.of_words(own)
        weights = information(np.array([lexical.idf(term) for term in own], np.float32))
        highest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-6)
        block = np.rint(vectors * (_STEPS / highest)).astype(np.int8)
        lengths = np.maximum(np.linalg.norm(block.astype(np.float32), axis=1), 1.0)
        return cls(
            before.rows | rows,
            np.concatenate([before.weights, weights * importance]),
            np.concatenate([before.lengths, lengths]),
            (*before.blocks, block),
        )

    def vectors(self, seen: Ids) -> NDArray[np.float32]:
        """Return the vectors of the words in rows `seen`, which ascend: (rows, dimensions)."""
        ends = np.cumsum([len(block) for block in self.blocks])
        parts = np.split(seen, np.searchsorted(seen, ends[:-1]))
        begins = [0, *ends[:-1].tolist()]
        found = [
            block[part - begin]
            for block, part, begin in zip(self.blocks, parts, begins, strict=True)
        ]
        return np.concatenate(found).astype(np.float32)


_NO_WORDS: Final = IndexWords({}, np.zeros(0, np.float32), np.zeros(0, np.float32), ())


class Alignment:
    """The words of an index with their vectors. It does not hold the index."""

    def __init__(
        self, lexical: LexicalIndex, words: WordVectors, faq: Alignment | None = None
    ) -> None:
        """`faq` is the alignment of the FAQ that the lessons in `lexical` are laid over, if any.

        Its words come first in the vocabulary, and are shared: a FAQ has thousands of them, and a
        lesson a few.
        """
        self._words = words
        self._entry_terms, self._title_terms = lexical.entry_terms, lexical.title_terms
        self._unknown_idf = lexical.unknown_idf
        self.index_words: IndexWords = IndexWords.of(
            lexical, words, faq.index_words if faq else _NO_WORDS
        )

    def scores(self, terms: Mapping[str, float], rows: Sequence[int]) -> tuple[Scores, Scores]:
        """Return how well entries align with a question, by all their words and by their titles.

        The first is the share of the question that the entry's words cover. The second is the
        harmonic mean of the share that the title's words cover and the share of the title that the
        question covers: a title that says more than was asked is for a narrower question. Each word
        counts by its information in the FAQ and by its importance in any question. Both are 0 to 1,
        of shape (rows,).

        Args:
            terms: the terms of the question and its conversation, with their weights.
            rows: the rows of the entries.
        """
        asked = list(terms)
        if not asked or not len(rows):
            return np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
        vectors, importance = self._words.of_words(asked)
        weights = np.array([terms[term] for term in asked], np.float32)
        shares = weights * self._weights_of(asked, importance)
        shares /= max(float(shares.sum()), 1e-6)
        entries, titles = self._entry_terms.of_rows(rows), self._title_terms.of_rows(rows)
        seen, places = np.unique(np.concatenate([*entries, *titles]), return_inverse=True)
        near = self._nearness(asked, vectors, seen)
        covered = _best(near, places[: sum(map(len, entries))], entries) @ shares
        in_titles = places[sum(map(len, entries)) :]
        told = _best(near, in_titles, titles) @ shares
        named = self._named(near * weights[:, None], in_titles, seen, titles)
        both = 2 * told * named / np.maximum(told + named, 1e-6)
        return covered, np.asarray(both, np.float32)

    def _weights_of(self, asked: Sequence[str], importance: Scores) -> NDArray[np.float32]:
        """Return how much the words of a question count, shape (asked,)."""
        unknown = information(np.full(len(asked), self._unknown_idf, np.float32)) * importance
        rows = [self.index_words.rows.get(term) for term in asked]
        known = self.index_words.weights
        weights = [
            other if row is None else known[row] for row, other in zip(rows, unknown, strict=True)
        ]
        return np.array(weights, np.float32)

    def _nearness(self, asked: Sequence[str], vectors: Vectors, seen: Ids) -> NDArray[np.float32]:
        """Return how near the words of a question are to those of the index, (asked, seen)."""
        found = vectors @ self.index_words.vectors(seen).T
        found /= self.index_words.lengths[seen]
        near = np.clip((found - BY_CHANCE) / (1 - BY_CHANCE), 0.0, 1.0)
        own = np.array([self.index_words.rows.get(term, -1) for term in asked])
        near[own[:, None] == seen] = 1.0
        return np.asarray(near, np.float32)

    def _named(
        self, near: NDArray[np.float32], places: Places, seen: Ids, titles: Sequence[Ids]
    ) -> Scores:
        """Return the share of each title that a question names, shape (titles,)."""
        weights = self.index_words.weights[seen][places]
        owner = np.repeat(np.arange(len(titles)), [len(title) for title in titles])
        named = np.bincount(owner, near.max(axis=0)[places] * weights, len(titles))
        return np.asarray(
            named / np.maximum(np.bincount(owner, weights, len(titles)), 1e-6), np.float32
        )


def information(idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much words count by their idf: the rarest ones tell nearly all that is asked."""
    return np.asarray(idf * np.sqrt(idf), np.float32)


def _best(near: NDArray[np.float32], places: Places, lists: Sequence[Ids]) -> NDArray[np.float32]:
    """Return the best of `near` among the words of each list, shape (lists, asked)."""
    best = np.zeros((len(lists), len(near)), np.float32)
    sizes = np.array([len(ids) for ids in lists])
    filled = sizes > 0
    begins = np.concatenate([np.zeros(1, np.int64), sizes[filled].cumsum()[:-1]])
    if filled.any():
        best[filled] = np.maximum.reduceat(near.T[places], begins, axis=0)
    return best
