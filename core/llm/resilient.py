"""Completions that start in time, are bounded, leave out thinking, and are accounted for.

A provider makes one attempt and says what it brought. All that is the same for every provider
stands here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from core.errors import (
    ModelBrokeOffError,
    ModelOverflowError,
    ModelStalledError,
    ModelUnavailableError,
)
from core.llm.budget import Price, spend
from core.llm.caller import Caller, Slots
from core.llm.completions import CompletionRequest, Finish, Piece, TokenCounts
from core.llm.dialect import Forms, ModelDialect
from core.llm.load import StreamLoad
from core.llm.prompts import estimate_tokens
from core.llm.thinking import ThinkingFilter
from core.llm.turn_tokens import TurnFilter

_LONGEST_ANSWER_S = 180.0  # nobody reads on for longer, however steadily a slow machine writes
# Some servers know no limit of tokens. Words of any language have fewer characters a token.
_CHARS_OF_TOKEN = 5
# A model that thinks is given so many tokens more than its answer takes.
_THINKING_TOKENS = 4_000


class ProviderModel(Protocol):
    """One model at one provider, asked once."""

    @property
    def name(self) -> str:
        """Return the name of the model."""
        ...

    def attempt(
        self, request: CompletionRequest, forms: Forms, read_s: float, /
    ) -> AsyncGenerator[Piece]:
        """Stream a completion whose request has these forms; pieces may be empty.

        The last piece has a `finish`, unless the stream ended too early. `read_s` is how long the
        connection may be silent.

        Raises:
            ModelRequestError: it refuses the form of the request.
            ModelError: anything else, before its beginning or after.
        """
        ...


class ResilientCompletions:
    """Implements `core.llm.completions.Completions` over a provider.

    A stream that says nothing for the patience's `silence_s`, whatever else it sends, is over.
    """

    def __init__(
        self,
        provider: ProviderModel,
        *,
        caller: Caller,
        slots: Slots,
        load: StreamLoad,
        price: Price,
    ) -> None:
        self.name = provider.name
        self.caller = caller
        self._provider = provider
        self._slots = slots
        self._load = load
        self._price = price
        self._silence_s = silence_s = caller.patience.silence_s
        self._broke_off = f"{caller.where} broke off in the middle of an answer; try again later"
        self._stalled = f"{caller.where} fell silent in the middle of an answer for {silence_s:g} s"

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[Piece]:
        """Implement `Completions.stream`."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._slots.taken(self.caller.where))
            # Its reader waits no longer than between two words, unless it has to think once more.
            hurried = request.resumes and not self.caller.dialect.thinks
            within_s = self._silence_s if hurried else self.caller.patience.within_s
            begin = partial(self._begin, request, max(within_s, self._silence_s))
            begun = await self.caller.call(begin, within_s=within_s)
            stack.push_async_callback(begun.pieces.aclose)
            stack.enter_context(self._load.streaming())
            meter = _Meter(self._price, request)
            stack.callback(meter.settle)
            room = request.max_tokens * _CHARS_OF_TOKEN
            async for piece in self._clean(begun):
                meter.count(piece)
                finish = piece.finish or (Finish.LENGTH if len(piece.text) > room else None)
                if piece.text or finish:
                    model = self.name if finish else ""
                    yield replace(piece, text=piece.text[:room], finish=finish, model=model)
                room -= len(piece.text)
                if finish:
                    return
            raise ModelBrokeOffError(self._broke_off)

    async def pause(self) -> None:
        """Implement `Completions.pause`."""
        await self._load.pause()

    async def _begin(self, request: CompletionRequest, read_s: float, forms: Forms) -> _Begun:
        """Return a stream that has said something, or ended.

        A model that thinks gets more tokens, as far as it has room for them: with those of the
        answer alone it would end before it has said anything.
        """
        if not self.caller.dialect.thinks:
            begun = await self._begin_with(request, read_s, forms)
            if begun.first.finish is not Finish.LENGTH or begun.first.text.strip():
                return begun
            await begun.pieces.aclose()
            self.caller.dialect.thinks = True
        roomy = replace(request, max_tokens=request.max_tokens + _THINKING_TOKENS)
        try:
            return await self._begin_with(roomy, read_s, forms)
        except ModelOverflowError:
            return await self._begin_with(request, read_s, forms)

    async def _begin_with(self, request: CompletionRequest, read_s: float, forms: Forms) -> _Begun:
        hearing = _Hearing(self.caller.dialect)
        pieces = self._provider.attempt(request, forms, read_s)
        try:
            async for piece in pieces:
                first = hearing.heard(piece)
                if first.text.strip() or first.finish:
                    return _Begun(pieces, hearing, first)
        except BaseException:
            await pieces.aclose()
            raise
        raise ModelUnavailableError(f"{self.caller.where} ended a reply without a word in it")

    async def _clean(self, begun: _Begun) -> AsyncGenerator[Piece]:
        """Yield what is said, without what is thought, while something is said."""
        now = asyncio.get_running_loop().time
        heard_at = begun_at = now()
        yield begun.first
        try:
            while now() - begun_at < _LONGEST_ANSWER_S:
                async with asyncio.timeout_at(heard_at + self._silence_s):
                    piece = await anext(begun.pieces, None)
                if piece is None:
                    if self.caller.dialect.saw_end_unmarked():
                        yield begun.hearing.ended()
                    return
                heard = begun.hearing.heard(piece)
                yield heard
                if heard.text:
                    heard_at = now()
            yield Piece(finish=Finish.LENGTH)
        except ModelOverflowError:  # what is written fills what the model reads
            yield Piece(finish=Finish.LENGTH)
        except TimeoutError as error:
            raise ModelStalledError(self._stalled) from error
        except ModelUnavailableError as error:
            raise ModelBrokeOffError(f"{self._broke_off} ({error})") from error


