"""Escalation: a question without an answer, or one that asks for a person, becomes a case."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from core.messaging.cases.desk import CaseDesk
from core.ports import History
from core.profile import Profile
from core.retry import until_back
from core.text.languages import to_asker
from core.text.utterances.another_question import says_another
from core.text.utterances.colleagues import asks_nothing
from core.text.utterances.mentions import says_something
from core.text.utterances.person_wanted import wants_person
from core.types import AnswerEvent, Escalated, Label, Question, SessionId, Turn, TurnState

_CALLS_WITHIN: Final = timedelta(hours=1)
_MOST_CALLS: Final = 3  # the most calls of owners in one conversation and hour
_NO_QUESTIONS: Final = (Label.GREETING, Label.INJECTION)  # a person need not answer them
_LOOKED_AT: Final = 20  # the number of latest turns in which earlier calls are counted


class Escalation:
    """Escalates questions to the desk; without a desk, no owner is called."""

    def __init__(
        self,
        *,
        desk: CaseDesk | None,
        history: History,
        profile: Profile,
        is_public: Callable[[SessionId], bool],
    ) -> None:
        """`is_public` says whether owners can see what is said in a session."""
        self._desk = desk
        self._history = history
        self._profile = profile
        self._is_public = is_public

    def is_wanted(self, question: Question) -> bool:
        """Return whether a message asks for a person, and there are people to ask."""
        return self._desk is not None and wants_person(question.text)

    async def meant(self, question: Question) -> Question:
        """Return a message that asks for a person, with the text that the person should answer."""
        turns = await self._history.recent(question.session, _LOOKED_AT)
        before = [
            turn.question.text
            for turn in turns
            if turn.label not in _NO_QUESTIONS and not wants_person(turn.question.text)
        ]
        return replace(question, text=before[-1]) if before else question

    async def mistaken(self, question: Question) -> Question | None:
        """Return the question that a message takes out of a case: its asker asked something else.

        None if the message does not say so, or no question of the conversation has joined one.

        Raises:
            StorageError: the case cannot be read.
        """
        if self._desk is None or not says_another(question.text):
            return None
        return await self._desk.joined_in(question.session)

    async def apart(self, question: Question, joined: Question) -> AsyncGenerator[AnswerEvent]:
        """Open a case of its own for a question that joined another one; yield its ending.

        `question` is the message that said so, with the text of the one that `joined`.
        """
        desk, public = self._desk, self._is_public(question.session)
        if desk:
            await until_back(lambda: desk.apart(question, joined, public=public))
        async with aclosing(self.to_person(question)) as events:
            async for event in events:
                yield event

    async def to_person(self, question: Question) -> AsyncGenerator[AnswerEvent]:
        """Yield the ending of a question whose asker wants a person, and store its turn."""
        text = to_asker(self._profile, question.text).case.person
        await self._history.append(Turn(question, TurnState.ESCALATED, text))
        yield Escalated(text, ())

    async def with_case(
        self, question: Question, events: AsyncGenerator[AnswerEvent]
    ) -> AsyncGenerator[AnswerEvent]:
        """Yield the events; before an ending without an answer, open a case for the question."""
        async with aclosing(events):
            async for event in events:
                yield (
                    await self._waiting(question, event) if isinstance(event, Escalated) else event
                )

    async def _waiting(self, question: Question, ending: Escalated) -> Escalated:
        desk = self._desk
        text = question.text
        unasked = asks_nothing(text) and not wants_person(text)
        if desk is None or unasked or not says_something(text):
            return replace(ending, calls=False)
        public = self._is_public(question.session)
        calls = await self._may_call(question)
        return await until_back(
            lambda: desk.escalated(question, ending, public=public, calls=calls)
        )

    async def _may_call(self, question: Question) -> bool:
        since = datetime.now(UTC) - _CALLS_WITHIN
        turns = await self._history.recent(question.session, _LOOKED_AT)
        lately = [
            turn
            for turn in turns
            if turn.state is TurnState.ESCALATED
            and turn.finished_at > since
            and turn.question.id != question.id
            and says_something(turn.question.text)
        ]
        return len(lately) < _MOST_CALLS
