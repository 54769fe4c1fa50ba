"""The look-ups of adapters: conversations, questions, answers and opinions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.lessons.learning import Learning
from core.messaging.endings import view_of
from core.messaging.offline import Offline
from core.ports import Archive, Inbox
from core.press_ids import press_id
from core.profile import Profile
from core.skills.assistant import AnyAssistant
from core.types import Feedback, InboxState, Question, Received, SessionId, Turn, View

_LOOKED_AT: Final = 1_000


class Lookups:
    """Answers an adapter's questions about what was asked and answered; it changes nothing."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        assistant: AnyAssistant,
        inbox: Inbox,
        archive: Archive,
        offline: Offline,
        learning: Learning,
        profile: Profile,
    ) -> None:
        self._assistant = assistant
        self._inbox = inbox
        self._archive = archive
        self._offline = offline
        self.learning = learning  # what owners do about lessons by buttons
        self._profile = profile

    async def awaits_person(self, session: SessionId) -> bool:
        """Return whether the latest unanswered question of a session still waits for a person.

        If so, an owner's reply without the tag answers a colleague, and is not a question.
        """
        return await self._offline.soon(lambda: self.learning.awaits_person(session))

    async def is_answering(self, session: SessionId) -> bool:
        """Return whether any process is answering a question of this conversation.

        A lesson has to wait until then: it would be taken for the answer to another question.
        """
        return await self._inbox.is_open(session)

    async def would_answer(self, question: Question) -> bool:
        """Return whether the FAQ answers this with confidence, so that the bot may speak uncalled.

        Raises:
            FaqbotError: it cannot be found out.
        """
        return await self._assistant.would_answer(question)

    async def may_share(self, question_id: str) -> bool:
        """Return whether an answer may be shown to others than its asker; False if it is not kept.

        Raises:
            StorageError: it cannot be looked up.
        """
        turn = await self._archive.find(question_id)
        return turn is not None and await self._assistant.may_share(turn)

    async def leans(self, text: str) -> bool:
        """Return whether a text only makes sense together with the messages beside it."""
        return await self.learning.leans(text)

    async def askers(self, session: SessionId) -> frozenset[str]:
        """Return the people who have asked something in this conversation lately."""
        return frozenset(turn.question.asker for turn in await self.learning.recent(session))

    async def was_asked_by(self, question_id: str, person: str) -> bool:
        """Return whether this person has asked the question."""
        stored = await self.find(question_id)
        return stored is not None and stored.question.asker == person

    async def turn(self, question_id: str) -> Turn | None:
        """Return the stored turn of a question; None if there is none."""
        return await self._offline.soon(lambda: self._archive.find(question_id))

    async def view(self, question_id: str) -> View | None:
        """An answer as it ended, to be shown again; None if it is not kept."""
        turn = await self.turn(question_id)
        return view_of(turn, self._profile) if turn else None

    async def find(self, question_id: str) -> Received | None:
        """Return a question with its state, None if it is unknown.

        One that waits for the store to be back is `received`.
        """
        if kept := await self._offline.kept(question_id):
            return Received(kept, InboxState.RECEIVED)
        return await self._offline.soon(lambda: self._inbox.find(question_id))

    async def waiting(
        self, limit: int, *, session: SessionId | None = None, asker: str | None = None
    ) -> list[Received]:
        """Questions without an answer yet, in order: of a conversation, of a person, or all."""
        return await self._inbox.waiting(limit, session=session, asker=asker)

    async def turns(self, session: SessionId, limit: int, after: int = 0) -> list[tuple[int, Turn]]:
        """A conversation's turns with their places, oldest first; those above `after`."""
        return await self._archive.turns(session, limit, after)

    async def opinion(self, question_id: str, person: str) -> Feedback | None:
        """Return what a person thinks of an answer, as far as they said so."""
        return await self._archive.opinion(question_id, person)

    async def opinions(self, question_ids: Sequence[str]) -> list[Feedback]:
        """Return the opinions of people on several answers."""
        return await self._archive.opinions(question_ids)

    async def titles(self, sessions: Sequence[SessionId]) -> dict[SessionId, str]:
        """The titles of those conversations that were given one."""
        return await self._archive.titles(sessions)

    async def asked_by(self, person: str, limit: int) -> list[Turn]:
        """Return the latest turns of a person, the newest first."""
        return await self._archive.asked_by(person, limit)

    async def latest_sessions(self, prefix: str, limit: int) -> list[SessionId]:
        """Return sessions with this prefix among the latest thousand, the latest answer first."""
        found = await self._archive.sessions(_LOOKED_AT)
        return [one.session for one in found if one.session.startswith(prefix)][:limit]

    async def last_seen(self, prefix: str) -> datetime | None:
        """Return the time of the latest question in sessions with this prefix.

        None if there is none.
        """
        return await self._inbox.last_seen(prefix)

    async def pressed(self, question_id: str, *, turn: Turn | None = None) -> frozenset[int]:
        """Return the places of an answer's buttons that were pressed; `turn` is as in `press`."""
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
        """Return the question that a follow-up button has asked; None if nobody has pressed it."""
        turn = await self._archive.find(question_id)
        if turn is None or not 0 <= index < len(turn.followups):
            return None
        return await self._inbox.find(press_id(question_id, turn.followups[index]))
