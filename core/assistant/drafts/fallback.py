"""A model that always answers: the configured one while it works, else the FAQ's own words."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from core.assistant.drafts.silence import or_silence
from core.assistant.drafts.speculation import Speculation, Write
from core.errors import ModelError, ModelNonsenseError, ModelReplyError
from core.llm.budget import TAB, Ledger, SpendingLimit
from core.llm.completions import CompletionRequest, Completions, Schema
from core.llm.json_reply import json_object
from core.llm.prompts import ChatMessage
from core.llm.tool_calls import Tool
from core.ports import ChatModel
from core.profile import Profile
from core.text.languages import in_language_of
from core.text.safety.grounding import is_grounded
from core.text.safety.leak_watch import LeakWatch
from core.text.safety.sanitize import Cleaner, CleanStream
from core.types import (
    Anew,
    AnswerPiece,
    Cited,
    Classification,
    DraftPiece,
    Exchange,
    Label,
    Offer,
    Passage,
    Written,
)

logger = logging.getLogger(__name__)

_DRAFT_S: Final = 60.0
_JSON_S: Final = 20.0  # somebody waits, who gets something else without it
_JSON_TOKENS: Final = 800
_CITATION: Final = re.compile(r"\s?\[\d{1,2}\]")


@dataclass(frozen=True, slots=True)
class FallbackModel:
    """A model whose text passes the output filter, and whose failure becomes an extract.

    `secret` is a text that must not appear in an answer. While a model has sent nothing for
    `patience_s` seconds, an extract is shown in its place; also where nothing that it says is in
    its passages, as far as their `terms` tell.
    """

    model: ChatModel
    extractive: ChatModel
    cleaner: Cleaner
    secret: str
    profile: Profile
    patience_s: float
    terms: Callable[[str], Iterable[str]]

    async def answer(
        self,
        question: str,
        history: Sequence[Exchange],
        passages: Sequence[Passage],
        *,
        hurry: asyncio.Event,
    ) -> AsyncGenerator[DraftPiece]:
        """Answer as `ChatModel.answer` does, and never raise a `ModelError`.

        Once `hurry` is set, a model that has been silent for too long is given up.
        """
        said, nonsense = "", False
        try:
            async with aclosing(self._in_time(question, history, passages, hurry)) as pieces:
                async for piece in pieces:
                    yield piece
                    if isinstance(piece, Written):
                        return
                    if isinstance(piece, str):
                        said += piece
                    elif isinstance(piece, Anew):
                        said = ""
        except (ModelError, TimeoutError) as error:
            nonsense = isinstance(error, ModelNonsenseError)
            logger.warning("answering from the FAQ's own words: %s", error)
        except Exception:  # a bug in a model's client must not cost the person the answer
            logger.exception("answering from the FAQ's own words, after a bug in faqbot")
        profile = in_language_of(self.profile, question)
        notice = profile.model.down
        if said and nonsense:
            yield Anew()
        elif said:
            notice = f"\n\n{profile.model.cut}"
        async with aclosing(self.extract(notice, question, history, passages)) as rest:
            async for piece in rest:
                yield piece

    async def draft(self, question: str, passages: Sequence[Passage]) -> str:
        """Return what the model writes from passages, without marks of them.

        It is "" if the model fails, or if they hold no answer.
        """
        said, used = "", tuple[Passage, ...]()
        pieces = self._safe(question, (), passages)
        try:
            async with asyncio.timeout(_DRAFT_S), aclosing(pieces):
                async for piece in pieces:
                    if isinstance(piece, str):
                        said += piece
                    elif isinstance(piece, Written):
                        used = piece.used
        except (ModelError, TimeoutError) as error:
            logger.warning("no draft is written: %s", error)
            return ""
        return _CITATION.sub("", said).strip() if used else ""

    async def extract(
        self,
        notice: str,
        question: str,
        history: Sequence[Exchange],
        passages: Sequence[Passage],
    ) -> AsyncGenerator[AnswerPiece]:
        """Yield the extractive answer below a notice that says why there is no other."""
        yield f"{notice}\n\n"
        async for piece in self.extractive.answer(question, history, passages):
            yield (
                replace(piece, model=self.extractive.name) if isinstance(piece, Written) else piece
            )

    async def _in_time(
        self,
        question: str,
        history: Sequence[Exchange],
        passages: Sequence[Passage],
        hurry: asyncio.Event,
    ) -> AsyncGenerator[DraftPiece]:
        """Stream the model's answer; if it is silent for long, an extract comes before it."""
        async with (
            aclosing(self._safe(question, history, passages)) as safe,
            aclosing(or_silence(safe, self.patience_s, hurry)) as pieces,
        ):
            async for piece in pieces:
                if piece is not None:
                    yield piece
                    continue
                logger.warning("%s is silent: the FAQ's own words come first", self.model.name)
                notice = in_language_of(self.profile, question).model.slow
                slow = self.extract(notice, question, history, passages)
                async with aclosing(slow) as extract:
                    async for early in extract:
                        if not isinstance(early, Written):
                            yield early
                yield Anew()

    async def _safe(
        self, question: str, history: Sequence[Exchange], passages: Sequence[Passage]
    ) -> AsyncGenerator[AnswerPiece]:
        spoken = in_language_of(self.profile, question)
        cleaner = self.cleaner.saying(spoken.link_left_out)
        clean, watch = CleanStream(cleaner), LeakWatch(self.secret)
        said = ""
        async with aclosing(self.model.answer(question, history, passages)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Written):
                    if rest := clean.feed(watch.close()) + clean.close():
                        yield rest
                    if piece.used:
                        await self._check(said, question, passages)
                    yield replace(piece, offers=tuple(map(self._clean_offer, piece.offers)))
                elif isinstance(piece, Cited):
                    yield piece
                else:
                    said += piece
                    if text := clean.feed(watch.feed(piece)):
                        yield text
                if watch.leaked:
                    raise ModelReplyError(f"{self.model.name} began to reveal its instructions")

    async def _check(self, said: str, question: str, passages: Sequence[Passage]) -> None:
        """Compare an answer with what it is written from.

        Raises:
            ModelNonsenseError: it has nothing to do with that.
        """
        sources = [question, *(f"{passage.title}\n{passage.text}" for passage in passages)]
        if not await asyncio.to_thread(is_grounded, said, sources, self.terms):
            raise ModelNonsenseError(f"{self.model.name} writes something that is in no passage")

    def _clean_offer(self, offer: Offer) -> Offer:
        return Offer(self.cleaner.clean(offer.sentence), self.cleaner.clean(offer.question))


