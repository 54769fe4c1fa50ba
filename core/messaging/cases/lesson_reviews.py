"""Reviews of lessons: at its date, the owner is asked by buttons if a lesson is still right."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from core.errors import PlatformError
from core.messaging.cases.review_requests import AGAIN, AT_ONCE, LOOK, review_words
from core.messaging.cases.roster import Roster, works_from
from core.ports import Archive, Lessons
from core.press_ids import press_id
from core.profile import Profile
from core.retrieval.overlay.lesson_sync import all_lessons
from core.types import Escalated, Lesson, LessonState, Question, SessionId

logger = logging.getLogger(__name__)


class LessonReviews:
    """Asks about lessons whose review is due; each request is stored before it is sent."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        lessons: Lessons,
        archive: Archive,
        roster: Roster,
        profile: Profile,
        now: Callable[[], datetime],
        say: Callable[[Question, Escalated], Awaitable[None]],
        is_public: Callable[[SessionId], bool],
    ) -> None:
        """`say` posts a message where a question was asked, and is used if that `is_public`."""
        self._lessons = lessons
        self._archive = archive
        self._roster = roster
        self._profile = profile
        self._now = now
        self._say = say
        self._is_public = is_public
        self._look_at: datetime | None = None

    async def go(self) -> None:
        """Let due lessons expire, and ask about each in the conversation where it was taught.

        Raises:
            StorageError: the remaining lessons wait for the next pass.
        """
        now = self._now()
        if self._look_at and now < self._look_at:
            return
        self._look_at = now + LOOK
        asked = 0
        for lesson in await all_lessons(self._lessons):
            if not is_due(lesson, now):
                continue
            expired = replace(lesson, state=LessonState.EXPIRED)
            if lesson.state is LessonState.SERVED:
                await self._lessons.teach(expired)
            if asked < AT_ONCE and self._is_public(lesson.session):
                asked += await self._ask(expired, now)

    async def _ask(self, lesson: Lesson, now: datetime) -> bool:
        """Ask about a lesson; return False if nobody can be asked now, or there is no place.

        Its teacher is asked. One who is not named as an owner may have left, so that the owner of
        its topic is asked as well.
        """
        platform = lesson.session.partition(":")[0]
        owners = self._roster.owners_of(lesson.question, (), platform)
        turn = await self._archive.find(lesson.question_id)
        if turn is None or not owners or works_from(owners[0], now) > now:
            return False
        await self._lessons.teach(replace(lesson, review_at=now + AGAIN))
        teacher = (_contact(lesson.author, platform),) if lesson.author else ()
        stays = any(map(self._roster.names, teacher))
        contacts = teacher if stays else (*teacher, *owners[0].contacts)
        about = {"question": lesson.question, "answer": lesson.answer}
        words = review_words(self._profile.teach.review, self._profile, **about)
        call = Escalated("", (), contacts=contacts, lesson_id=lesson.id, call=words)
        name = press_id(turn.question.id, f"review {lesson.id} {now.isoformat()}")
        try:
            await self._say(replace(turn.question, id=name, asked_at=now, edited_at=None), call)
        except PlatformError as error:
            logger.warning("nobody was asked about lesson %s: %s", lesson.id, error)
        return True


def is_due(lesson: Lesson, now: datetime) -> bool:
    """Return whether the review of a lesson is due."""
    is_learnt = lesson.state in (LessonState.SERVED, LessonState.EXPIRED)
    return is_learnt and lesson.review_at is not None and lesson.review_at <= now


def _contact(author: str, platform: str) -> str:
    """Return the author of a lesson as a contact: `slack:U1`, `discord:1`."""
    return author if author.startswith(f"{platform}:") else f"{platform}:{author}"
