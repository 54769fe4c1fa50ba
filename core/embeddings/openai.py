"""Embeddings of OpenAI or of any compatible endpoint, fetched ahead of the search that needs them.

Searching is synchronous and runs in threads; waiting for a network there would block one thread a
question. So `warm` fetches on the event loop, and `embed` only looks up.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextvars import copy_context

import numpy as np

from core.embeddings.cache import VectorCache
from core.errors import ConfigError, ModelError, ModelUnavailableError
from core.llm.budget import TAB, Tab
from core.llm.openai.client import OpenAIClient
from core.llm.prompts import estimate_tokens
from core.ports import Vectors
from core.types import Usage

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


# Far below what a request takes, and long enough for all that were asked at once.
_MOMENT_S = 0.004
# With hundreds at once the first are on their way while the others are still being read.
_MOST = 64
Fetch = Callable[[Sequence[str]], Awaitable[Mapping[str, Vectors]]]


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
        self._gathering = BatchedEmbeddings(self._found)

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


class BatchedEmbeddings:
    """Fetches each text once, however many ask for it while it is on its way.

    Who asks first for a text pays for it: those of one request share its bill by length.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._coming: dict[str, asyncio.Future[Vectors]] = {}
        self._wanted: dict[str, Tab | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of texts, none of which is blank.

        Raises:
            ModelError: the endpoint fails.
        """
        coming = {text: self._coming.get(text) or self._want(text) for text in texts}
        # Who leaves does not take away what others wait for.
        return {text: await asyncio.shield(vector) for text, vector in coming.items()}

    async def close(self) -> None:
        """Give up what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for vector in self._coming.values():  # of a task that was cancelled before it began
            vector.cancel()

    def _want(self, text: str) -> asyncio.Future[Vectors]:
        if not self._wanted or len(self._wanted) >= _MOST:
            self._wanted = {}
            sending = self._send(self._wanted)
            task = asyncio.get_running_loop().create_task(sending, context=copy_context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._wanted[text] = TAB.get()
        vector = self._coming[text] = asyncio.get_running_loop().create_future()
        # All who waited may have left: an error that nobody asks for any more is no news.
        vector.add_done_callback(lambda done: done.cancelled() or done.exception())
        return vector

    async def _send(self, payers: dict[str, Tab | None]) -> None:
        # With nothing on its way, what is asked in this very moment; else a little longer.
        await asyncio.sleep(_MOMENT_S if len(self._tasks) > 1 else 0)
        if payers is self._wanted:
            self._wanted = {}
        TAB.set(Tab(lambda usage: _share(usage, payers)))
        try:
            found = await self._fetch(list(payers))
        except ModelError as error:
            for text in payers:
                self._coming.pop(text).set_exception(error)
        except BaseException:
            for text in payers:
                self._coming.pop(text).cancel()
            raise
        else:
            for text in payers:
                self._coming.pop(text).set_result(found[text])


def _share(usage: Usage, payers: Mapping[str, Tab | None]) -> None:
    sizes = {text: estimate_tokens(text) for text in payers}
    whole = sum(sizes.values())
    for text, tab in payers.items():
        if tab:
            part = sizes[text] / whole
            tokens = round(usage.prompt_tokens * part)
            tab.add(Usage(prompt_tokens=tokens, cost_usd=usage.cost_usd * part))