@dataclass(frozen=True, slots=True)
class ModelPipeline:
    """The part of an assistant that works with models: it begins the work on each question."""

    steady: FallbackModel
    completions: Completions
    read: Callable[..., AsyncGenerator[Label | Classification]]
    ledger: Ledger
    open_speculation: Callable[..., Speculation]
    free_embeddings: bool = False

    def offering(self, tools: Sequence[Tool]) -> ModelPipeline:
        """Return one whose model may call tools when it reads a question."""
        return replace(self, read=partial(self.read, tools=tools)) if tools else self

    async def begin(self, person: str) -> Speculation:
        """Return work that is charged to a person; at a spending limit it uses no models."""
        tab = self.ledger.open_tab(person)
        limit = await self.ledger.limit(person)
        hurry = asyncio.Event()
        if limit is None:
            write = partial(self.steady.answer, hurry=hurry)
            return self.open_speculation(read=self.read, write=write, tab=tab, hurry=hurry)
        work = self.open_speculation(read=None, write=self._write(limit), tab=tab, hurry=hurry)
        if limit is SpendingLimit.OFF or not self.free_embeddings:
            work.spend_nothing()
        return work

    async def draft(self, question: str, passages: Sequence[Passage], person: str) -> str:
        """Return what the model writes from passages, on this person's account.

        It is "" at a limit, and else as of `FallbackModel.draft`.
        """
        if await self.ledger.limit(person) is not None:
            return ""
        before = TAB.set(self.ledger.open_tab(person))
        try:
            return await self.steady.draft(question, passages)
        finally:
            TAB.reset(before)

    async def json_of(
        self, messages: Sequence[ChatMessage], schema: Schema, person: str
    ) -> Mapping[str, Any]:
        """Return the JSON object that the model writes, on this person's account.

        It is {} at a limit, or if the model fails.
        """
        if await self.ledger.limit(person) is not None:
            return {}
        request = CompletionRequest(messages, _JSON_TOKENS, temperature=0, schema=schema)
        before = TAB.set(self.ledger.open_tab(person))
        try:
            async with asyncio.timeout(_JSON_S), aclosing(self.completions.stream(request)) as said:
                return json_object("".join([piece.text async for piece in said]))
        except (ModelError, TimeoutError) as error:
            logger.warning("no %s is written: %s", schema.name, error)
            return {}
        finally:
            TAB.reset(before)

    def _write(self, limit: SpendingLimit) -> Write:
        steady = self.steady

        def write(
            question: str, history: Sequence[Exchange], passages: Sequence[Passage]
        ) -> AsyncGenerator[DraftPiece]:
            texts = in_language_of(steady.profile, question)
            notice = texts.model.off if limit is SpendingLimit.OFF else texts.model.limit
            return steady.extract(notice, question, history, passages)

        return write
