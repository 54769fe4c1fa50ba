"""The built-in embedder: two bags of terms side by side, one of trained and one of general words.

A text is the weighted sum of its terms' vectors, once in each of two spaces. The first was trained
on pairs of questions and entries (`bench/train_encoder.py`): a word that it has not seen gets a
vector from Kiwi's own language model, through the same projection, so that a FAQ of another trade
is not out of vocabulary. The second, of Korean and English words alike, was taught by a
multilingual model of sentences (`bench/general_words.py`). Both have then learnt what people mean
from questions to organisations of many trades (`bench/train_topics.py`), and remember the topics of
those questions (`core/embeddings/topics.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray

from core.embeddings.topics import Topics
from core.ports import TextKind, Vectors
from core.retrieval.array_files import as_type, read_model
from core.retrieval.vectors import unit
from core.text.korean import Analyzer, term_of
from core.text.term_numbers import TermNumbers

Floats = NDArray[np.float32]

_UNKNOWN_WORDS_KEPT = 20_000
# The share of each space in a cosine, and so the square of its part's length.
_GENERAL_SHARE = 0.5
TRAINED_WEIGHT, GENERAL_WEIGHT = math.sqrt(1 - _GENERAL_SHARE), math.sqrt(_GENERAL_SHARE)


class WordSpace:
    """Computes Kiwi's word vectors from the similarities that Kiwi returns.

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
        """Return a unit vector of shape (K,); zeros for a word that Kiwi's model does not know."""
        raw = cosines(term, self._anchor_ids, self._kiwi)
        if raw is None:
            return np.zeros_like(self._mean)
        centred = raw @ self._basis - self._mean
        left = centred - (centred @ self._common.T) @ self._common
        return unit(left.astype(np.float32))


def morpheme_id(term: str, kiwi: Kiwi) -> int | None:
    """Return Kiwi's id of a term's word; None if its dictionary lacks the word."""
    form, _, kind = term.rpartition("/")
    for token in kiwi.tokenize(f"{form}다" if kind.startswith("V") else form):
        if term_of(token.form, token.tag) == term:
            return int(token.id)
    return None


def cosines(term: str, anchor_ids: Sequence[int], kiwi: Kiwi) -> Floats | None:
    """Return the cosines of a term with the anchors; None if Kiwi has no vector for it."""
    word = morpheme_id(term, kiwi)
    # Kiwi gives a word that it has never seen the id of its class, which has no form: all such
    # words would be alike.
    if word is None or not kiwi.morpheme(word).form:
        return None
    found = np.asarray([kiwi.morpheme_similarity(word, a) for a in anchor_ids], np.float32)
    # NaN stands for a word that is in the dictionary but not in the language model.
    return None if np.isnan(found).any() else found


class WordTable:
    """The vectors of words, eight bits a number: a quarter of what floats take."""

    def __init__(self, model: Mapping[str, NDArray[np.generic]], prefix: str = "") -> None:
        """Take the arrays of a model file whose names begin with `prefix`."""
        self._rows = TermNumbers(as_type(model[f"{prefix}terms"], np.uint8))
        self._table = as_type(model[f"{prefix}table"], np.int8)
        self._scale = model[f"{prefix}scale"].astype(np.float32)
        self.dimension = int(self._table.shape[1])

    def terms(self) -> Iterator[str]:
        return iter(self._rows)

    def get(self, term: str) -> Floats | None:
        """Return a word's vector, shape (dimension,); None where it has none."""
        row = self._rows.get(term)
        return None if row is None else self._table[row] * self._scale[row]


