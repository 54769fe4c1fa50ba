"""The assistant: it answers each question for its readers, with models or without."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from copy import copy
from dataclasses import replace
from typing import Any, Final

from core.assistant.answerer import Answerer, text_of
from core.assistant.audiences import Audiences, Scope
from core.assistant.dialogue.conversation import unasked
from core.assistant.dialogue.followups import LeadBack
from core.assistant.dialogue.offers import Offers
from core.assistant.dialogue.references import points_to_answer
from core.assistant.dialogue.situation import Situations
from core.assistant.drafts.fallback import ModelPipeline
from core.assistant.drafts.work import Instead, LocalWork, Research, Work
from core.assistant.guardrails.small_talk import SmallTalkReader
from core.assistant.message import MessageReader
from core.assistant.replies import SURE
from core.errors import FaqbotError
from core.llm.completions import Schema
from core.llm.prompts import SITUATION, TONE, ChatMessage
from core.ports import ChatModel, History
from core.profile import Profile
from core.retrieval.audience import EVERYTHING, Audience
from core.retrieval.hits import Hit, is_answer
from core.retrieval.retriever import Retriever
from core.stores.memory import MemoryHistory
from core.text.spelling.normalize import normalized
from core.text.utterances.colleagues import (
    is_for_colleagues,
    may_tell,
    only_states,
    only_tells,
)
from core.text.utterances.mentions import says_something
from core.text.utterances.questions import asks_anything
from core.types import (
    AnswerEvent,
    Entry,
    Exchange,
    Failed,
    Label,
    Passage,
    Question,
    SessionId,
    SmallTalk,
    Turn,
)

logger = logging.getLogger(__name__)

# The lowest confidence at which the bot answers although nobody called it. Among people a wrong
# answer is worse than none, so two of three such answers have to be right.
_UNCALLED: Final = 0.7
# The same among people for trouble that is described without a question: it may be meant for one.
_UNASKED_TROUBLE: Final = 0.9
# The share of a text in an answer's own words from which on it tells the answer. Sentences of the
# answers of six FAQs have 0.48 and more, messages of their askers without a question 0.42 and less.
_TOLD: Final = 0.45
_GREETINGS: Final = frozenset(
    {SmallTalk.HELLO, SmallTalk.THANKS, SmallTalk.GOODBYE, SmallTalk.SOLVED}
)


class Assistant:
    """Answers questions from the FAQ, whatever platform they come from."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        retriever: Retriever,
        reader: MessageReader,
        small_talk: SmallTalkReader,
        model: ChatModel,
        lead_back: LeadBack,
        history: History,
        profile: Profile,
        history_turns: int,
        models: ModelPipeline | None = None,
        catch_up: Callable[[], Awaitable[None]] | None = None,
        redact: Callable[[str], str] = str,
        audiences: Audiences | None = None,
        situations: Situations | None = None,
    ) -> None:
        """`catch_up` loads new lessons before each search.

        `redact` removes from a text what models and embedders may not read. `audiences` say who
        reads an answer; without them everybody may see everything. With `situations`, models are
        told the time, the place and the person of each question.
        """
        self._answerer = Answerer(
            retriever=retriever,
            for_all=retriever,
            reader=reader,
            small_talk=small_talk,
            model=model,
            offers=Offers(
                retriever,
                lead_back,
                profile.examples,
                more=profile.more,
                contact_question=profile.contact_question,
            ),
            history=history,
            profile=profile,
            history_turns=history_turns,
            catch_up=catch_up,
            redact=redact,
        )
        self._models = models
        self._uses_models = True
        self._charged_to: str | None = None
        self._audiences = audiences or Audiences((), ())
        self._situations = situations
        self._seen: dict[Audience, Retriever] = {EVERYTHING: retriever}
        self._at_work: dict[SessionId, Work] = {}

    async def answer(
        self,
        question: Question,
        history: Sequence[Exchange] | None = None,
        *,
        instead: Instead | None = None,
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield `Status` and `Delta` events, then exactly one of the other four.

        The turn is stored before that last event. `history` takes the place of the session's own
        earlier turns, for questions that come with their conversation. `instead` gets the research
        of the question; if it yields more than `Status` events, they are the answer.
        """
        scope = await self._audiences.of(question)
        answerer = self._within(scope).spoken_to(question.text)
        if _is_open(scope):
            events = self._told(answerer, question, history, instead)
        else:
            events = answerer.aside(question)
        async with aclosing(events):
            async for event in events:
                yield event

    async def is_open(self, question: Question) -> bool:
        """Return whether a question may be answered where it was asked."""
        return _is_open(await self._audiences.of(question))

    async def for_everybody(self, turn: Turn) -> Turn | None:
        """Return a turn as everybody in its place may see it; see `TurnAccess`."""
        scope = await self._audiences.of(turn.question)
        return await self._within(scope).turns.for_everybody(turn)

    async def _told(
        self,
        answerer: Answerer,
        question: Question,
        history: Sequence[Exchange] | None,
        instead: Instead | None,
    ) -> AsyncGenerator[AnswerEvent]:
        work: Work | None = None
        try:
            TONE.set(answerer.profile.tone)
            if self._situations and self._models and self._uses_models:
                situation = await self._situations.of(question)
                SITUATION.set(answerer.redact(situation.told()))
            work = await self._begin(
                question.asker if self._charged_to is None else self._charged_to
            )
            self._at_work[question.session] = work
            # Closed here and not by the garbage collector, so that no task outlives its reader.
            async with aclosing(answerer.answer(question, history, work, instead)) as events:
                async for event in events:
                    yield event
        except FaqbotError as error:
            logger.error("question %s failed: %s", question.id, error)
            yield Failed(answerer.profile.failed)
        finally:
            if work:
                if self._at_work.get(question.session) is work:
                    del self._at_work[question.session]
                await work.close()

    def hurry(self, session: SessionId) -> None:
        """Stop waiting for a slow model in this session, where a further question was asked."""
        if work := self._at_work.get(session):
            work.hurry()

    def use_models(self, *, on: bool) -> None:
        """Turn the configured models on or off; without them the FAQ's own words answer."""
        self._uses_models = on

    def forgetful(self) -> Assistant:
        """Return an assistant that answers in the same way and stores no turn for good."""
        return self.remembering(MemoryHistory())

    def remembering(self, history: History, *, charged_to: str | None = None) -> Assistant:
        """Return an assistant that answers in the same way, with another history.

        The cost of models is charged to `charged_to`, or else to the asker of each question.
        """
        other = copy(self)
        other._answerer = replace(self._answerer, history=history)  # noqa: SLF001 - its own kind
        other._charged_to = charged_to  # noqa: SLF001
        return other

    async def nearest(self, hits: Sequence[Hit]) -> Sequence[Entry]:
        """Return the entries of hits, without those that are not served any more."""
        retriever = self._answerer.retriever
        return await retriever.aside(retriever.entries, hits)

    async def draft(self, question: str, passages: Sequence[Passage], *, charged_to: str) -> str:
        """Return what a model writes from passages; "" without one, or if they hold no answer."""
        if not (self._models and self._uses_models and passages):
            return ""
        return await self._models.draft(question, passages, charged_to)

    async def json_of(
        self, messages: Sequence[ChatMessage], schema: Schema, *, charged_to: str
    ) -> Mapping[str, Any]:
        """Return the JSON object that a model writes; {} without one, or if it fails.

        The last message, which is somebody's, is redacted as questions are.
        """
        if not (self._models and self._uses_models):
            return {}
        *rules, said = messages
        redacted = {**said, "content": self._answerer.redact(said["content"])}
        return await self._models.json_of((*rules, redacted), schema, charged_to)

    async def research(
        self, text: str, session: SessionId, history: Sequence[Exchange] | None = None
    ) -> Research:
        """Return what the FAQ has for a question and the guardrail's verdict, without a model."""
        return await self._researched(unasked(text, session), history)

    async def negotiates(self, question: Question, *, called: bool) -> bool:
        """Return False: without skills, no message of another bot is answered."""
        del question, called
        return False

    async def would_answer(
        self, question: Question, *, alone: bool = False, in_company: bool = True
    ) -> bool:
        """Return whether a question would be answered with confidence, judged without a model.

        Only a short question is read together with the one before it. Any other one has to be
        clear by itself, as each one has if it is read `alone`. Where the asker is not
        `in_company`, what asks something is judged as if it called the bot.

        Raises:
            FaqbotError: the index, the history or the platform cannot be asked.
        """
        text = text_of(question)
        if self._answerer.problem(text) or not says_something(text):
            return False
        if is_for_colleagues(question.text):
            return False
        if not await self.is_open(question):
            return False
        if not (alone or in_company) and points_to_answer(text):
            return (await self._researched(question, None)).referred is not None
        retriever = self._answerer.retriever
        if alone and await retriever.aside(retriever.context.is_incomplete, text):
            return False
        leans = not alone and text.endswith(("?", "？")) and retriever.context.is_elliptical(text)
        asked = replace(question, text=text)
        research = await self._researched(asked, None if leans else ())
        sure = research.verdict.scores[Label.ON_TOPIC] >= SURE
        least = _least_for(question.text, in_company=in_company)
        sure &= is_answer(research.hits) and research.hits[0].confidence >= least
        sure &= research.verdict.label is Label.ON_TOPIC
        return sure and await self._is_asked(question.text, text, research.hits)

    async def only_greets(self, question: Question) -> bool:
        """Return whether a message is a greeting, thanks or a farewell, judged without a model.

        Raises:
            FaqbotError: the index, the history or the platform cannot be asked.
        """
        return (await self._researched(question, ())).verdict.kind in _GREETINGS

    async def _is_asked(self, said: str, text: str, hits: Sequence[Hit]) -> bool:
        """Return whether a message asks for the best entry, rather than telling what it answers.

        A statement asks only in the very words in which the FAQ asks for the entry.
        """
        retriever = self._answerer.retriever
        for entry in await retriever.aside(retriever.entries, hits[:1]):
            if only_states(said):
                return _letters(text) in map(_letters, (entry.title, *entry.questions))
            return not may_tell(said) or (
                await retriever.aside(retriever.told_share, text, entry) < _TOLD
            )
        return False

    async def _researched(self, question: Question, history: Sequence[Exchange] | None) -> Research:
        answerer = self._within(await self._audiences.of(question))
        text = text_of(question) or question.text
        return await answerer.research(question, text, history, self._local_work())

    def _within(self, scope: Scope) -> Answerer:
        """Return the answerer for the readers of a scope."""
        for_all = self._audiences.for_all(scope)
        if for_all.sees_all and scope == Scope(public=scope.public):
            return self._answerer
        retriever = self._searching_for(scope.audience)
        return self._answerer.within(scope, retriever, self._searching_for(for_all))

    def _searching_for(self, audience: Audience) -> Retriever:
        return self._seen.setdefault(audience, self._answerer.retriever.seen_by(audience))

    async def _begin(self, person: str) -> Work:
        if self._models and self._uses_models:
            return await self._models.begin(person)
        return self._local_work()

    def _local_work(self) -> LocalWork:
        return LocalWork(self._answerer.reader, self._answerer.model)


def _least_for(said: str, *, in_company: bool) -> float:
    """Return the lowest confidence at which a text is answered although nobody called the bot."""
    if only_tells(said) and in_company:
        return _UNASKED_TROUBLE
    return _UNCALLED if in_company or not asks_anything(said) else 0.0


def _letters(text: str) -> str:
    """Return the letters and digits of a text, by which two texts are the same words."""
    return "".join(filter(str.isalnum, normalized(text).casefold()))


def _is_open(scope: Scope) -> bool:
    """Return False in a public place whose channel is set to be answered in private only."""
    return not (scope.public and scope.channel and scope.channel.private)
