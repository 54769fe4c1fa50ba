"""Liked questions: a question with a liked answer is indexed, so that it finds its entry again.

It is stored among the lessons under an id of its own, so that every process learns of it, and it is
removed if the opinion is withdrawn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from core.errors import FaqbotError
from core.ports import Archive, Lessons, Reports
from core.press_ids import is_press, press_id
from core.text.safety.personal_data import mask
from core.text.sections import tidy
from core.types import (
    OFFICIAL,
    AuditEvent,
    Label,
    Lesson,
    LessonState,
    SessionId,
    Turn,
    TurnState,
)

logger = logging.getLogger(__name__)

_LONGEST_CHARS: Final = 200  # longer questions are not indexed
_BY: Final = "opinions"  # the actor in the audit log


class LikedQuestions:
    """Indexes liked questions for their entries, and removes them again."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        lessons: Lessons,
        archive: Archive,
        reports: Reports,
        taken: Callable[[Lesson], Awaitable[Sequence[str]]],
        leans: Callable[[str], Awaitable[bool]],
        catch_up: Callable[[], Awaitable[None]],
    ) -> None:
        """`taken` returns the own questions of other entries that a liked question would take.

        `leans` returns whether a question needs the one before it to be understood. `catch_up`
        loads changed lessons into this process's search.
        """
        self._lessons = lessons
        self._archive = archive
        self._reports = reports
        self._taken = taken
        self._leans = leans
        self._catch_up = catch_up
        self._running: set[asyncio.Task[None]] = set()
        self._one = asyncio.Lock()  # one check at a time, as each takes a second of a core

    def begin(self, question_id: str) -> None:
        """Follow the opinions on an answer in the background; a failure is logged."""
        task = asyncio.create_task(self._logged(question_id))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def follow(self, question_id: str) -> None:
        """Index an answer's question if all opinions on the answer are good; else remove it.

        Raises:
            FaqbotError: nothing has changed.
        """
        liked_id = press_id(question_id, LessonState.LIKED)
        known = await self._lessons.find(liked_id)
        turn = await self._archive.find(question_id)
        opinions = await self._archive.opinions([question_id])
        if turn is None or not opinions or not all(one.helpful for one in opinions):
            if known:
                await self._lessons.remove(liked_id, max(datetime.now(UTC), known.learned_at))
                await self._changed("question.unliked", known)
        elif known is None and await self._stands_alone(turn):
            liked = _liked(liked_id, turn)
            if not await self._taken(liked):
                await self._lessons.teach(liked)
                await self._changed("question.liked", liked)

    async def _stands_alone(self, turn: Turn) -> bool:
        """Return whether the question of a turn is clear without its conversation."""
        text = tidy(turn.question.text)
        is_answer = turn.state is TurnState.ANSWERED and turn.label is Label.ON_TOPIC
        of_one = len(turn.passages) == 1 and turn.passages[0].source.kind == OFFICIAL.kind
        typed = not is_press(turn.question.id) and 0 < len(text) <= _LONGEST_CHARS
        return is_answer and of_one and typed and mask(text) == text and not await self._leans(text)

    async def _changed(self, action: str, liked: Lesson) -> None:
        await self._catch_up()
        detail = f"{liked.answer}: {liked.question}"
        await self._reports.note(AuditEvent(datetime.now(UTC), _BY, action, detail))

    async def _logged(self, question_id: str) -> None:
        try:
            async with self._one:
                await self.follow(question_id)
        except FaqbotError as error:
            logger.warning("the opinions on %s find nothing: %s", question_id, error)
        except Exception:  # the outermost edge of the task
            logger.exception("the opinions on %s find nothing", question_id)


def _liked(liked_id: str, turn: Turn) -> Lesson:
    return Lesson(
        liked_id,
        SessionId(""),
        tidy(turn.question.text),
        turn.passages[0].title,
        asked_by=turn.question.asker,
        question_id=turn.question.id,
        state=LessonState.LIKED,
    )