class KiwiEncoder:
    """An `Embedder` that needs no key, no network and no GPU: some 0.1 ms a question."""

    title_weight = 0.7

    def __init__(self, model: dict[str, NDArray[np.generic]], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._trained = WordTable(model)
        self._general = WordTable(model, "general_")
        space = WordSpace(
            analyzer.kiwi,
            anchors=_lines(model["anchors"]),
            basis=model["basis"].astype(np.float32),
            mean=model["mean"].astype(np.float32),
            common=model["common"].astype(np.float32),
        )
        self.fingerprint = fingerprint(model, analyzer.version)
        self.dimension = self._trained.dimension + self._general.dimension
        self._topics = Topics.of(model)
        self._projection, self._importance = _comparison(model, self.dimension)
        self._no_general = np.zeros(self._general.dimension, np.float32)
        self._unknown = _unknown_words(
            space,
            adapter=model["adapter"].astype(np.float32),
            gate=model["gate"].astype(np.float32),
        )

    @classmethod
    def load(cls, path: Path, analyzer: Analyzer) -> Self:
        """Read a model file.

        Raises:
            ConfigError: the file is missing or is not a model of this version.
        """
        return read_model(path, lambda arrays: cls(arrays, analyzer))

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); zeros where no term is known."""
        bags = [self.of_terms(terms) for terms in self._analyzer.terms_of(texts)]
        vectors = np.array(bags, np.float32).reshape(len(texts), self.dimension)
        match kind:
            case TextKind.QUESTION:
                return self._topics.of_questions(vectors)
            case TextKind.PASSAGE:
                return self._topics.of_passages(vectors)
            case TextKind.TITLE:  # a label of one or two words would lean to many topics
                return vectors

    def of_terms(self, terms: Sequence[str]) -> Floats:
        """Return the unit vector of a text's terms; a repeated one counts logarithmically."""
        trained = np.zeros(self._trained.dimension, np.float32)
        general = np.zeros(self._general.dimension, np.float32)
        for term, count in Counter(terms).items():
            weight = 1 + math.log(count)
            known, told = self.word(term)
            trained += weight * known
            general += weight * told
        return unit(
            np.concatenate([TRAINED_WEIGHT * unit(trained), GENERAL_WEIGHT * unit(general)])
        )

    def of_words(self, terms: Sequence[str]) -> tuple[Vectors, Floats]:
        """Return unit vectors of single terms to compare with one another, and their importance.

        `bench.train_alignment` taught both. Shapes: (len(terms), 64) and (len(terms),).
        """
        whole = self.whole_words(terms)
        told = whole @ self._importance[:-1] + self._importance[-1]
        return unit(whole @ self._projection), np.asarray(np.logaddexp(0, told), np.float32)

    def whole_words(self, terms: Sequence[str]) -> Vectors:
        """Return the unit vectors of single terms in both spaces, shape (len(terms), dimension)."""
        split = self._trained.dimension
        vectors = np.zeros((len(terms), self.dimension), np.float32)
        for row, term in enumerate(terms):
            vectors[row, :split], vectors[row, split:] = self.word(term)
        parts = TRAINED_WEIGHT * unit(vectors[:, :split]), GENERAL_WEIGHT * unit(vectors[:, split:])
        return unit(np.hstack(parts))

    def word(self, term: str) -> tuple[Floats, Floats]:
        """Return a term's vectors in both spaces; zeros for a word that a space does not know."""
        trained, general = self._trained.get(term), self._general.get(term)
        return (
            self._unknown(term) if trained is None else trained,
            self._no_general if general is None else general,
        )


def _comparison(model: Mapping[str, NDArray[np.generic]], dimension: int) -> tuple[Floats, Floats]:
    """Return the projection of words and what makes one important.

    A model that was not taught them compares whole vectors, each as important as another.
    """
    if "alignment_projection" not in model:
        return np.eye(dimension, dtype=np.float32), np.zeros(dimension + 1, np.float32)
    return (
        model["alignment_projection"].astype(np.float32),
        model["alignment_importance"].astype(np.float32),
    )


def _unknown_words(space: WordSpace, *, adapter: Floats, gate: Floats) -> Callable[[str], Floats]:
    """Return what gives words that are not in the table a vector; it remembers the latest."""

    @lru_cache(maxsize=_UNKNOWN_WORDS_KEPT)
    def vector_of(term: str) -> Floats:
        vector = space.vector(term)
        weight = np.logaddexp(0, vector @ gate[:-1] + gate[-1])
        return np.asarray(weight * (vector @ adapter), np.float32)

    return vector_of


def known_nouns(path: Path) -> frozenset[str]:
    """Return the nouns in a model file's vocabulary, in lower case.

    Raises:
        ConfigError: the file is missing or is not a model of this version.
    """
    return read_model(path, _nouns, only=("terms", "general_terms"))


def _nouns(model: Mapping[str, NDArray[np.generic]]) -> frozenset[str]:
    terms = (*_lines(model["terms"]), *_lines(model["general_terms"]))
    return frozenset(term.removesuffix("/N") for term in terms if term.endswith("/N"))


def fingerprint(model: Mapping[str, NDArray[np.generic]], terms_version: str) -> str:
    """Return the fingerprint of the vectors: of the model, and of the analysis of text."""
    return f"{_lines(model['name'])[0]}-{terms_version}"


def _lines(array: NDArray[np.generic]) -> list[str]:
    return bytes(array.astype(np.uint8)).decode("utf-8").split("\n")
