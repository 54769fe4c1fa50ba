"""The wording of a text as features: its character n-grams and its words, weighed by rarity."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.retrieval.array_files import Arrays, as_type
from core.text.korean import ngrams
from core.text.term_numbers import TermNumbers

Floats = NDArray[np.float32]

_LONGEST_GRAM: Final = 4
_READ_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features that were common enough in training, with their inverse document frequency."""

    rows: TermNumbers
    idf: Floats  # (features,)

    def weigh(self, counts: Counter[str]) -> dict[int, float]:
        """Return the known features of a text as a TF-IDF vector of length 1: row to weight."""
        rows = self.rows.find(list(counts)).tolist()
        weights = {
            row: (1 + math.log(count)) * float(self.idf[row])
            for row, count in zip(rows, counts.values(), strict=True)
            if row >= 0
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {row: weight / length for row, weight in weights.items()}

    def logits(self, counts: Counter[str], weights: Floats) -> Floats:
        """Return what a text's features say of each class; `weights` have a row for a feature."""
        found = self.weigh(counts)
        return np.asarray(np.fromiter(found.values(), np.float32) @ weights[[*found]], np.float32)


def read_vocabulary(arrays: Arrays, kind: str) -> Vocabulary:
    """Take one vocabulary out of a model file's arrays."""
    features = TermNumbers(as_type(arrays.pop(f"{kind}s"), np.uint8))
    return Vocabulary(features, as_type(arrays.pop(f"{kind}_idf"), np.float32))


def normalise(text: str) -> str:
    """Return the text that n-grams are read from: lower case, single spaces, a bounded length."""
    flat = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).lower().strip()
    return f" {flat[:_READ_CHARACTERS]} "


def grams_of(text: str) -> Counter[str]:
    """Count each character n-gram of 1 to 4."""
    return Counter(ngrams(normalise(text), 1, _LONGEST_GRAM))


def words_of(terms: Sequence[str]) -> Counter[str]:
    """Count each term, and each pair of neighbours."""
    return Counter((*terms, *map(" ".join, pairwise(terms))))


def softmax(logits: Floats) -> list[float]:
    """Return the probability of each class."""
    odds = np.exp(logits - logits.max())
    return [float(share) for share in odds / odds.sum()]
