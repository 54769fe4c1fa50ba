"""The seams of the core: what it needs from the world, as Protocols.

Each has, or gets with the next issue, more than one implementation in use.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import Entry, Exchange, Generation, Passage, SessionId, Terms, Turn, Written

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


class FaqIndex(Protocol):
    """The ingested FAQ, by generation. Calls block: keep them off the event loop."""

    def serving(self) -> Generation | None:
        """The generation that answers are taken from, or None before the first ingest."""
        ...

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        """Every entry with its terms, in the order of the source."""
        ...

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        """Entries by id, in the order asked for; unknown ids are left out."""
        ...

    def nearest(self, generation: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The nearest chunks as (faq_id, cosine), best first; an entry may come more than once."""
        ...


class History(Protocol):
    """Sessions and their turns, in the order in which they were appended."""

    async def append(self, turn: Turn) -> bool:
        """Store a turn; False, and nothing changed, if that question id is already there."""
        ...

    async def recent(self, session: SessionId, limit: int) -> list[Turn]:
        """The last `limit` turns of a session, oldest first."""
        ...


class ChatModel(Protocol):
    """Writes the answer to a question from passages, and from nothing else."""

    @property
    def name(self) -> str:
        """What a turn records as the model that answered."""
        ...

    def answer(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[str | Written]:
        """Stream the answer as pieces of Markdown, then exactly one `Written`.

        `passages` are nearest first, and never empty.
        """
        ...
