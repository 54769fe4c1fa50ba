"""The story of one question: from what was typed to the turn that is remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from core.assistant.audiences import Audiences, Scope
from core.assistant.conversation import Conversation, unasked
from core.assistant.fallback import ModelPipeline
from core.assistant.followups import LeadBack
from core.assistant.message import Message, MessageReader
from core.assistant.offers import Offers
from core.assistant.references import Reference, Referred, referred
from core.assistant.rest import rest_of
from core.assistant.trace import traced
from core.assistant.turn_record import Clock, turn_of
from core.assistant.work import Draft, LocalWork, Work
from core.errors import FaqbotError
from core.ports import ChatModel, History
from core.press_ids import is_press
from core.profile import Profile
from core.retrieval.audience import EVERYTHING, Audience
from core.retrieval.retriever import Hit, Retriever, is_answer
from core.stores.memory import MemoryHistory
from core.text.instructions import instructs_bot
from core.text.languages import asking_in, foreign
from core.text.normalize import normalized
from core.types import (
    Answered,
    AnswerEvent,
    Cited,
    Declined,
    Delta,
    Ending,
    Entry,
    Escalated,
    Exchange,
    Failed,
    Label,
    Question,
    SessionId,
    Status,
    Trace,
    Turn,
    TurnState,
    Verdict,
    Written,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

_SURE = 0.9  # of being asked something on topic, before it is answered unasked
_TOLD_AFTER_S: Final = 5.0  # that it takes longer than usual: a store may be away
# Turns that are looked at so that no question of the conversation is offered again.
_REMEMBERED_TURNS: Final = 20


@dataclass(frozen=True, slots=True)
class Research:
    """The results of the research before the first word of an answer.

    `text` is what was asked, without what stood around it. `left_out` are further questions of the
    message that are not answered with it. Of a message that asks for more of an answer that was
    given, `referred` tells which.
    """

    text: str
    asked: tuple[str, ...]
    history: tuple[Exchange, ...]
    hits: Sequence[Hit]
    entries: Sequence[Entry]
    verdict: Verdict
    left_out: tuple[str, ...] = ()
    draft: Draft | None = None
    referred: Referred | None = None
    trace: Trace = field(default_factory=Trace)


class Assistant:
    """Answers questions; knows no platform."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        retriever: Retriever,
        reader: MessageReader,
        model: ChatModel,
        lead_back: LeadBack,
        history: History,
        profile: Profile,
        history_turns: int,
        models: ModelPipeline | None = None,
        catch_up: Callable[[], Awaitable[None]] | None = None,
        redact: Callable[[str], str] = str,
        audiences: Audiences | None = None,
    ) -> None:
        """`catch_up` takes in what was taught, before the search.

        `redact` returns what models and embedders may read of a conversation. `audiences` say who
        reads an answer; without them everybody may see everything.
        """
        self._retriever = retriever
        self._reader = reader
        self._model = model
        self._offers = Offers(retriever, lead_back, profile.examples, profile.more)
        self._history = history
        self._profile = profile
        self._history_turns = history_turns
        self._models = models
        self._uses_models = True
        self._charged_to: str | None = None
        self._catch_up = catch_up
        self._redact = redact
        self._audiences = audiences or Audiences((), ())
        self._audience = EVERYTHING
        self._seen: dict[Audience, Retriever] = {}

    async def answer(
        self, question: Question, history: Sequence[Exchange] | None = None
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield `Status` and `Delta` events, then exactly one of the other four.

        The turn is stored before that last event. `history` takes the place of the session's own
        earlier turns, for questions that come with their conversation.
        """
        scope = await self._audiences.of(question)
        view = self._within(scope)
        answered = _is_open(scope)
        events = view._told(question, history) if answered else view._aside(question)  # noqa: SLF001 - its own kind
        async with aclosing(events):
            async for event in events:
                yield event

    async def is_open(self, question: Question) -> bool:
        """Whether a question may be answered where it was asked, for whoever reads there."""
        return _is_open(await self._audiences.of(question))

    async def may_share(self, turn: Turn) -> bool:
        """Whether an answer may be shown to others than its asker, where it was asked."""
        scope = await self._audiences.of(turn.question)
        public = self._within(replace(scope, audience=self._audiences.for_all(scope)))
        return await public._recalls(turn)  # noqa: SLF001 - its own kind

    async def _told(
        self, question: Question, history: Sequence[Exchange] | None
    ) -> AsyncGenerator[AnswerEvent]:
        work: Work | None = None
        try:
            work = await self._begin(
                question.asker if self._charged_to is None else self._charged_to
            )
            # Closed at once, not when it is collected: a reader who leaves leaves no task behind.
            async with aclosing(self._answer(question, history, work)) as events:
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
        return self.remembering(MemoryHistory())

    def remembering(self, history: History, *, charged_to: str | None = None) -> Assistant:
        """Return one that answers alike in the conversations of another history.

        What models cost is charged to whoever asks, or to the person who is named.
        """
        other = copy(self)
        other._history = history  # noqa: SLF001 - its own kind
        other._charged_to = charged_to  # noqa: SLF001
        return other

    async def nearest(self, hits: Sequence[Hit]) -> Sequence[Entry]:
        """Return the entries of hits, as far as they are served."""
        return await self._retriever.aside(self._retriever.entries, hits)

    async def research(
        self, text: str, session: SessionId, history: Sequence[Exchange] | None = None
    ) -> Research:
        """Return what the FAQ has for a question, and what the guardrail says, without a model."""
        return await self._researched(unasked(text, session), history)

    async def would_answer(self, question: Question) -> bool:
        """Return whether this is answered with confidence, as far as it is known without a model.

        A short question may lean on the one before it; everything else has to stand for itself,
        whatever was talked about before.

        Raises:
            FaqbotError: it cannot be found out.
        """
        if self._problem(text := normalized(question.text)) or not await self.is_open(question):
            return False
        leans = text.endswith(("?", "？")) and self._retriever.is_elliptical(text)
        asked = replace(question, text=text)
        research = await self._researched(asked, None if leans else ())
        sure = research.verdict.scores[Label.ON_TOPIC] >= _SURE
        return research.verdict.label is Label.ON_TOPIC and sure and is_answer(research.hits)

    async def _researched(self, question: Question, history: Sequence[Exchange] | None) -> Research:
        view = self._within(await self._audiences.of(question))
        text = normalized(question.text) or question.text
        work = LocalWork(self._reader, self._model)
        return await view._research(question, text, history, work)  # noqa: SLF001 - its own kind

    def _within(self, scope: Scope) -> Assistant:
        """Return one that knows, remembers and says what is for the readers in a scope."""
        if scope == Scope(public=scope.public):
            return self
        audience, profile = scope.audience, self._profile.spoken_in(scope.channel)
        retriever = self._seen.setdefault(audience, self._retriever.seen_by(audience))
        other = copy(self)
        other._retriever = retriever  # noqa: SLF001 - its own kind, as below
        other._audience = audience  # noqa: SLF001
        other._profile = profile  # noqa: SLF001
        other._offers = self._offers.within(retriever, profile.examples)  # noqa: SLF001
        return other

    async def _aside(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """Say how to ask where nobody else reads the answer."""
        ending = Answered(self._profile.ask_privately, (), ())
        work = LocalWork(self._reader, self._model)
        label = Label.GREETING  # it tells nothing of what comes next
        turn = turn_of(
            question,
            ending,
            label=label,
            trace=Trace(),
            clock=Clock(),
            work=work,
            model=self._model.name,
        )
        await self._history.append(turn)
        yield ending

    async def _recalls(self, turn: Turn) -> bool:
        """Whether what a turn told may be told to the readers now."""
        told = [passage.faq_id for passage in turn.passages]
        return await self._retriever.aside(self._retriever.may_tell, told)

    async def _recent(self, session: SessionId, limit: int) -> list[Turn]:
        """Return the latest turns of a session that told nothing but what the readers may see."""
        turns = await self._history.recent(session, limit)
        if self._audience.sees_all:
            return turns
        return [turn for turn in turns if await self._recalls(turn)]

    async def _begin(self, person: str) -> Work:
        if self._models and self._uses_models:
            return await self._models.begin(person)
        return LocalWork(self._reader, self._model)

    async def _answer(
        self, question: Question, history: Sequence[Exchange] | None, work: Work
    ) -> AsyncGenerator[AnswerEvent]:
        clock = Clock()
        typed = question.text.strip()
        text = normalized(typed) or typed  # of an emoji alone nothing is left
        if problem := self._problem(text):
            yield Failed(problem)
            return
        yield Status(self._profile.searching)
        researching = asyncio.create_task(self._research(question, text, history, work))
        try:
            if not (await asyncio.wait({researching}, timeout=_TOLD_AFTER_S))[0]:
                yield Status(self._profile.taking_long, lasts=True)
            research = await researching
        finally:
            await _cancelled(researching)
        clock.mark("researched")
        ending: AnswerEvent | None = await self._at_once(research, work)
        if ending is None:
            async with aclosing(self._write(research, clock, work)) as writing:
                async for event in writing:
                    if isinstance(event, Delta | Status):
                        yield event
                    else:
                        ending = event
                        break
        clock.mark("answered")
        assert ending is not None  # noqa: S101 - a draft ends with one
        turn = turn_of(
            question,
            ending,
            label=research.verdict.label,
            trace=research.trace,
            clock=clock,
            work=work,
            model=self._model.name,
        )
        await self._history.append(turn)
        yield ending

    async def _research(
        self,
        question: Question,
        text: str,
        history: Sequence[Exchange] | None,
        work: Work,
    ) -> Research:
        """Resolve what the message refers to, and let the work consider it."""
        text = self._redact(text)
        work.foresee(text)
        if self._catch_up:
            await self._catch_up()
        conversation = await self._conversation(question.session, history)
        meant = referred(
            question, text, conversation.turns, conversation.exchanges, more=self._profile.more
        )
        if meant and meant.kind is Reference.MORE:
            sure = {label: float(label is Label.ON_TOPIC) for label in Label}
            verdict = Verdict(Label.ON_TOPIC, sure)
            return Research(
                text,
                (),
                conversation.exchanges,
                (),
                (),
                verdict,
                referred=meant,
                trace=Trace(text, meant.kind),
            )
        # What was offered or pressed was checked as it is, without any conversation.
        alone = meant is not None or is_press(question.id)
        text = self._redact(normalized(meant.text) or meant.text) if meant else text
        message = Message(
            text,
            () if alone else conversation.exchanges,
            as_one=alone,
            without=meant.without if meant else (),
            audience=self._audience,
        )
        reading, verdict = await work.consider(message)
        found = reading.found
        hits = found.in_context if verdict.label is Label.ON_TOPIC else found.alone
        return Research(
            reading.text,
            conversation.asked(text),
            conversation.exchanges,
            hits,
            found.entries,
            verdict,
            reading.left_out,
            work.draft,
            meant,
            traced(reading, hits, verdict, meant),
        )

    async def _conversation(
        self, session: SessionId, history: Sequence[Exchange] | None
    ) -> Conversation:
        turns = []
        if history is None and self._history_turns:
            turns = await self._recent(session, max(self._history_turns, _REMEMBERED_TURNS))
        conversation = Conversation.of(turns, history, self._history_turns)
        exchanges = [
            replace(past, user=self._redact(past.user), bot=self._redact(past.bot))
            for past in conversation.exchanges
        ]
        return replace(conversation, exchanges=tuple(exchanges))

    async def _at_once(self, research: Research, work: Work) -> Ending | None:
        """Return the ending of a message that needs no writing; None if it is to be answered."""
        if research.referred and research.referred.kind is Reference.MORE:
            return await self._more(research.referred)
        if elsewhere := await self._elsewhere(research):
            return elsewhere
        match research.verdict.label:
            case Label.GREETING:
                return Answered(self._profile.greeting, (), self._profile.examples)
            case Label.OFF_TOPIC | Label.INJECTION as label:
                suggestions = await self._offers.leading_back(
                    label, research.text, research.hits, work
                )
                return Declined(self._profile.refusal, suggestions, label)
            case Label.ON_TOPIC if research.draft is None:
                return self._escalated(research.hits)
            case Label.ON_TOPIC:
                return None

    async def _elsewhere(self, research: Research) -> Declined | None:
        """Return what to say in the language of a question that the FAQ has nothing in.

        The guardrail has read Korean and English alone, so that its label of others tells little.
        """
        verdict, served = research.verdict, self._profile.languages
        if research.draft is not None or instructs_bot(research.text):
            return None
        language = await asyncio.to_thread(foreign, research.text, served)
        if not language or (language == "en" and verdict.scores[Label.GREETING] >= _SURE):
            return None
        return Declined(asking_in(language, served, self._profile.ask_in), (), verdict.label)

    async def _more(self, meant: Referred) -> Answered:
        """Return the rest of an answer: what of its entries the conversation has not shown."""
        assert meant.turn is not None  # noqa: S101 - there is one of this kind
        turns = await self._recent(meant.turn.question.session, _REMEMBERED_TURNS)
        shown = [turn.answer for turn in turns if turn.state is TurnState.ANSWERED]
        rest = await asyncio.to_thread(rest_of, meant.turn.passages, [*shown, meant.turn.answer])
        offered = tuple(text for text in meant.turn.followups if text != self._profile.more)
        return Answered(rest or self._profile.nothing_more, meant.turn.passages, offered)

    async def _write(
        self, research: Research, clock: Clock, work: Work
    ) -> AsyncGenerator[Status | Delta | Answered | Escalated]:
        """Stream the draft, with the follow-ups prepared meanwhile."""
        yield Status(self._profile.writing)
        draft = research.draft
        assert draft is not None  # noqa: S101 - see `_at_once`
        proposing: asyncio.Task[tuple[str, ...]] | None = None
        try:
            pieces: list[str] = []
            written, cited = Written(()), Cited(())
            async with aclosing(draft.pieces()) as stream:
                async for piece in stream:
                    if isinstance(piece, Written):
                        written = piece
                        continue
                    if isinstance(piece, Cited):
                        cited = piece
                        continue
                    if proposing is None:
                        clock.mark("first_text")
                        # Not before: the searches for others' first words go first.
                        proposing = asyncio.create_task(
                            self._offers.related(research.asked, draft.entries, work)
                        )
                    pieces.append(piece)
                    yield Delta(piece, cited.used)
            if written.used:
                related = await proposing if proposing else ()
                following = await self._offers.after(
                    research.asked, written, related, research.left_out, work
                )
                yield Answered("".join(pieces), written.used, *following)
            else:
                yield self._escalated(research.hits)
        finally:
            if proposing:
                await _cancelled(proposing)

    def _escalated(self, hits: Sequence[Hit]) -> Escalated:
        return Escalated(self._profile.not_found, self._offers.nearest(hits))

    def _problem(self, text: str) -> str | None:
        if not text:
            return self._profile.empty_question
        if len(text) > self._profile.longest_question_characters:
            return self._profile.long_question
        return None


def _is_open(scope: Scope) -> bool:
    """Whether nothing speaks against an answer that others read, where they would."""
    return not (scope.public and scope.channel and scope.channel.private)


async def _cancelled(task: asyncio.Task[T]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
