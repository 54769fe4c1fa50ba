"""A memory of topics of many trades: what people mean by their questions, and how they ask.

A topic has the vector of an entry about it and that of the questions that people ask about it. A
question leans towards the entries of the topics that are asked in such words; a passage leans
towards the questions of the topics that it is about. So "where can I put my car?" comes near
"Parking" although the two share no word (`bench/train_topics.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.retrieval.array_files import as_type
from core.retrieval.vectors import unit

Floats = NDArray[np.float32]

_NEAREST: Final = 8
_SHARPNESS: Final = 15.0
# How far a text leans: fully where its nearest topic is at least as near as `_AT_HOME`, and not at
# all where it is no nearer than `_STRANGE`, since what no organisation was ever asked (an article
# of an encyclopedia) has nothing to learn from what they were.
_QUESTION_LEAN, _PASSAGE_LEAN = 0.7, 1.0
_STRANGE, _AT_HOME = 0.4, 0.7
_AT_ONCE: Final = 512
_STEPS: Final = 127  # of eight bits
_ARRAYS: Final = ("topic_entries", "topic_questions")


class Topics:
    """The topics' vectors, of shape (topics, dimension) each.

    `entries` are those of titles and answers, `questions` the means of what is asked. The entries
    stay in eight bits, as a model file has them: a question needs a few of them alone.
    """

    def __init__(self, entries: Floats | NDArray[np.int8], questions: Floats) -> None:
        self._entries, self._questions = entries, questions

    @classmethod
    def of(cls, model: Mapping[str, NDArray[np.generic]]) -> Topics:
        """Read the arrays of a model file. A model that was taught no topics has none."""
        if _ARRAYS[0] not in model:
            return cls(np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32))
        entries, questions = (model[name] for name in _ARRAYS)
        return cls(as_type(entries, np.int8), _unit(questions))

    def arrays(self) -> dict[str, NDArray[np.int8]]:
        """Return what `of` reads: eight bits a number, so that only directions are kept."""
        parts = zip(_ARRAYS, (self._entries, self._questions), strict=True)
        return {name: _in_eight_bits(vectors) for name, vectors in parts}

    def of_questions(self, vectors: Floats) -> Floats:
        """Return questions' unit vectors, shape (texts, dimension), with what they mean."""
        return self._leaning(vectors, self._questions, self._entries, _QUESTION_LEAN)

    def of_passages(self, vectors: Floats) -> Floats:
        """Return passages' unit vectors, shape (texts, dimension), with how they are asked for."""
        both = unit(_unit(self._entries) + self._questions)
        return self._leaning(vectors, both, self._questions, _PASSAGE_LEAN)

    def _leaning(
        self, vectors: Floats, keys: Floats, values: NDArray[np.generic], weight: float
    ) -> Floats:
        """Add to each vector the mean of the `values` whose `keys` are nearest; zeros stay."""
        if not len(keys):
            return vectors
        leans = [
            _lean(vectors[begin : begin + _AT_ONCE], keys, values)
            for begin in range(0, len(vectors), _AT_ONCE)
        ]
        leaning = vectors + weight * np.vstack([vectors[:0], *leans])
        return unit(np.asarray(leaning, np.float32))


def _lean(vectors: Floats, keys: Floats, values: NDArray[np.generic]) -> Floats:
    """Return the mean of the nearest `values` of each vector, 0 to 1 long as the topics are near.

    The nearer topics are the heavier ones.
    """
    cosines = vectors @ keys.T
    nearest = np.argpartition(-cosines, min(_NEAREST, len(keys)) - 1, axis=1)[:, :_NEAREST]
    near = np.take_along_axis(cosines, nearest, axis=1)
    weights = np.exp(_SHARPNESS * (near - near.max(axis=1, keepdims=True)))
    length = np.clip((near.max(axis=1) - _STRANGE) / (_AT_HOME - _STRANGE), 0, 1)
    means = unit(np.einsum("tn,tnd->td", weights, _unit(values[nearest])))
    return np.asarray(length[:, None] * means, np.float32)


def _unit(vectors: NDArray[np.generic]) -> Floats:
    return unit(vectors.astype(np.float32))


def _in_eight_bits(vectors: NDArray[np.generic]) -> NDArray[np.int8]:
    vectors = vectors.astype(np.float32)
    longest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors / longest * _STEPS), np.int8)
