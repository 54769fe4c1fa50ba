"""The built-in embedder: a bag of terms, weighted and projected, trained on question-entry pairs.

A text is the weighted sum of its terms' vectors. Terms that were seen in training have a row in a
table; any other word gets a vector from Kiwi's own language model, through the same projection, so
that a FAQ of another trade is not out of vocabulary. `bench/train_encoder.py` makes the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray

from core.errors import ConfigError
from core.ports import Vectors
from core.retrieval.vectors import read_arrays, unit
from core.text.korean import Analyzer, term_of

Floats = NDArray[np.float32]

_UNKNOWN_WORDS_KEPT = 20_000


class WordSpace:
    """Recovers Kiwi's word vectors from the similarities that it tells.

    Kiwi's CoNgram model gives the cosine of two morphemes, not their vectors. The Gram matrix of
    some anchors has rank 256, so the cosines of a word with the anchors, times `basis`, are its
    vector up to a rotation (Nyström). What all words have in common is then taken out
    (https://arxiv.org/abs/1702.01417), which leaves the meaning.

    Shapes: A anchors; basis (A, K); mean (K,); common (C, K), orthonormal rows.
    """

    def __init__(
        self, kiwi: Kiwi, *, anchors: Sequence[str], basis: Floats, mean: Floats, common: Floats
    ) -> None:
        self._kiwi = kiwi
        self._anchors = anchors
        self._basis, self._mean, self._common = basis, mean, common

    @cached_property
    def _anchor_ids(self) -> list[int]:
        ids = [morpheme_id(anchor, self._kiwi) for anchor in self._anchors]
        return [-1 if known is None else known for known in ids]

    def vector(self, term: str) -> Floats:
        """A unit vector of shape (K,); zeros for a word that Kiwi's model does not know."""
        raw = cosines(term, self._anchor_ids, self._kiwi)
        if raw is None:
            return np.zeros_like(self._mean)
        centred = raw @ self._basis - self._mean
        left = centred - (centred @ self._common.T) @ self._common
        return unit(left.astype(np.float32))


def morpheme_id(term: str, kiwi: Kiwi) -> int | None:
    """Kiwi's id of a term's word, or None where its dictionary lacks it."""
    form, _, kind = term.rpartition("/")
    for token in kiwi.tokenize(f"{form}다" if kind.startswith("V") else form):
        if term_of(token.form, token.tag) == term:
            return int(token.id)
    return None


def cosines(term: str, anchor_ids: Sequence[int], kiwi: Kiwi) -> Floats | None:
    """Cosines of a term with the anchors; None where the language model has no vector for it."""
    word = morpheme_id(term, kiwi)
    # Kiwi gives a word that it has never seen the id of its class, which has no form: all such
    # words would be alike.
    if word is None or not kiwi.morpheme(word).form:
        return None
    found = np.asarray([kiwi.morpheme_similarity(word, a) for a in anchor_ids], np.float32)
    # NaN stands for a word that is in the dictionary but not in the language model.
    return None if np.isnan(found).any() else found


class KiwiEncoder:
    """An `Embedder` that needs no key, no network and no GPU: some 0.1 ms a question."""

    def __init__(self, model: dict[str, NDArray[np.generic]], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._rows = {term: row for row, term in enumerate(_lines(model["terms"]))}
        self._table = model["table"].astype(np.int8)  # a quarter of what floats take
        self._scale = model["scale"].astype(np.float32)
        self._space = WordSpace(
            analyzer.kiwi,
            anchors=_lines(model["anchors"]),
            basis=model["basis"].astype(np.float32),
            mean=model["mean"].astype(np.float32),
            common=model["common"].astype(np.float32),
        )
        self._adapter = model["adapter"].astype(np.float32)
        self._gate = model["gate"].astype(np.float32)
        self.fingerprint = fingerprint(model, analyzer.version)
        self.dimension = int(self._table.shape[1])
        self._unknown = lru_cache(maxsize=_UNKNOWN_WORDS_KEPT)(self._vector_of_unknown)

    @classmethod
    def load(cls, path: Path, analyzer: Analyzer) -> Self:
        """Read a model file.

        Raises:
            ConfigError: the file is missing or is not a model of this version.
        """
        try:
            return cls(read_arrays(path), analyzer)
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(
                f"cannot load the encoder {path}: {error}. Restore the file from the repository"
            ) from error

    def embed(self, texts: Sequence[str], *, passages: bool = False) -> Vectors:  # noqa: ARG002
        """Return unit vectors of shape (len(texts), dimension); zeros where no term is known.

        Passages are read as questions are.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, terms in enumerate(self._analyzer.terms_of(texts)):
            vectors[row] = self.sum_of(terms)
        return unit(vectors)

    def sum_of(self, terms: Sequence[str]) -> Floats:
        """The weighted sum of the terms' vectors, a repeated term counting logarithmically."""
        counts: dict[str, int] = {}
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
        total = np.zeros(self.dimension, np.float32)
        for term, count in counts.items():
            total += (1 + math.log(count)) * self._vector(term)
        return total

    def _vector(self, term: str) -> Floats:
        row = self._rows.get(term)
        return self._unknown(term) if row is None else self._table[row] * self._scale[row]

    def _vector_of_unknown(self, term: str) -> Floats:
        vector = self._space.vector(term)
        weight = np.logaddexp(0, vector @ self._gate[:-1] + self._gate[-1])
        return np.asarray(weight * (vector @ self._adapter), np.float32)


def fingerprint(model: Mapping[str, NDArray[np.generic]], terms_version: str) -> str:
    """Names the vectors: by the model's content, and by what decides the terms of a text."""
    return f"{_lines(model['name'])[0]}-{terms_version}"


def _lines(array: NDArray[np.generic]) -> list[str]:
    return bytes(array.astype(np.uint8)).decode("utf-8").split("\n")
