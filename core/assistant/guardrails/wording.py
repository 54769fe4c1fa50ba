"""A classifier of texts by their wording: what they mean, and their character n-grams.

It is a softmax regression over the encoder's vector and the n-grams. `bench/wording_fit.py` fits
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from core.assistant.guardrails.features import (
    Floats,
    Vocabulary,
    grams_of,
    read_vocabulary,
    softmax,
)
from core.ports import Vectors
from core.retrieval.array_files import Arrays, read_model


@dataclass(frozen=True, slots=True)
class WordingModel:
    """The fitted numbers. Shapes: C classes, D dimensions, G n-grams."""

    meaning_weights: Floats  # (D, C)
    grams: Vocabulary
    gram_weights: Floats  # (G, C)
    bias: Floats  # (C,)

    @classmethod
    def of(cls, arrays: Arrays) -> Self:
        """Build a model from a model file's arrays; those of the vocabulary are removed.

        Raises:
            ValueError, TypeError, KeyError: it is not a model of this version.
        """
        grams = read_vocabulary(arrays, "gram")
        numbers = {name: array.astype(np.float32) for name, array in arrays.items()}
        return cls(grams=grams, **numbers)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `bench/wording_fit.py` wrote.

        Raises:
            ConfigError: the file is missing or is not a model of this version.
        """
        return read_model(path, cls.of)

    def scores(self, text: str, embed: Callable[[Sequence[str]], Vectors]) -> list[float]:
        """Return the probability of each class; `embed` is that of the built-in encoder."""
        weights = self.grams.weigh(grams_of(text))
        logits = self.bias + embed([text])[0] @ self.meaning_weights
        logits = logits + np.fromiter(weights.values(), np.float32) @ self.gram_weights[[*weights]]
        return softmax(logits)
