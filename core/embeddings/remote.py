"""Embeddings of an endpoint, fetched ahead of the search that needs them.

Searching is synchronous and runs in threads; waiting for a network there would block one thread a
question. So `warm` fetches on the event loop, and `embed` only looks up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from time import monotonic
from typing import Protocol

import numpy as np

from core.bounded import BoundedDict
from core.embeddings.batching import BatchedEmbeddings
from core.embeddings.cache import VectorCache
from core.errors import (
    ModelError,
    ModelOverflowError,
    ModelReplyError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from core.llm.prompts import estimate_tokens
from core.ports import TextKind, Vectors
from core.retrieval.vectors import SENTENCE_TITLE_WEIGHT, unit

logger = logging.getLogger(__name__)

# https://platform.openai.com/docs/api-reference/embeddings/create#input; kept below the
# documented 300,000 and 8,192 because ours are estimates.
_REQUEST_TOKENS = 200_000
_INPUT_CHARS = 7_000
_AT_ONCE = 4
_SLOW_S = 1.0  # a text that takes longer comes from a small machine: it gets one request at a time
_REMEMBERED = 20_000
# Errors that a smaller request may avoid: too much at once, and too slow for so much.
_TOO_MUCH = (ModelOverflowError, ModelRequestError, ModelTimeoutError)


class EmbeddingEndpoint(Protocol):
    """A server of embeddings."""

    @property
    def most_texts(self) -> int:
        """Return the most texts that one request may hold."""
        ...

    @property
    def prefixes(self) -> tuple[str, str]:
        """Return the model's prefixes of a question and of a passage; "" for none."""
        ...

    async def vectors(self, texts: Sequence[str], *, hurried: bool) -> Vectors:
        """Return a row for each text, which has its prefix; its usage goes on the tab.

        `hurried` tells that a person waits.

        Raises:
            ModelError: no answer, or not one finite vector a text, all of one length.
        """
        ...


