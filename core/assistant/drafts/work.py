"""The work on one question: to find what it asks, and to draft the answer.

`Speculation` works with models, `LocalWork` with the FAQ's own words. The assistant needs only the
protocols of this module.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from core.assistant.dialogue.references import Referred
from core.assistant.message import MessageInContext, MessageReader, Part, Reading
from core.ports import ChatModel
from core.retrieval.hits import Hit
from core.retrieval.overlay.lessons import passages_of
from core.text.sections import escaped, tidy
from core.types import (
    AnswerEvent,
    AnswerPiece,
    Cited,
    DraftPiece,
    Entry,
    Exchange,
    Label,
    Passage,
    ToolCall,
    Trace,
    Usage,
    Verdict,
    Written,
)


class Draft(Protocol):
    """An answer that is being written from `entries`, nearest first."""

    entries: Sequence[Entry]
    written: Written | None

    def pieces(self) -> AsyncGenerator[DraftPiece]:
        """Yield the answer from its beginning, then the one `Written`, which `written` keeps."""
        ...


class Work(Protocol):
    """The work on one question. `draft` is set if there are entries to answer from."""

    @property
    def draft(self) -> Draft | None:
        """The draft, once the message has been considered."""
        ...

    @property
    def call(self) -> ToolCall | None:
        """The tool that a model wants to be used, once it has read the message."""
        ...

    @property
    def usage(self) -> Usage:
        """The usage of paid models so far."""
        ...

    def foresee(self, text: str) -> None:
        """Prepare the search for a question while its conversation is still being read."""
        ...

    async def consider(self, message: MessageInContext) -> tuple[Reading, Verdict]:
        """Find the questions of a message, judge them, and begin a draft."""
        ...

    async def warm(self, texts: Sequence[str]) -> None:
        """Prepare texts that are about to be searched for."""
        ...

    def hurry(self) -> None:
        """Stop waiting for a slow model, since somebody has asked a further question."""
        ...

    async def close(self) -> None:
        """Stop whatever still runs."""
        ...


@dataclass(frozen=True, slots=True)
class Research:
    """The results of the research before the first word of an answer.

    `text` are the questions of the message, without the sentences around them, and `asked` the
    questions and titles that need not be offered again. `reading` has each question of the message
    by itself. `referred` tells to which earlier answer the message refers. `leans` is true if the
    FAQ answers the question only together with its conversation. `call` is the skill that a model
    calls as a tool instead of an answer.
    """

    text: str
    asked: tuple[str, ...]
    history: tuple[Exchange, ...]
    hits: Sequence[Hit]
    entries: Sequence[Entry]
    verdict: Verdict
    reading: Reading | None = None
    draft: Draft | None = None
    referred: Referred | None = None
    trace: Trace = field(default_factory=Trace)
    leans: bool = False
    call: ToolCall | None = None

    def unanswered(self, used: Sequence[Passage]) -> tuple[str, ...]:
        """Return the questions of the message that an answer from the `used` passages leaves out.

        A model may answer only one of two questions, and then cites nothing for the other.
        """
        if self.reading is None:
            return ()
        told = {passage.faq_id for passage in used}
        parts = self.reading.parts if len(self.reading.parts) > 1 else ()
        forgotten = (
            part.text
            for part in parts
            if part.found.entries and part.found.entries[0].faq_id not in told
        )
        return (*forgotten, *self.reading.left_out)


Instead = Callable[[Research], AsyncGenerator[AnswerEvent]]
"""Answers a question in another way, or yields no ending and leaves it to the FAQ."""


class LocalWork:
    """Implements `Work` without paid models: `model` quotes the FAQ's own words."""

    def __init__(self, reader: MessageReader, model: ChatModel) -> None:
        self._reader = reader
        self._model = model
        self.draft: LocalDraft | None = None
        self.call: ToolCall | None = None
        self.usage = Usage()

    def foresee(self, text: str) -> None:
        """Do nothing, as no vector has to be fetched."""

    async def consider(self, message: MessageInContext) -> tuple[Reading, Verdict]:
        """Search for the message; see `MessageReader.read`."""
        reading = await self._reader.read(message)
        verdict = reading.found.verdict
        if verdict.label is Label.ON_TOPIC and reading.found.entries:
            self.draft = LocalDraft(self._model, reading, message.history)
        return reading, verdict

    async def warm(self, texts: Sequence[str]) -> None:
        """Do nothing, as no vector has to be fetched."""

    def hurry(self) -> None:
        """Do nothing, as no slow model is called."""

    async def close(self) -> None:
        """Do nothing, as no task runs."""


class LocalDraft:
    """Implements `Draft`: an extract for each question of the message, below the question."""

    def __init__(self, model: ChatModel, reading: Reading, history: Sequence[Exchange]) -> None:
        self.entries = reading.found.entries
        self.written: Written | None = None
        self._model = model
        self._parts = reading.parts
        self._history = history

    async def pieces(self) -> AsyncGenerator[DraftPiece]:
        """Yield the answers to all questions, one below the other."""
        used: dict[str, Passage] = {}
        more = False
        for number, part in enumerate(self._parts):
            if len(self._parts) > 1:
                yield ("\n\n" if number else "") + f"**{escaped(tidy(part.text))}**\n\n"
            async with aclosing(self._answer(part)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, str):
                        yield piece
                        continue
                    used |= {passage.faq_id: passage for passage in piece.used}
                    if isinstance(piece, Cited):
                        yield Cited(tuple(used.values()))
                    else:
                        more = more or piece.more
        self.written = Written(tuple(used.values()), more=more)
        yield self.written

    def _answer(self, part: Part) -> AsyncGenerator[AnswerPiece]:
        scores = {hit.faq_id: hit.score for hit in part.found.in_context}
        passages = passages_of(part.found.entries, scores)
        return self._model.answer(part.text, self._history, passages)
