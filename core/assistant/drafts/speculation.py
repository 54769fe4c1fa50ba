"""Speculative work with models: classification, search and writing run at the same time.

A model reads the question (label, search query) while the FAQ is searched with the raw question.
The answer is begun from the entries that were found, and is shown only once the label allows it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from contextvars import Context, copy_context
from dataclasses import replace
from typing import Any, TypeVar

from core.assistant.guardrails.guardrail import vouched
from core.assistant.message import MessageInContext, MessageReader, Reading, Warm
from core.assistant.research import Findings
from core.errors import ModelError, ModelReplyError
from core.llm.budget import TAB, Tab
from core.retrieval.overlay.lessons import passages_of
from core.text.korean import compact
from core.types import (
    Classification,
    DraftPiece,
    Entry,
    Exchange,
    Label,
    Passage,
    ToolCall,
    Usage,
    Verdict,
    Written,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Refusing a real question is the worst error, so the local guardrail decides a doubtful refusal.
_SURE = 0.6


Read = Callable[[str, Sequence[Exchange]], AsyncGenerator[Label | Classification]]
Write = Callable[[str, Sequence[Exchange], Sequence[Passage]], AsyncGenerator[DraftPiece]]


class Speculation:
    """Implements `Work` with models. Make one for each question, and `close` it."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        reader: MessageReader,
        read: Read | None,
        write: Write,
        warm: Warm,
        tab: Tab,
        hurry: asyncio.Event,
    ) -> None:
        """Without `read` the local guardrail decides; `hurry` asks `write` not to wait longer."""
        self._reader = reader
        self._read = read
        self._write = write
        self._warm: Warm | None = warm
        self._reading: asyncio.Task[None] | None = None
        self._foreseen: asyncio.Task[None] | None = None
        self._begun_from = ""
        self._hurry = hurry
        self.tab = tab
        self.draft: SpeculativeDraft | None = None
        self.call: ToolCall | None = None
        # Every task that is started in this context charges the question's tab.
        self._context = copy_context()
        self._context.run(TAB.set, tab)

    def foresee(self, text: str) -> None:
        """Begin to embed a question while its conversation is still being read."""
        if self._warm:
            loop = asyncio.get_running_loop()
            self._foreseen = loop.create_task(self._warmed([text]), context=self._context)

    async def consider(self, message: MessageInContext) -> tuple[Reading, Verdict]:
        """Search, classify and begin to write; return as soon as the label is certain.

        In a conversation the model's whole reading is awaited, since it may name another query to
        search for. `draft` is set if, and only if, there are entries to answer from.
        """
        text, history = message.text, message.history
        certain = self._start_reading(text, history)
        reading = await self._started(self._reader.read(message, self._warmed))
        found = reading.found
        verdict = found.verdict
        if verdict.label is Label.ON_TOPIC:
            await self._begin(text, history, found)
        if certain:
            try:
                read = await certain
                self.call = read.call
            except ModelError as error:
                logger.warning("the local guardrail decides: %s", error)
            else:
                hits = (*found.in_context[:1], *found.alone[:1])
                verdict = vouched(_verdict(read, found.verdict), text, hits)
                if read.query and compact(read.query) != compact(text):
                    again = await self._searched_again(read.query, message, found)
                    if again.entries or not found.entries:
                        found = again
                        reading = replace(reading, found=found, query=read.query)
                        text = f"{text}\n({read.query})"
        if verdict.label is Label.ON_TOPIC:
            await self._begin(text, history, found)
        else:
            await self._drop()
        return reading, verdict

    @property
    def usage(self) -> Usage:
        """The usage of models for this question so far."""
        return self.tab.total

    def spend_nothing(self) -> None:
        """Embed nothing more: texts without a cached vector are searched by words and letters."""
        self._warm = None

    async def warm(self, texts: Sequence[str]) -> None:
        """Embed texts that are about to be searched for, in one request."""
        await self._started(self._warmed(texts))

    def hurry(self) -> None:
        """Show an extract instead of waiting for a model that is late."""
        self._hurry.set()

    async def close(self) -> None:
        """Stop whatever still runs."""
        tasks = [task for task in (self._foreseen, self._reading) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._drop()

    def _start_reading(
        self, text: str, history: Sequence[Exchange]
    ) -> asyncio.Future[Classification] | None:
        if self._read is None:
            return None
        # The future resolves as soon as the label is certain. The task reads on to the end of the
        # stream, so that its connection can be used again and its usage is known.
        certain: asyncio.Future[Classification] = asyncio.get_running_loop().create_future()
        task = self._follow(self._read(text, history), certain, early=not history)
        self._reading = asyncio.get_running_loop().create_task(task, context=self._context)
        return certain

    @staticmethod
    async def _follow(
        parts: AsyncGenerator[Label | Classification],
        certain: asyncio.Future[Classification],
        *,
        early: bool,
    ) -> None:
        try:
            async with aclosing(parts):
                async for part in parts:
                    if certain.done():
                        continue
                    if isinstance(part, Classification):
                        certain.set_result(part)
                    elif early and part is Label.ON_TOPIC:
                        certain.set_result(Classification(part))
        except ModelError as error:
            if not certain.done():
                certain.set_exception(error)
        except Exception:  # the task is not awaited, and the future has to be resolved
            logger.exception("a bug in faqbot, while a model read a question")
        finally:
            if not certain.done():
                certain.set_exception(ModelReplyError("the model's reading has no label"))

    async def _searched_again(
        self, query: str, message: MessageInContext, found: Findings
    ) -> Findings:
        """Search again with the model's query, without a conversation; keep the local verdict.

        A small model may write a query that finds nothing although the question, in its
        conversation, finds an entry. The caller then keeps the first findings.
        """
        await self.warm([query])
        alone = MessageInContext(query, as_one=True, audience=message.audience)
        again = (await self._reader.read(alone)).found
        return replace(found, in_context=again.alone, entries=again.entries)

    async def _begin(self, text: str, history: Sequence[Exchange], found: Findings) -> None:
        """Start writing from these findings, unless a draft from the same entry is under way."""
        hits, entries = found.in_context, found.entries
        if entries and self.draft and self._begun_from == hits[0].faq_id:
            return
        await self._drop()
        if not entries:  # none is near enough, or an ingest has removed them since the search
            return
        scores = {hit.faq_id: hit.score for hit in hits}
        passages = passages_of(entries, scores)
        self._begun_from = hits[0].faq_id
        self.draft = SpeculativeDraft(self._write(text, history, passages), entries, self._context)

    async def _drop(self) -> None:
        if self.draft:
            await self.draft.drop()
            self.draft = None

    async def _warmed(self, texts: Sequence[str]) -> None:
        if self._warm is None:
            return
        try:
            await self._warm(texts)
        except ModelError as error:
            logger.warning("searching without meaning: %s", error)

    async def _started(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.get_running_loop().create_task(work, context=self._context)


def _verdict(read: Classification, local: Verdict) -> Verdict:
    if read.confidence < _SURE and local.label is Label.ON_TOPIC:
        return local
    rest = (1 - read.confidence) / (len(Label) - 1)
    scores = {label: read.confidence if label is read.label else rest for label in Label}
    return Verdict(read.label, scores)


class SpeculativeDraft:
    """Implements `Draft`: runs a model ahead of its reader, in a context of its own.

    It is written from the `entries`, nearest first; `written` is set at its end.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[DraftPiece],
        entries: Sequence[Entry],
        context: Context,
    ) -> None:
        self.entries = entries
        self.written: Written | None = None
        self._queue: asyncio.Queue[DraftPiece | Exception] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._pump(pieces), context=context)

    async def pieces(self) -> AsyncGenerator[DraftPiece]:
        """Yield the answer from its beginning, then the one `Written`.

        All text that has come already is one piece.
        """
        while self.written is None:
            piece = await self._queue.get()
            while isinstance(piece, str) and not self._queue.empty():
                following = self._queue.get_nowait()
                if not isinstance(following, str):
                    yield piece
                    piece = following
                else:
                    piece += following
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, Written):
                self.written = piece
            yield piece

    async def drop(self) -> None:
        """Stop writing; harmless when it is finished."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _pump(self, pieces: AsyncGenerator[DraftPiece]) -> None:
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    self._queue.put_nowait(piece)
        except Exception as error:  # noqa: BLE001 - raised where each waits for it
            self._queue.put_nowait(error)
