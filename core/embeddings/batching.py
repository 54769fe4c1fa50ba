"""The batching of embeddings: questions within a moment share one request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import copy_context

from core.llm.budget import TAB, Tab
from core.llm.prompts import estimate_tokens
from core.ports import Vectors
from core.types import Usage

# Far below what a request takes, and long enough for all that were asked at once.
_MOMENT_S = 0.004
# With hundreds at once the first are on their way while the others are still being read.
_MOST = 64

Fetch = Callable[[Sequence[str]], Awaitable[Mapping[str, Vectors]]]


class BatchedEmbeddings:
    """Fetches each text once, however many callers wait for it.

    Who asks first for a text pays for it: those of one request share its bill by length.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._coming: dict[str, asyncio.Future[Vectors]] = {}
        self._wanted: dict[str, Tab | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def get(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of texts, none of which may be blank.

        Raises:
            ModelError: the endpoint fails.
        """
        coming = {text: self._coming.get(text) or self._want(text) for text in texts}
        # A caller who leaves does not cancel the request that others wait for.
        return {text: await asyncio.shield(vector) for text, vector in coming.items()}

    async def close(self) -> None:
        """Cancel the requests in flight."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # These belong to a task that was cancelled before it began.
        for vector in self._coming.values():
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
            found = {text: found[text] for text in payers}
        except Exception as error:  # noqa: BLE001 - raised where the vectors are waited for
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
