"""The story of one question: from what was typed to the turn that is remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Final, TypeVar

from core.assistant import followups
from core.assistant.fallback import ModelPipeline
from core.assistant.followups import LeadBack
from core.assistant.research import Findings, Researcher
from core.assistant.speculation import Draft, Speculation
from core.errors import AwayError, FaqbotError
from core.ports import ChatModel, History
from core.profile import Profile
from core.retrieval.lessons import passages_of
from core.retrieval.retriever import Hit, Retriever, is_answer
from core.stores.memory import MemoryHistory
from core.text.normalize import normalized
from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Entry,
    Escalated,
    Exchange,
    Failed,
    Label,
    Passage,
    Question,
    SessionId,
    Status,
    Turn,
    TurnState,
    Usage,
    Verdict,
    Written,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

_NEAREST_TITLES = 3
_SUGGESTIONS = 2
_FOLLOWUPS = 3
_SURE = 0.9  # of being asked something on topic, before it is answered unasked
_TOLD_AFTER_S: Final = 5.0  # that it takes longer than usual: a store may be away


@dataclass(frozen=True, slots=True)
class Research:
    """All that is known before the first word of an answer."""

    asked: tuple[str, ...]
    history: tuple[Exchange, ...]
    hits: Sequence[Hit]
    entries: Sequence[Entry]
    verdict: Verdict
    draft: Draft | None = None


@dataclass(slots=True)
class _Clock:
    """Milliseconds since the question, by stage."""

    started: float = field(default_factory=perf_counter)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str) -> None:
        self.marks[stage] = round((perf_counter() - self.started) * 1000, 1)


class Assistant:
    """Answers questions; knows no platform."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        retriever: Retriever,
        researcher: Researcher,
        model: ChatModel,
        lead_back: LeadBack,
        history: History,
        profile: Profile,
        history_turns: int,
        models: ModelPipeline | None = None,
        catch_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`catch_up` takes in what was taught, before the search."""
        self._retriever = retriever
        self._researcher = researcher
        self._model = model
        self._lead_back = lead_back
        self._history = history
        self._profile = profile
        self._history_turns = history_turns
        self._models = models
        self._uses_models = True
        self._catch_up = catch_up

    async def answer(
        self, question: Question, history: Sequence[Exchange] | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield `Status` and `Delta` events, then exactly one of the other four.

        The turn is stored before that last event. `history` takes the place of the session's own
        earlier turns, for questions that come with their conversation.
        """
        clock = _Clock()
        work: Speculation | None = None
        try:
            if self._models and self._uses_models:
                work = self._models.begin(question.asker)
            # Closed at once, not when it is collected: a reader who leaves leaves no task behind.
            async with aclosing(self._answer(question, history, clock, work)) as events:
                async for event in events:
                    yield event
        except FaqbotError as error:
            logger.error("question %s failed: %s", question.id, error)
            yield Failed(self._profile.failed)
        finally:
            if work:
                await work.close()

    def use_models(self, *, on: bool) -> None:
        """Answer with models, as far as there are any, or without."""
        self._uses_models = on

    def forgetful(self) -> Assistant:
        """Return one that answers alike, and keeps nothing of it."""
        other = copy(self)
        other._history = MemoryHistory()  # noqa: SLF001 - its own kind
        return other

    async def nearest(self, hits: Sequence[Hit]) -> Sequence[Entry]:
        """Return the entries of hits, as far as they are served."""
        return await self._retriever.aside(self._retriever.entries, hits)

    async def research(
        self, text: str, session: SessionId, history: Sequence[Exchange] | None = None
    ) -> Research:
        """Return what the FAQ has for a question, and what the guardrail says."""
        text = normalized(text) or text
        if self._catch_up:
            await self._catch_up()
        turns = [] if history is not None else await self._recent(session)
        history = _exchanges(turns) if history is None else _readable(history)
        found = await self._researcher.find(text, history)
        return _research(text, turns, history, found, found.verdict)

    async def would_answer(self, question: Question) -> bool:
        """Whether the FAQ answers this with confidence, as far as it is known without a model.

        A short question may lean on the one before it; everything else has to stand for itself,
        whatever was talked about before.

        Raises:
            FaqbotError: it cannot be found out.
        """
        if self._problem(text := normalized(question.text)):
            return False
        leans = text.endswith(("?", "？")) and self._retriever.is_elliptical(text)
        research = await self.research(text, question.session, None if leans else ())
        sure = research.verdict.scores[Label.ON_TOPIC] >= _SURE
        return research.verdict.label is Label.ON_TOPIC and sure and is_answer(research.hits)

    async def _speculate(
        self,
        work: Speculation,
        text: str,
        session: SessionId,
        history: Sequence[Exchange] | None,
    ) -> Research:
        """Do what `research` does, with models at work.

        The answer may be under way when it returns.
        """
        work.foresee(text)
        if self._catch_up:
            await self._catch_up()
        turns = [] if history is not None else await self._recent(session)
        history = _exchanges(turns) if history is None else _readable(history)
        found, verdict = await work.consider(text, history)
        return _research(text, turns, history, found, verdict, work.draft)

    async def _answer(
        self,
        question: Question,
        history: Sequence[Exchange] | None,
        clock: _Clock,
        work: Speculation | None,
    ) -> AsyncGenerator[AnswerEvent]:
        typed = question.text.strip()
        text = normalized(typed) or typed  # of an emoji alone nothing is left
        if problem := self._problem(text):
            yield Failed(problem)
            return
        yield Status(self._profile.searching)
        researching = asyncio.create_task(
            self._speculate(work, text, question.session, history)
            if work
            else self.research(text, question.session, history)
        )
        try:
            if not (await asyncio.wait({researching}, timeout=_TOLD_AFTER_S))[0]:
                yield Status(self._profile.taking_long)
            research = await researching
        finally:
            await _cancelled(researching)
        clock.mark("researched")
        match research.verdict.label:
            case Label.GREETING:
                ending: AnswerEvent = Answered(self._profile.greeting, (), self._profile.examples)
            case Label.OFF_TOPIC | Label.INJECTION as label:
                suggestions = await self._suggestions(label, text, research.hits, work)
                ending = Declined(self._profile.refusal, suggestions, label)
            case Label.ON_TOPIC if not is_answer(research.hits):
                ending = self._escalated(research.hits)
            case Label.ON_TOPIC:
                async with aclosing(self._write(text, research, clock, work)) as writing:
                    async for event in writing:
                        if not isinstance(event, Delta | Status):
                            ending = event
                            break
                        yield event
        clock.mark("answered")
        turn = self._turn(question, research.verdict.label, ending, clock, work)
        await self._history.append(turn)
        yield ending

    async def _write(
        self, text: str, research: Research, clock: _Clock, work: Speculation | None
    ) -> AsyncGenerator[Status | Delta | Answered | Escalated]:
        """Stream the model's answer, with the follow-ups prepared meanwhile."""
        yield Status(self._profile.writing)
        entries = research.draft.entries if research.draft else research.entries
        if research.draft:
            stream = research.draft.pieces()
        elif entries:
            scores = {hit.faq_id: hit.score for hit in research.hits}
            stream = self._model.answer(text, research.history, passages_of(entries, scores))
        else:  # an ingest has removed them since the search
            yield self._escalated(research.hits)
            return
        proposing: asyncio.Task[tuple[str, ...]] | None = None
        try:
            pieces: list[str] = []
            written = Written(())
            async with aclosing(stream):
                async for piece in stream:
                    match piece:
                        case Written():
                            written = piece
                        case str():
                            if proposing is None:
                                clock.mark("first_text")
                                # Not before: the searches for others' first words go first.
                                proposing = asyncio.create_task(
                                    self._followups(research.asked, entries, work)
                                )
                            pieces.append(piece)
                            yield Delta(piece)
            if written.used:
                related = await proposing if proposing else ()
                following = await self._offered(research.asked, written, related, work)
                yield Answered("".join(pieces), written.used, *following)
            else:
                yield self._escalated(research.hits)
        finally:
            if proposing:
                await _cancelled(proposing)

    async def _followups(
        self, asked: Sequence[str], entries: Sequence[Entry], work: Speculation | None
    ) -> tuple[str, ...]:
        if work:
            titles = [title for entry in entries for title in (*entry.related, entry.title)]
            await work.warm([form for title in titles for form in followups.labels(title)])
        return await followups.propose(
            answered=entries[:1], neighbours=entries[1:], asked=asked, search=self._first
        )

    async def _offered(
        self,
        asked: Sequence[str],
        written: Written,
        related: Sequence[str],
        work: Speculation | None,
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what the model offers next, as far as the FAQ answers it, then related titles."""
        if work is None or not written.offers:
            return tuple(related), ()
        await work.warm([offer.question for offer in written.offers])
        kept = await followups.checked(
            written.offers, asked=asked, sources=written.used, search=self._first
        )
        return followups.filled_up(kept, related, _FOLLOWUPS)

    async def _first(self, text: str) -> Sequence[Hit]:
        try:
            hit = await self._retriever.first(text)
        except AwayError as error:  # an answer that is written needs no more of the index
            logger.warning("nothing is offered: %s", error)
            return []
        return [hit] if hit else []

    def _escalated(self, hits: Sequence[Hit]) -> Escalated:
        nearest = tuple(followups.labels(hit.title)[-1] for hit in hits[:_NEAREST_TITLES])
        return Escalated(self._profile.not_found, nearest)

    async def _suggestions(
        self, label: Label, text: str, hits: Sequence[Hit], work: Speculation | None
    ) -> tuple[str, ...]:
        """Return what leads back: by theme, else near what was asked.

        To an injection, nothing of it.
        """
        offered: list[str] = []
        if label is Label.OFF_TOPIC:
            ask = await self._retriever.aside(self._lead_back.question_for, text)
            if ask and work:
                await work.warm([ask])
            if ask and is_answer(await self._first(ask)):
                offered.append(ask)
            offered += [followups.labels(hit.title)[0] for hit in hits if is_answer([hit])]
        unique = dict.fromkeys((*offered, *self._profile.examples))
        return tuple(unique)[:_SUGGESTIONS]

    def _problem(self, text: str) -> str | None:
        if not text:
            return self._profile.empty_question
        if len(text) > self._profile.longest_question_characters:
            return self._profile.long_question
        return None

    async def _recent(self, session: SessionId) -> list[Turn]:
        if self._history_turns == 0:
            return []
        turns = await self._history.recent(session, self._history_turns)
        return [turn for turn in turns if turn.state is not TurnState.STOPPED]

    def _turn(
        self,
        question: Question,
        label: Label,
        ending: AnswerEvent,
        clock: _Clock,
        work: Speculation | None,
    ) -> Turn:
        state, text, passages, offered = _outcome(ending)
        draft = work.draft if work else None
        written = (draft.written if draft else None) or Written(())
        model = written.model or self._model.name
        return Turn(
            question=question,
            state=state,
            answer=text,
            sources=tuple(passage.title for passage in passages),
            followups=offered,
            label=label,
            model=model if state is TurnState.ANSWERED and passages else "",
            timings_ms=clock.marks,
            prompt=written.prompt,
            usage=work.tab.total if work else Usage(),
            passages=passages,
        )


async def _cancelled(task: asyncio.Task[T]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _research(  # noqa: PLR0913, PLR0917 - the parts of what it puts together
    text: str,
    turns: Sequence[Turn],
    history: Sequence[Exchange],
    found: Findings,
    verdict: Verdict,
    draft: Draft | None = None,
) -> Research:
    hits = found.in_context if verdict.label is Label.ON_TOPIC else found.alone
    asked = _asked(turns, history, text)
    return Research(asked, tuple(history), hits, found.entries, verdict, draft)


def _outcome(
    ending: AnswerEvent,
) -> tuple[TurnState, str, tuple[Passage, ...], tuple[str, ...]]:
    """State, text, passages and offered questions of a last event."""
    match ending:
        case Answered(text, sources, offered):
            return TurnState.ANSWERED, text, sources, offered
        case Declined(text, suggestions, _):
            return TurnState.DECLINED, text, (), suggestions
        case Escalated(text, nearest):
            return TurnState.ESCALATED, text, (), nearest
        case Failed(text):
            return TurnState.FAILED, text, (), ()
        case Status(text) | Delta(text):
            raise AssertionError(f"an answer cannot end with {text!r}")


def _is_context(turn: Turn) -> bool:
    """A refusal or a greeting tells nothing about what the next question means."""
    return turn.state in (TurnState.ANSWERED, TurnState.ESCALATED) and turn.label is Label.ON_TOPIC


def _exchanges(turns: Sequence[Turn]) -> list[Exchange]:
    said = [Exchange(t.question.text, t.answer, t.sources) for t in turns if _is_context(t)]
    return _readable(said)


def _readable(history: Sequence[Exchange]) -> list[Exchange]:
    """Return earlier questions as this one is read."""
    return [replace(past, user=normalized(past.user)) for past in history]


def _asked(turns: Sequence[Turn], history: Sequence[Exchange], text: str) -> tuple[str, ...]:
    """Return what need not be offered: it was asked before, or answered from already."""
    known = (said for turn in turns for said in (turn.question.text, *turn.sources))
    return (*known, *(past.user for past in history), text)
