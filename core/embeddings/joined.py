"""Two embedders side by side: they find different entries, and together more than either."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.ports import Embedder, TextKind, Vectors
from core.retrieval.vectors import unit


class JoinedEmbedder:
    """Implements `core.ports.Embedder`: a cosine of its vectors is the mean of both models'."""

    def __init__(self, first: Embedder, second: Embedder) -> None:
        """Join two embedders; titles weigh as much as `first` says."""
        self.title_weight = first.title_weight
        self.fingerprint = joined(first.fingerprint, second.fingerprint)
        self._both = (first, second)

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors of the summed lengths; zeros for a text without content."""
        return unit(np.hstack([embedder.embed(texts, kind) for embedder in self._both]))


def joined(first: str, second: str) -> str:
    """Return the fingerprint of two embedders side by side."""
    return f"{first}+{second}"
