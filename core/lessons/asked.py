"""The question that a remark answers, found among those of its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.lessons.remarks import Remark
from core.lessons.tag import number_after
from core.ports import Archive, Inbox, Lessons
from core.press_ids import asked_first, is_press
from core.retrieval.overlay.lessons import PREFIX, is_learned
from core.types import Lesson, LessonState, SessionId, Turn, TurnState

# Lessons whose question still waits for its answer.
_NO_ANSWERS: Final = (LessonState.OFFERED, LessonState.LIKED)


@dataclass(frozen=True, slots=True)
class Meant:
    """The question that a remark answers, or the `waiting` ones of which its author chooses."""

    turn: Turn | None
    waiting: tuple[str, ...] = ()
    numbered: bool = False


class AskedQuestions:
    """Finds the question that a remark answers: replied to, numbered, or the only one."""

    def __init__(
        self, *, archive: Archive, inbox: Inbox, lessons: Lessons, learning_tag: str
    ) -> None:
        self._archive = archive
        self._inbox = inbox
        self._lessons = lessons
        self._learning_tag = learning_tag

    async def find(self, remark: Remark, turns: Sequence[Turn]) -> Meant:
        """Find the question that a remark answers: replied to, numbered, or the only one."""
        if replied_to := await self._replied_to(remark, turns):
            return Meant(replied_to)
        waiting = await self.waiting(remark.session, turns)
        if len(waiting) < 2:
            # If no question waits for an answer, the remark corrects the bot's latest answer.
            latest = waiting or turns
            return Meant(await self._question_of(latest[-1], turns) if latest else None)
        number = number_after(remark.text, self._learning_tag)
        if number and number <= len(waiting):
            return Meant(waiting[number - 1], numbered=True)
        return Meant(None, waiting=tuple(turn.question.text for turn in waiting))

    async def answered(self, remark: Remark, turns: Sequence[Turn]) -> Turn | None:
        """Find the turn answered from the FAQ that a remark is about.

        It is the one replied to, else the latest of the conversation. None if there is a lesson on
        its question already.
        """
        turn = await self._replied_to(remark, turns) or next(reversed(turns), None)
        if turn is None or turn.state is not TurnState.ANSWERED or not turn.passages:
            return None
        known = await self._lessons.of_session(turn.question.session)
        return None if any(one.question_id == turn.question.id for one in known) else turn

    async def before(self, remark: Remark, turns: Sequence[Turn]) -> Turn | None:
        """Find the question that a message without the tag answers.

        It is the one replied to, else the latest that waited for an answer when the message was
        sent, else the latest of all before it. A question is never the answer to itself.
        """
        if replied_to := await self._replied_to(remark, turns):
            return replied_to
        earlier = [turn for turn in turns if turn.question.asked_at < remark.said_at]
        if any(turn.question.id == remark.id for turn in turns):
            return None
        latest = await self.waiting(remark.session, earlier) or earlier
        return await self._question_of(latest[-1], turns) if latest else None

    def was_numbered(self, remark: Remark, known: Lesson) -> bool:
        """Return whether an edited remark still begins with the number of its question."""
        number = number_after(remark.text, self._learning_tag)
        return number is not None and not known.answer.startswith(str(number))

    async def waiting(self, session: SessionId, turns: Sequence[Turn]) -> list[Turn]:
        """Return the questions that wait for a person, oldest first."""
        lessons = await self._lessons.of_session(session)
        answered = {one.question_id for one in lessons if one.state not in _NO_ANSWERS}
        known = {turn.question.text for turn in turns if await self._is_known(turn)}
        # The answer to an equal question was sent to its asker, and who asks for a person has
        # asked the same before.
        waiting = {
            turn.question.text: turn
            for turn in turns
            if turn.state is TurnState.ESCALATED
            and turn.question.id not in answered
            and turn.question.text not in known
        }
        return list(waiting.values())

    async def _is_known(self, turn: Turn) -> bool:
        """Return whether an asker knows an answer by a turn: one that was undone is none."""
        if turn.state is not TurnState.ANSWERED:
            return False
        if not is_press(turn.question.id):
            return True
        told = [one.faq_id for one in turn.passages]
        lessons = [one.removeprefix(PREFIX) for one in told if is_learned(one)]
        return bool(told) and all([await self._lessons.find(one) for one in lessons])

    async def _question_of(self, turn: Turn, turns: Sequence[Turn]) -> Turn:
        """Return the turn of the question that a notice to its asker is about, else the turn."""
        if not is_press(turn.question.id):
            return turn
        first = asked_first(turn.question.id)
        asked = next((one for one in turns if one.question.id == first), None)
        asked = asked or await self._archive.find(first)
        return asked if asked and asked.question.text == turn.question.text else turn

    async def _replied_to(self, remark: Remark, turns: Sequence[Turn]) -> Turn | None:
        if remark.reply_to is None:
            return None
        if turn := await self._archive.find(remark.reply_to):
            return turn
        for turn in reversed(turns):
            stored = await self._inbox.find(turn.question.id)
            if stored and stored.reply and remark.reply_to in stored.reply.split():
                return await self._question_of(turn, turns)
        return None
