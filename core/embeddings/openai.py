"""Embeddings of OpenAI or of any compatible endpoint, fetched ahead of the search that needs them.

Searching is synchronous and runs in threads; waiting for a network there would block one thread a
question. So `warm` fetches on the event loop, and `embed` only looks up.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.backends.gathering import Gathering
from core.backends.openai_client import OpenAIClient
from core.backends.vector_cache import VectorCache
from core.errors import ConfigError, ModelError, ModelUnavailableError
from core.ports import Vectors
from core.tokens import estimate_tokens

# https://platform.openai.com/docs/api-reference/embeddings/create#input; the token limits are
# kept below the documented 300,000 and 8,192 because ours are estimates.
_INPUTS = 2_048
_REQUEST_TOKENS = 200_000
_INPUT_CHARS = 7_000
_AT_ONCE = 4
_REMEMBERED = 20_000

DIMENSIONS = {
    "text-embedding-3-small": 1_536,
    "text-embedding-3-large": 3_072,
    "text-embedding-ada-002": 1_536,
    "bge-m3": 1_024,
}


class OpenAIEmbedder:
    """Implements `core.ports.Embedder` over what `warm` or `prepare` have fetched."""

    def __init__(
        self,
        client: OpenAIClient,
        *,
        model: str,
        fingerprint: str,
        cache: VectorCache,
        dimensions: int = 0,
    ) -> None:
        """`dimensions` 0 takes the model's own.

        Raises:
            ConfigError: that is not known for this model.
        """
        own = DIMENSIONS.get(model.partition(":")[0], 0)
        self.dimension = dimensions or own
        if not self.dimension:
            raise ConfigError(f"set FAQBOT_EMBEDDING_DIMENSIONS: how long a vector of {model} is")
        self.fingerprint = fingerprint
        self._client = client
        self._model = model
        self._asked_for = dimensions if dimensions != own else 0
        self._cache = cache
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._gathering = Gathering(self._found)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); zeros for a blank text.

        Raises:
            ModelUnavailableError: some of them were not fetched before.
        """
        keys = [_input(text) for text in texts]
        found = self._look_up(keys)
        if missing := sum(key not in found for key in keys):
            raise ModelUnavailableError(f"{missing} of {len(keys)} texts have no embedding yet")
        vectors = np.zeros((len(keys), self.dimension), np.float32)
        for row, key in enumerate(keys):
            vectors[row] = found[key]
        return vectors

    async def warm(self, texts: Sequence[str]) -> None:
        """Fetch what is missing, for questions: kept in memory, never written down.

        Raises:
            ModelError: the endpoint fails.
        """
        keys = dict.fromkeys(map(_input, texts))
        if missing := [key for key in keys if key and key not in self._known]:
            self._remember(await self._gathering.get(missing))

    async def keep(self, texts: Sequence[str]) -> None:
        """Fetch what is missing, for what people taught: written to the cache, as entries are.

        Raises:
            ModelError: the endpoint fails.
        """
        await self.prepare(texts, lambda _ready, _total: None)

    async def close(self) -> None:
        """Give up what `warm` is waiting for."""
        await self._gathering.close()

    async def prepare(self, texts: Sequence[str], progress: Callable[[int, int], None]) -> None:
        """Fetch what is missing, for entries: several requests at once, each written to the cache.

        `progress` gets the texts that are ready and their total.

        Raises:
            ModelError: the endpoint fails; what was fetched is in the cache.
        """
        keys = [key for key in dict.fromkeys(map(_input, texts)) if key]
        cached = await asyncio.to_thread(self._cache.get, keys)
        ready = len(cached)
        progress(ready, len(keys))
        turn = asyncio.Semaphore(_AT_ONCE)

        async def fetch(batch: Sequence[str]) -> None:
            nonlocal ready
            async with turn:
                vectors = await self._fetch(batch)
            await asyncio.to_thread(self._cache.put, batch, vectors)
            ready += len(batch)
            progress(ready, len(keys))

        try:
            async with asyncio.TaskGroup() as group:
                for batch in batches([key for key in keys if key not in cached]):
                    group.create_task(fetch(batch))
        except* ModelError as failed:
            raise failed.exceptions[0] from failed

    async def _found(self, keys: Sequence[str]) -> dict[str, Vectors]:
        found = await asyncio.to_thread(self._cache.get, keys)
        for batch in batches([key for key in keys if key not in found]):
            found.update(zip(batch, await self._fetch(batch), strict=True))
        return found

    async def _fetch(self, keys: Sequence[str]) -> Vectors:
        dimensions = self._asked_for or None
        return await self._client.embeddings(self._model, keys, dimensions=dimensions)

    def _look_up(self, keys: Sequence[str]) -> dict[str, Vectors]:
        found = {"": np.zeros(self.dimension, np.float32)}
        found |= {key: self._known[key] for key in keys if key in self._known}
        if missing := [key for key in keys if key not in found]:
            found |= self._cache.get(missing)
        return found

    def _remember(self, vectors: dict[str, Vectors]) -> None:
        self._known.update(vectors)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts in order, in lists that one request may hold."""
    batch: list[str] = []
    tokens = 0
    for text in texts:
        size = estimate_tokens(text)
        if batch and (len(batch) == _INPUTS or tokens + size > _REQUEST_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += size
    if batch:
        yield batch


def _input(text: str) -> str:
    """A text as it is sent: without blank ends, and not longer than a model reads."""
    return text.strip()[:_INPUT_CHARS]
