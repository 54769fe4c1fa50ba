"""The look-ups of adapters: conversations, questions, answers and opinions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.lessons.learning import Learning
from core.messaging.cases.desk import CaseDesk
from core.messaging.endings import view_of
from core.messaging.inbox.offline import Offline
from core.ports import Archive, Inbox
from core.press_ids import press_id
from core.profile import Profile
from core.skills.assistant import AnyAssistant
from core.text.utterances.another_question import says_another
from core.text.utterances.person_wanted import wants_person
from core.types import Feedback, InboxState, Question, Received, SessionId, Turn, View

_LOOKED_AT: Final = 1_000
_LOOK_S: Final = 0.1


class Lookups:
    """Looks up questions, answers, conversations and opinions for adapters; it changes nothing."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        assistant: AnyAssistant,
        inbox: Inbox,
        archive: Archive,
        offline: Offline,
        learning: Learning,
        profile: Profile,
        desk: CaseDesk | None,
    ) -> None:
        self._assistant = assistant
        self._inbox = inbox
        self._archive = archive
        self._offline = offline
        self.learning = learning  # handles the buttons of owners below lessons
        self._profile = profile
        self.desk = desk  # keeps the cases, if there are owners

    async def awaits_person(self, session: SessionId) -> bool:
        """Return whether the latest unanswered question of a session still waits for a person.

        If so, an owner's reply without the tag is meant for that person, and is not a question.
        """
        return await self._offline.soon(lambda: self.learning.awaits_person(session))

    async def is_answering(self, session: SessionId) -> bool:
        """Return whether any process is answering a question of this conversation.

        A lesson has to wait for the answer: otherwise it would be stored for another question.
        """
        return await self._inbox.is_open(session)

    async def has_answered(self, session: SessionId, *, within_s: float) -> bool:
        """Wait until no question of this conversation is being answered; False if that lasts.

        Raises:
            StorageError: the inbox cannot be asked.
        """
        try:
            async with asyncio.timeout(within_s):
                while await self.is_answering(session):  # noqa: ASYNC110 - of any process
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            return False
        return True

    async def would_answer(
        self, question: Question, *, alone: bool = False, in_company: bool = True
    ) -> bool:
        """Return whether the FAQ surely answers a question, or it concerns a case.

        It does if it asks for a person, or says that a question joined another one by mistake.

        If it is read `alone`, the conversation before it does not count. If its asker is not
        `in_company`, it is most likely for the bot.

        Raises:
            FaqbotError: the index, the history or the platform cannot be asked.
        """
        if self.desk and wants_person(question.text):
            return True
        if self.desk and says_another(question.text):
            return await self.desk.joined_in(question.session) is not None
        return await self._assistant.would_answer(question, alone=alone, in_company=in_company)

    async def only_greets(self, question: Question) -> bool:
        """Return whether a message is a greeting, thanks or a farewell, and asks nothing.

        Raises:
            FaqbotError: the index, the history or the platform cannot be asked.
        """
        return await self._assistant.only_greets(question)

    async def negotiates(self, question: Question, *, called: bool) -> bool:
        """Return whether a message of another bot, which may have `called` this one, is answered.

        Raises:
            StorageError: the conversation cannot be looked up.
        """
        return await self._assistant.negotiates(question, called=called)

    async def view_for_everybody(self, question_id: str) -> View | None:
        """Return the view of an answer that is shared; None if it is not for everybody.

        Raises:
            StorageError: it cannot be looked up.
        """
        turn = await self._archive.find(question_id)
        told = await self._assistant.for_everybody(turn) if turn else None
        return view_of(told, self._profile) if told else None

    async def leans(self, text: str) -> bool:
        """Return whether a text needs the messages around it to be understood."""
        return await self.learning.leans(text)

    async def askers(self, session: SessionId) -> frozenset[str]:
        """Return the people who have lately asked questions in this conversation."""
        return frozenset(turn.question.asker for turn in await self.learning.recent(session))

    async def was_asked_by(self, question_id: str, person: str) -> bool:
        """Return whether this person has asked the question."""
        stored = await self.find(question_id)
        return stored is not None and stored.question.asker == person

    async def turn(self, question_id: str) -> Turn | None:
        """Return the stored turn of a question; None if there is none."""
        return await self._offline.soon(lambda: self._archive.find(question_id))

    async def view(self, question_id: str) -> View | None:
        """Return the view of an answer that has ended; None if it is not stored."""
        turn = await self.turn(question_id)
        if turn is None:
            return None
        shareable = await self._assistant.for_everybody(turn) is not None
        return view_of(turn, self._profile, shareable=shareable)

    async def find(self, question_id: str) -> Received | None:
        """Return a question with its state, None if it is unknown.

        A question that waits in the spool for the store is `received`.
        """
        if kept := await self._offline.kept(question_id):
            return Received(kept, InboxState.RECEIVED)
        return await self._offline.soon(lambda: self._inbox.find(question_id))

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Return questions without an answer yet, in order: of a session, of a person, or all."""
        return await self._inbox.waiting(limit, session=session, asker=asker)

    async def turns(self, session: SessionId, limit: int, after: int = 0) -> list[tuple[int, Turn]]:
        """Return a conversation's turns with their positions, oldest first, above `after`."""
        return await self._archive.turns(session, limit, after)

    async def opinion(self, question_id: str, person: str) -> Feedback | None:
        """Return a person's opinion on an answer; None if they gave none."""
        return await self._archive.opinion(question_id, person)

    async def opinions(self, question_ids: Sequence[str]) -> list[Feedback]:
        """Return the opinions of people on several answers."""
        return await self._archive.opinions(question_ids)

    async def titles(self, sessions: Sequence[SessionId]) -> dict[SessionId, str]:
        """Return the titles of conversations, by session, of those that have one."""
        return await self._archive.titles(sessions)

    async def asked_by(self, person: str, limit: int) -> list[Turn]:
        """Return the latest turns of a person, the newest first."""
        return await self._archive.asked_by(person, limit)

    async def latest_sessions(self, prefix: str, limit: int) -> list[SessionId]:
        """Return sessions with this prefix, of the latest thousand, by their latest answer."""
        found = await self._archive.sessions(_LOOKED_AT)
        return [one.session for one in found if one.session.startswith(prefix)][:limit]

    async def last_seen(self, prefix: str) -> datetime | None:
        """Return the time of the latest question in sessions with this prefix, if there is one."""
        return await self._inbox.last_seen(prefix)

    async def pressed(self, question_id: str, *, turn: Turn | None = None) -> frozenset[int]:
        """Return the indexes of an answer's pressed buttons; `turn` is as in `press`."""
        turn = turn or await self._archive.find(question_id)
        followups = enumerate(turn.followups if turn else ())
        return frozenset(
            [
                index
                for index, text in followups
                if await self._inbox.find(press_id(question_id, text))
            ]
        )

    async def answer_to_press(self, question_id: str, index: int) -> Received | None:
        """Return the question of a follow-up button that was pressed; None if it was not."""
        turn = await self._archive.find(question_id)
        if turn is None or not 0 <= index < len(turn.followups):
            return None
        return await self._inbox.find(press_id(question_id, turn.followups[index]))
