"""Vectors without what all texts have in common.

All vectors of a language model lean one way, so that any two texts have a cosine of 0.8 and the
fusion of signals hears little of the differences (https://arxiv.org/abs/1702.01417).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from hashlib import sha256

from core.ports import Embedder, TextKind, Vectors
from core.retrieval.vectors import unit

_MESSAGES = 64  # more change the mean by less than one part in a hundred


class CentredEmbedder:
    """Implements `core.ports.Embedder` over another one, less the mean of everyday messages."""

    def __init__(self, embedder: Embedder, everyday: Sequence[str]) -> None:
        """Subtract the mean vector of `everyday`: messages of any subject, in several languages."""
        self.title_weight = embedder.title_weight
        self.fingerprint = centred(embedder.fingerprint, everyday)
        self._embedder = embedder
        self._everyday = everyday[:: max(1, len(everyday) // _MESSAGES)]
        self._mean: Vectors | None = None
        self._turn = threading.Lock()

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors, a row for each text; zeros for a text without content."""
        vectors = self._embedder.embed(texts, kind)
        blank = ~vectors.any(axis=1)
        told = unit(vectors - self._common())
        told[blank] = 0
        return told

    def _common(self) -> Vectors:
        """Return the mean of the everyday messages, which is computed once."""
        with self._turn:
            if self._mean is None:
                self._mean = self._embedder.embed(self._everyday).mean(axis=0)
            return self._mean


def centred(fingerprint: str, everyday: Sequence[str]) -> str:
    """Return the fingerprint of centred vectors: the embedder's, and that of `everyday`."""
    return f"{fingerprint}+centred-{sha256(chr(10).join(everyday).encode()).hexdigest()[:8]}"