class _Hearing:
    """Passes on the text of a stream without its thinking, and notes the ways of its model."""

    def __init__(self, dialect: ModelDialect) -> None:
        self._dialect = dialect
        self._thinking = ThinkingFilter(begun=dialect.thinks_unopened)
        self._turn = TurnFilter()

    def heard(self, piece: Piece) -> Piece:
        text = self._turn.feed(self._thinking.feed(piece.text))
        if piece.finish:
            self._dialect.saw_end_marked()
            text += self._rest()
        if self._thinking.ended_unopened:
            self._dialect.thinks_unopened = True
        if piece.thought or self._thinking.thought:
            self._dialect.thinks = True
        finish = piece.finish or (Finish.STOP if self._turn.ended else None)
        return replace(piece, text=text, finish=finish)

    def ended(self) -> Piece:
        """Return the end of an answer whose server does not mark it."""
        return Piece(self._rest(), Finish.STOP)

    def _rest(self) -> str:
        return self._turn.feed(self._thinking.close()) + self._turn.close()


@dataclass(frozen=True, slots=True)
class _Begun:
    pieces: AsyncGenerator[Piece]
    hearing: _Hearing
    first: Piece


class _Meter:
    """Measures the cost of a stream, also if it breaks off."""

    def __init__(self, price: Price, request: CompletionRequest) -> None:
        self._price = price
        self._request = request
        self._said: list[str] = []
        self._counts: TokenCounts | None = None

    def count(self, piece: Piece) -> None:
        """Take note of a piece."""
        self._said.append(piece.text)
        self._counts = piece.counts or self._counts

    def settle(self) -> None:
        """Add the usage to the tab; an estimate if the stream broke off before its usage."""
        counts = self._counts
        if counts is None:
            prompt = sum(estimate_tokens(m["content"]) for m in self._request.messages)
            counts = TokenCounts(prompt, 0, estimate_tokens("".join(self._said)))
        spend(
            self._price.of(prompt=counts.prompt, cached=counts.cached, completion=counts.completion)
        )
