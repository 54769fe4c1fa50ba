"""Vectors for entries, a few requests to the embedder for a whole batch of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.ports import Embedder, Vectors
from core.types import Entry
from core.vectors import compose


def entry_vectors(
    entries: Sequence[Entry], chunks: Sequence[Sequence[str]], embedder: Embedder
) -> list[Vectors]:
    """For each entry, unit vectors of shape (its chunks, dimension)."""
    titles = embedder.embed([entry.title for entry in entries])
    answers = embedder.embed([chunk for texts in chunks for chunk in texts])
    questions = embedder.embed([question for entry in entries for question in entry.questions])
    parts = zip(
        titles,
        _split(answers, [len(texts) for texts in chunks]),
        _split(questions, [len(entry.questions) for entry in entries]),
        strict=True,
    )
    return [compose(title, answer, asked) for title, answer, asked in parts]


def _split(vectors: Vectors, sizes: Sequence[int]) -> list[Vectors]:
    return np.split(vectors, np.cumsum(sizes)[:-1])
