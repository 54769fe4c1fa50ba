"""The smallest things that can stand in for a language model: white space and hashed letters.

They implement what `ingest.sync` and `core.retrieval` ask of an analyzer and of an `Embedder`,
deterministically and without loading anything, and count what they were asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from core.ports import TextKind


class TinyAnalyzer:
    """Terms are words."""

    class Kiwi:
        """It finds no words."""

        def tokenize(self, texts: Sequence[str]) -> list[list[object]]:
            return [] if isinstance(texts, str) else [[] for _ in texts]

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.kiwi = self.Kiwi()

    def stem(self, word: str) -> str:
        return word

    def terms(self, text: str) -> tuple[str, ...]:
        return self.terms_of([text])[0]

    def tokens(self, text: str) -> list[object]:
        return self.kiwi.tokenize(text)

    def terms_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        self.asked += texts
        return [tuple(f"{word}/N" for word in text.split()) for text in texts]


class TinyEmbedder:
    """Letter pairs, hashed into 64 dimensions."""

    title_weight = 0.5

    dimension = 64

    def __init__(self, fingerprint: str = "tiny-1") -> None:
        self.fingerprint = fingerprint
        self.asked: list[str] = []

    def of_words(self, terms: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        vectors = self.embed([term.partition("/")[0] for term in terms])
        return vectors, np.ones(len(terms), np.float32)

    def embed(
        self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION
    ) -> NDArray[np.float32]:
        del kind
        self.asked += texts
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for pair in pairwise(text):
                hashed = crc32((self.fingerprint + "".join(pair)).encode())
                vectors[row, hashed % self.dimension] += 1 if hashed & 1024 else -1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