class RemoteEmbedder:
    """Implements `core.ports.Embedder` over what `warm` or `prepare` have fetched.

    How long a vector is, the ingest finds out; other lengths are not taken until the next one.
    """

    title_weight = SENTENCE_TITLE_WEIGHT

    def __init__(
        self, endpoint: EmbeddingEndpoint, *, fingerprint: str, cache: VectorCache, batch: int
    ) -> None:
        """Send at most `batch` texts in a request of an ingest."""
        self.fingerprint = fingerprint
        self._endpoint = endpoint
        self._cache = cache
        self._batch = min(batch, endpoint.most_texts)
        self._slow = False  # then it gets one request at a time
        self._length = cache.length()
        self._known: BoundedDict[str, Vectors] = BoundedDict(_REMEMBERED)
        self._batched = BatchedEmbeddings(self._found)

    @property
    def dimension(self) -> int:
        """Return the length of a vector; 0 before the first was fetched."""
        return self._length

    def embed(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); zeros for a blank text.

        Raises:
            ModelUnavailableError: some of them were not fetched before.
        """
        keys = self._keys(texts, kind)
        found = self._look_up([key for key in keys if key])
        if missing := sum(bool(key) and key not in found for key in keys):
            raise ModelUnavailableError(f"{missing} of {len(keys)} texts have no embedding yet")
        vectors = np.zeros((len(keys), self._length), np.float32)
        for row, key in enumerate(keys):
            if key:
                vectors[row] = found[key]
        return vectors

    async def warm(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> None:
        """Fetch missing vectors for a search; they are kept in memory only.

        Raises:
            ModelError: the endpoint fails.
        """
        keys = dict.fromkeys(self._keys(texts, kind))
        if missing := [key for key in keys if key and key not in self._known]:
            self._known.update(await self._batched.get(missing))

    async def keep(self, questions: Sequence[str], passages: Sequence[str] = ()) -> None:
        """Fetch missing vectors of lessons, and write them to the cache, as those of entries.

        Raises:
            ModelError: the endpoint fails.
        """
        await self._fill(self._all_keys(questions, passages), lambda _ready, _total: None)

    async def has_another_length(self) -> bool:
        """Return whether the endpoint's vectors have another length than when the FAQ was ingested.

        Raises:
            ModelError: the endpoint fails.
        """
        before = self._cache.length()
        if not before:
            return False
        vectors = await self._endpoint.vectors(self._keys(["."]), hurried=True)
        return bool(vectors.shape[1] != before)

    async def close(self) -> None:
        """Cancel the requests that `warm` is waiting for."""
        await self._batched.close()

    async def prepare(
        self,
        questions: Sequence[str],
        passages: Sequence[str],
        progress: Callable[[int, int], None],
    ) -> None:
        """Fetch missing vectors of entries by several requests at once, into the cache.

        The first text is asked for anew: a server that was mended may give another length than
        what is in the cache, which is then fetched again. `progress` gets the texts that are ready
        and their total.

        Raises:
            ModelError: the endpoint fails; what was fetched is in the cache.
        """
        keys = self._all_keys(questions, passages)
        if not keys:
            return
        before, self._length = self._length, 0
        try:
            started = monotonic()
            first = await self._endpoint.vectors(keys[:1], hurried=False)
            self._slow = monotonic() - started > _SLOW_S
            self._checked(first)
            await asyncio.to_thread(self._cache.put, keys[:1], first)
            await self._fill(keys, progress)
        except BaseException:
            self._length = before
            raise
        await asyncio.to_thread(self._cache.put_length, self._length)

    async def _fill(self, keys: Sequence[str], progress: Callable[[int, int], None]) -> None:
        cached = self._of_length(await asyncio.to_thread(self._cache.get, keys))
        ready = len(cached)
        progress(ready, len(keys))
        turn, alone = asyncio.Semaphore(_AT_ONCE), asyncio.Lock()

        async def fetch(batch: Sequence[str]) -> None:
            nonlocal ready
            async with turn, alone if self._slow else nullcontext():
                await self._halved(batch)
            ready += len(batch)
            progress(ready, len(keys))

        missing = [key for key in keys if key not in cached]
        try:
            async with asyncio.TaskGroup() as group:
                for batch in batches(missing, self._batch):
                    group.create_task(fetch(batch))
        except* ModelError as failed:
            raise failed.exceptions[0] from failed

    async def _halved(self, keys: Sequence[str]) -> None:
        """Fetch texts into the cache, and halve requests that are too large."""
        if len(keys) > self._batch:  # it was found too large meanwhile
            for batch in batches(keys, self._batch):
                await self._halved(batch)
            return
        try:
            vectors = await self._endpoint.vectors(keys, hurried=False)
        except (*_TOO_MUCH, ModelUnavailableError, ModelReplyError) as error:
            if len(keys) == 1:
                raise
            if not isinstance(error, _TOO_MUCH):  # too large as well, if it takes a single text
                await self._halved(keys[:1])
            self._batch = min(self._batch, len(keys) // 2)
            self._slow = self._slow or isinstance(error, ModelTimeoutError)
            logger.warning("asking for %d texts at a time: %s", self._batch, error)
            await self._halved(keys)
            return
        self._checked(vectors)
        await asyncio.to_thread(self._cache.put, keys, vectors)

    async def _found(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of questions that nobody has asked before."""
        found = self._of_length(await asyncio.to_thread(self._cache.get, keys))
        for batch in batches([key for key in keys if key not in found], self._endpoint.most_texts):
            vectors = await self._endpoint.vectors(batch, hurried=True)
            self._checked(vectors)
            found.update(zip(batch, unit(vectors), strict=True))
        return found

    def _checked(self, vectors: Vectors) -> None:
        """Check the length of vectors against the known one, or store it if none is known.

        Raises:
            ModelReplyError: it is another one.
        """
        length = vectors.shape[1]
        if self._length and length not in (self._length, self._cache.length()):
            raise ModelReplyError(
                f"{self.fingerprint} gave vectors of {length} numbers in place of {self._length}; "
                "if it is another model now, run `faqbot ingest` again"
            )
        if self._length != length:  # the first, or another process has ingested meanwhile
            self._known.clear()
            self._length = length

    def _of_length(self, found: dict[str, Vectors]) -> dict[str, Vectors]:
        """Return those of the cache that have the known length, or all of the commonest one."""
        if not self._length and found:
            lengths = [len(vector) for vector in found.values()]
            self._length = max(set(lengths), key=lengths.count)
        return {key: unit(v) for key, v in found.items() if len(v) == self._length}

    def _look_up(self, keys: Sequence[str]) -> dict[str, Vectors]:
        found = {key: self._known[key] for key in keys if key in self._known}
        if missing := [key for key in keys if key not in found]:
            found |= self._of_length(self._cache.get(missing))
        return found

    def _all_keys(self, questions: Sequence[str], passages: Sequence[str]) -> list[str]:
        keys = (*self._keys(questions), *self._keys(passages, TextKind.PASSAGE))
        return [key for key in dict.fromkeys(keys) if key]

    def _keys(self, texts: Sequence[str], kind: TextKind = TextKind.QUESTION) -> list[str]:
        """Return texts as they are sent: with their prefix, and not longer than a model reads."""
        prefix = self._endpoint.prefixes[kind is TextKind.PASSAGE]
        shortened = (text.strip()[:_INPUT_CHARS] for text in texts)
        return [f"{prefix}{text}" if text else "" for text in shortened]


def batches(texts: Sequence[str], most: int) -> Iterator[list[str]]:
    """Yield texts in order, in lists that one request may hold."""
    batch: list[str] = []
    tokens = 0
    for text in texts:
        size = estimate_tokens(text)
        if batch and (len(batch) == most or tokens + size > _REQUEST_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += size
    if batch:
        yield batch


def checked_rows(rows: Sequence[object], count: int, where: str) -> Vectors:
    """Return vectors of shape (count, length), in the order of the texts.

    Raises:
        ModelReplyError: there are more or fewer, they are of several lengths, or no numbers.
    """
    if len(rows) != count:
        raise ModelReplyError(f"{where} returned {len(rows)} of {count} vectors")
    try:
        vectors = np.array([np.asarray(row, np.float32) for row in rows], np.float32)
    except (ValueError, TypeError) as error:
        raise ModelReplyError(f"{where} returned something other than vectors") from error
    if vectors.ndim != 2 or not vectors.size or not np.isfinite(vectors).all():
        raise ModelReplyError(f"{where} returned vectors with values that are no numbers")
    if not vectors.any(axis=1).all():
        raise ModelReplyError(f"{where} returned a vector of zeros")
    return vectors
