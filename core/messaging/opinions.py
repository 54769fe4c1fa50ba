"""The opinions of people on answers; an answer that helps nobody becomes a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from core.lessons.liked import LikedQuestions
from core.messaging.cases.desk import CaseDesk
from core.ports import Archive
from core.types import Feedback, SessionId

_DISLIKED: Final = 2  # the number of unhelpful opinions at which a question becomes a case


class Opinions:
    """Stores opinions, and opens a case for a question whose answer has helped nobody."""

    def __init__(
        self,
        *,
        archive: Archive,
        desk: CaseDesk | None,
        is_public: Callable[[SessionId], bool],
        redact: Callable[[str], str],
        liked: LikedQuestions | None = None,
    ) -> None:
        """`redact` removes from a text what must not be stored.

        `liked` indexes the question of a helpful answer, so that it finds the same entry again.
        `is_public` returns whether owners can see a session.
        """
        self._archive = archive
        self._desk = desk
        self._is_public = is_public
        self._redact = redact
        self._liked = liked

    async def rate(self, feedback: Feedback, *, asks_person: bool = False) -> bool:
        """Store a person's opinion on an answer; return False if the answer does not exist.

        If the person `asks_person`, an unhelpful answer becomes a case at once.
        """
        reason, expected = self._redact(feedback.reason), self._redact(feedback.expected)
        feedback = replace(feedback, reason=reason, expected=expected)
        earlier = await self._archive.opinion(feedback.question_id, feedback.user)
        if earlier and not (feedback.reason or feedback.expected):
            # An earlier remark of the person stays with the new opinion.
            feedback = replace(feedback, reason=earlier.reason, expected=earlier.expected)
        known = await self._archive.give_feedback(feedback)
        if known and not feedback.helpful and self._desk:
            most = 1 if asks_person else _DISLIKED
            await self._let_wait(self._desk, feedback.question_id, most)
        if known and self._liked:
            self._liked.begin(feedback.question_id)
        return known

    async def is_repeated(self, feedback: Feedback) -> bool:
        """Return whether a person thinks so of the answer already, and now takes it back."""
        earlier = await self._archive.opinion(feedback.question_id, feedback.user)
        return earlier is not None and earlier.helpful is feedback.helpful

    async def withdraw(self, question_id: str, user: str) -> bool:
        """Delete what a person thinks of an answer; False if they have said nothing."""
        known = await self._archive.withdraw_feedback(question_id, user)
        if known and self._liked:
            self._liked.begin(question_id)
        return known

    async def _let_wait(self, desk: CaseDesk, question_id: str, most: int) -> None:
        """Open a case for a question whose answer so many people have rated as unhelpful."""
        opinions = await self._archive.opinions([question_id])
        turn = await self._archive.find(question_id)
        if turn and sum(not one.helpful for one in opinions) >= most:
            public = self._is_public(turn.question.session)
            await desk.disliked(turn.question, turn.sources, public=public)
