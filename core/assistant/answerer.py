"""The course of one question for a given audience, from its text to the stored turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from core.assistant.audiences import Scope
from core.assistant.dialogue.conversation import Conversation
from core.assistant.dialogue.offers import Offers
from core.assistant.dialogue.references import Reference, Referred, referred
from core.assistant.draft_stream import cancel, stream_draft
from core.assistant.drafts.work import Instead, LocalWork, Research, Work
from core.assistant.guardrails.small_talk import SmallTalkReader
from core.assistant.message import MessageInContext, MessageReader
from core.assistant.replies import REMEMBERED_TURNS, ReadyReplies
from core.assistant.trace import traced
from core.assistant.turn_access import TurnAccess
from core.assistant.turn_record import StageTimes, turn_of
from core.ports import ChatModel, History
from core.press_ids import is_press
from core.profile import Profile
from core.retrieval.audience import EVERYTHING, Audience
from core.retrieval.hits import is_answer
from core.retrieval.retriever import Retriever
from core.text.languages import in_language_of
from core.text.spelling.normalize import normalized
from core.text.utterances.mentions import asked_text
from core.types import (
    Answered,
    AnswerEvent,
    Delta,
    Ending,
    Exchange,
    Failed,
    Label,
    Question,
    SessionId,
    Status,
    Trace,
    Turn,
    Verdict,
)

# After this time the asker is told that the search takes long, as it does while a store is away.
_TOLD_AFTER_S: Final = 5.0


def text_of(question: Question) -> str:
    """Return what a question asks; see `asked_text`."""
    return asked_text(question.text, [mention.text for mention in question.mentions])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Answers questions for one audience, from the entries and in the words meant for it.

    `for_all` searches what people in no group see in the same place. `catch_up` loads new lessons
    before each search. `redact` removes from a text what models and embedders may not read.
    """

    retriever: Retriever
    for_all: Retriever
    reader: MessageReader
    small_talk: SmallTalkReader
    model: ChatModel
    offers: Offers
    history: History
    profile: Profile
    history_turns: int
    catch_up: Callable[[], Awaitable[None]] | None = None
    redact: Callable[[str], str] = str
    audience: Audience = EVERYTHING

    def within(self, scope: Scope, retriever: Retriever, for_all: Retriever) -> Answerer:
        """Return an answerer for the readers of a scope, who search with this retriever."""
        profile = self.profile.spoken_in(scope.channel)
        return replace(
            self,
            retriever=retriever,
            for_all=for_all,
            audience=scope.audience,
            profile=profile,
            offers=self.offers.within(retriever, profile.examples),
        )

    def spoken_to(self, text: str) -> Answerer:
        """Return an answerer whose own sentences and offers are in the language of a text."""
        if not self.profile.others:
            return self
        profile = in_language_of(self.profile, text)

        def is_spoken(title: str) -> bool:
            return in_language_of(self.profile, title) is profile

        return replace(self, profile=profile, offers=self.offers.spoken_by(profile, is_spoken))

    @property
    def turns(self) -> TurnAccess:
        """The stored turns that the audience may see."""
        return TurnAccess(self.history, self.audience, self.retriever, self.for_all)

    async def answer(
        self,
        question: Question,
        history: Sequence[Exchange] | None,
        work: Work,
        instead: Instead | None = None,
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield the events of the answer that `work` makes; see `Assistant.answer`."""
        times = StageTimes()
        text = text_of(question) or question.text.strip()  # of a lone emoji nothing is left
        if problem := self.problem(text):
            yield Failed(problem)
            return
        yield Status(self.profile.searching)
        researching = asyncio.create_task(self.research(question, text, history, work))
        try:
            if not (await asyncio.wait({researching}, timeout=_TOLD_AFTER_S))[0]:
                yield Status(self.profile.taking_long, lasts=True)
            research = await researching
        finally:
            await cancel(researching)
        times.mark("researched")
        if instead:
            async with aclosing(instead(research)) as other:
                async for event in other:
                    yield event
                    if not isinstance(event, Status):
                        return
        replies = ReadyReplies(self.profile, self.offers, self.turns.recent)
        ending: Ending | None = await replies.at_once(research, work)
        if ending is None:
            async with aclosing(
                stream_draft(research, work, times, self.offers, self.profile)
            ) as writing:
                async for event in writing:
                    if isinstance(event, Delta | Status):
                        yield event
                    else:
                        ending = event
                        break
        times.mark("answered")
        assert ending is not None  # noqa: S101 - a draft ends with one
        turn = await self._keep(question, ending, work, times, research)
        if isinstance(ending, Answered):
            ending = replace(ending, shareable=await self.turns.for_everybody(turn) is not None)
        yield ending

    async def aside(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """Yield an ending that tells the asker how to ask in private."""
        ending = Answered(self.profile.ask_privately, (), ())
        work = LocalWork(self.reader, self.model)
        await self._keep(question, ending, work, StageTimes())
        yield ending

    async def _keep(
        self,
        question: Question,
        ending: Ending,
        work: Work,
        times: StageTimes,
        research: Research | None = None,
    ) -> Turn:
        """Store the turn, and return it; without research it is labelled as a greeting.

        The next question does not refer to a turn with that label.
        """
        turn = turn_of(
            question,
            ending,
            label=research.verdict.label if research else Label.GREETING,
            trace=research.trace if research else Trace(),
            times=times,
            work=work,
            model=self.model.name,
        )
        await self.history.append(turn)
        return turn

    async def research(
        self,
        question: Question,
        text: str,
        history: Sequence[Exchange] | None,
        work: Work,
    ) -> Research:
        """Resolve what the message refers to, and let the work consider it."""
        text = self.redact(text)
        work.foresee(text)
        if self.catch_up:
            await self.catch_up()
        conversation = await self._conversation(question.session, history)
        meant = referred(
            question, text, conversation.turns, conversation.exchanges, more=self.profile.more
        )
        if meant and meant.kind is Reference.MORE:
            return _asking_for_more(text, conversation, meant)
        message = self._message(question, text, conversation, meant)
        reading, verdict = await work.consider(message)
        verdict = self.small_talk.read(
            message.text, verdict, beside=reading.beside, answered=work.draft is not None
        )
        found = reading.found
        hits = found.in_context if verdict.label is Label.ON_TOPIC else found.alone
        return Research(
            reading.text,
            conversation.asked(text),
            conversation.exchanges,
            hits,
            found.entries,
            verdict,
            reading,
            work.draft,
            meant,
            traced(reading, hits, verdict, meant),
            leans=not is_answer(found.alone),
            call=work.call,
        )

    def _message(
        self, question: Question, text: str, conversation: Conversation, meant: Referred | None
    ) -> MessageInContext:
        # Offered questions were checked without a conversation, so they are searched for without.
        alone = meant is not None or is_press(question.id)
        return MessageInContext(
            self.redact(normalized(meant.text) or meant.text) if meant else text,
            () if alone else conversation.exchanges,
            as_one=alone,
            without=meant.without if meant else (),
            audience=self.audience,
        )

    def problem(self, text: str) -> str | None:
        """Return what is wrong with a text, in the profile's words; None if nothing is."""
        if not text:
            return self.profile.empty_question
        if len(text) > self.profile.longest_question_characters:
            return self.profile.long_question
        return None

    async def _conversation(
        self, session: SessionId, history: Sequence[Exchange] | None
    ) -> Conversation:
        turns = []
        if history is None and self.history_turns:
            turns = await self.turns.recent(session, max(self.history_turns, REMEMBERED_TURNS))
        conversation = Conversation.of(turns, history, self.history_turns)
        exchanges = [
            replace(past, user=self.redact(past.user), bot=self.redact(past.bot))
            for past in conversation.exchanges
        ]
        return replace(conversation, exchanges=tuple(exchanges))


def _asking_for_more(text: str, conversation: Conversation, meant: Referred) -> Research:
    """Return the research of a message that asks for the rest of an answer: nothing is searched."""
    certain = {label: float(label is Label.ON_TOPIC) for label in Label}
    return Research(
        text,
        asked=(),
        history=conversation.exchanges,
        hits=(),
        entries=(),
        verdict=Verdict(Label.ON_TOPIC, certain),
        referred=meant,
        trace=Trace(text, meant.kind),
    )
