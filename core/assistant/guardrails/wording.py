"""A classifier of texts by their wording: what they mean, and their character n-grams.

It is a softmax regression over the encoder's vector and the n-grams. `bench/wording_fit.py` fits
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

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
    def load(cls, path: Path) -> Self:
        """Read a model file, which has an array for each field and two for a vocabulary.

        Raises:
            ConfigError: the file is missing or is not a model of this version.
        """
        return read_model(path, cls._of)

    @classmethod
    def _of(cls, arrays: Arrays) -> Self:
        names = [one.name for one in fields(cls) if one.type == Vocabulary.__name__]
        parts: dict[str, Any] = {name: read_vocabulary(arrays, name[:-1]) for name in names}
        parts |= {name: array.astype(np.float32) for name, array in arrays.items()}
        return cls(**parts)

    def logits(self, text: str, embed: Callable[[Sequence[str]], Vectors]) -> Floats:
        """Return the logit of each class; `embed` is that of the built-in encoder."""
        meant = self.bias + embed([text])[0] @ self.meaning_weights
        return np.asarray(meant + self.grams.logits(grams_of(text), self.gram_weights), np.float32)

    def scores(self, text: str, embed: Callable[[Sequence[str]], Vectors]) -> list[float]:
        """Return the probability of each class."""
        return softmax(self.logits(text, embed))
