"""A `FaqIndex` in memory with exact search: what a model is measured on before it ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.ports import Embedder, Vectors
from core.text.korean import Analyzer
from core.types import Entry, Generation, Terms
from ingest.chunks import chunks, entry_vectors
from ingest.sync import terms_of


class MemoryIndex:
    """Holds one generation of entries."""

    def __init__(self, entries: Sequence[Entry], analyzer: Analyzer, embedder: Embedder) -> None:
        self._entries = {entry.faq_id: entry for entry in entries}
        self._terms = terms_of(entries, analyzer)
        parts = [chunks(entry.text) or [entry.text] for entry in entries]
        vectors = entry_vectors(entries, parts, embedder)
        self._owners = [e.faq_id for e, v in zip(entries, vectors, strict=True) for _ in v]
        self._vectors = np.concatenate(vectors)
        self._generation = Generation("faq-memory", embedder.fingerprint, len(entries), "", "")

    def serving(self) -> Generation:
        return self._generation

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        del generation
        return zip(self._entries.values(), self._terms, strict=True)

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        del generation
        return [self._entries[faq_id] for faq_id in faq_ids if faq_id in self._entries]

    def nearest(
        self, generation: str, vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        del generation
        every = []
        for vector in vectors:
            cosines = self._vectors @ vector
            order = np.argsort(-cosines, kind="stable")[:limit]
            every.append([(self._owners[row], float(cosines[row])) for row in order])
        return every
