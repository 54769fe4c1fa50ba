"""The seams of the core: what it needs from the world, as Protocols.

Each has, or gets with the next issue, more than one implementation in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import SessionId, Turn

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into unit vectors; what made a collection is recorded by `fingerprint`."""

    @property
    def fingerprint(self) -> str:
        """Name and version of the model; vectors of different fingerprints never meet."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); a text without content gives zeros."""
        ...


class History(Protocol):
    """Sessions and their turns, in the order in which they were appended."""

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there."""
        ...

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """The last `limit` turns of a session, oldest first."""
        ...
