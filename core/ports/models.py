"""The ports of models and of the index."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import AnswerPiece, Entry, Exchange, Generation, Passage, Terms

Vectors = NDArray[np.float32]


class TextKind(StrEnum):
    """The purpose of a text: some models embed a question in another way than its answer."""

    QUESTION = "question"
    TITLE = "title"
    PASSAGE = "passage"  # an answer below its title


class Embedder(Protocol):
    """Turns texts into unit vectors. A collection records the `fingerprint` of its embedder."""

    @property
    def fingerprint(self) -> str:
        """The name and version of the model; vectors of different ones are never compared."""
        ...

    @property
    def title_weight(self) -> float:
        """The weight of a title's vector beside that of its passage, which repeats the title."""
        ...

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors, a row for each text; a text without content gives zeros."""
        ...


class WordVectors(Protocol):
    """Tells what single words mean."""

    def of_words(self, terms: Sequence[str]) -> tuple[Vectors, NDArray[np.float32]]:
        """Return unit vectors of terms, a row for each, and how much each tells of a question.

        An unknown term has a vector of zeros. Their importance has the shape (terms,) and is
        positive, about 1 at the median: more for "refund", less for "want".
        """
        ...


class FaqIndex(Protocol):
    """The ingested FAQ, by generation. Calls block: keep them off the event loop."""

    def serving(self) -> Generation | None:
        """Return the generation that answers are taken from, or None before the first ingest."""
        ...

    def stored(self, generation: str) -> Iterator[tuple[Entry, Terms]]:
        """Yield every entry with its terms, in the order of the source."""
        ...

    def entries(self, generation: str, faq_ids: Sequence[str]) -> list[Entry]:
        """Return entries in the order of their ids; unknown ids are left out."""
        ...

    def nearest(
        self, generation: str, vectors: Vectors, limit: int
    ) -> list[list[tuple[str, float]]]:
        """Return the nearest chunks to each row of `vectors` as (faq_id, cosine), best first.

        An entry may come more than once.
        """
        ...


class ChatModel(Protocol):
    """Writes the answer to a question from passages alone."""

    @property
    def name(self) -> str:
        """The name that a turn records as the model that answered."""
        ...

    def answer(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[AnswerPiece]:
        """Stream the answer as pieces of Markdown and what they cite, then one `Written`.

        `passages` are nearest first, and never empty.
        """
        ...
