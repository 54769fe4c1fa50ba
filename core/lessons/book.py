"""The book of lessons: whoever teaches, approves or undoes one, from wherever, does it here.

So each lesson is masked and looked at by the gate before it is stored, the cases that wait for it
are answered or open again, and the act is in the audit log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from core.lessons.answered_cases import answer_case, reopen_cases
from core.lessons.gate import Examined
from core.lessons.remarks import person_named
from core.ports import Cases, Lessons, Reports
from core.text.safety.personal_data import mask, mask_private
from core.types import AuditEvent, Lesson, LessonState, SessionId, Teaching


class Outcome(StrEnum):
    """The outcome of a remark with the tag, or of the lesson that it was."""

    LEARNED = "learned"
    CORRECTED = "corrected"
    KNOWN = "known"  # it was stored before, by a process that may have died before it said so
    UNLEARNED = "unlearned"
    NOTHING_ASKED = "nothing_asked"
    WHICH = "which"  # several questions wait, and the remark does not say which one it answers
    NOT_ALLOWED = "not_allowed"
    HELD = "held"  # it waits for an owner's word; see `core.lessons.gate`
    REFUSED = "refused"  # no owner can have it served either; see there
    APPROVED = "approved"
    SECOND_WANTED = "second_wanted"  # another owner than who taught it has to approve it
    CONFIRMED = "confirmed"  # it is still right
    NOTHING_HELD = "nothing_held"
    EMPTY = "empty"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Taught:
    """The outcome, and the lesson as it is now, or was until it was unlearnt.

    `waiting` are the questions among which a person has to choose, oldest first.
    """

    outcome: Outcome
    lesson: Lesson | None = None
    waiting: tuple[str, ...] = ()


_OUTCOMES: Final = {
    Teaching.LEARNED: Outcome.LEARNED,
    Teaching.CORRECTED: Outcome.CORRECTED,
    Teaching.KNOWN: Outcome.KNOWN,
}


class LessonBook:
    """Keeps lessons; every act names whose word it is."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        lessons: Lessons,
        cases: Cases,
        reports: Reports,
        examine: Callable[[Lesson], Awaitable[Examined]],
        catch_up: Callable[[], Awaitable[None]],
        retract: Callable[[Lesson], Awaitable[None]],
        longest_characters: int,
        review_after: timedelta | None = None,
        wants_second: bool = False,
    ) -> None:
        """`examine` is the gate, and `catch_up` lets what has changed be used in this process.

        `retract` tells those who were answered with a lesson that it was undone.

        Somebody is asked whether a lesson is still right `review_after` it was taught or approved.
        If it `wants_second`, nobody approves what was found in their own lesson.
        """
        self._lessons = lessons
        self._cases = cases
        self._reports = reports
        self._examine = examine
        self._catch_up = catch_up
        self._retract = retract
        self._longest_characters = longest_characters
        self._review_after = review_after
        self._wants_second = wants_second

    async def keep(
        self, lesson: Lesson, *, by: str, approved_by: str = "", seen_in: SessionId | None = None
    ) -> Taught:
        """Store a lesson, held if something speaks against serving it and nobody has approved it.

        The lesson of a refused one is as it was not stored, with what was found in it. Those who
        wait in the conversation that it is `seen_in` are not told of it.

        Raises:
            StorageError: it is not stored, or not all that follows is done: do it again.
        """
        if self._wants_second and _is_authors(approved_by, lesson):
            approved_by = ""
        known = await self._lessons.find(lesson.id)
        answer = mask_private(lesson.answer.strip())
        if not answer or len(answer) > self._longest_characters:
            return Taught(Outcome.TOO_LONG if answer else Outcome.EMPTY, known)
        lesson = replace(lesson, question=mask(lesson.question), answer=answer)
        if known and (known.question, known.answer) == (lesson.question, lesson.answer):
            lesson = _as_known(lesson, known)
        else:
            examined = await self._examine(lesson)
            lesson = replace(lesson, findings=examined.findings)
            if examined.refused:
                return Taught(Outcome.REFUSED, lesson)
            if examined.findings and not approved_by:
                lesson = replace(lesson, state=LessonState.HELD, approved_by="")
        if approved_by and lesson.state is LessonState.HELD:
            lesson = replace(lesson, state=LessonState.SERVED)
        if approved_by and lesson.findings:
            lesson = replace(lesson, approved_by=approved_by)
        if lesson.review_at is None:
            lesson = replace(lesson, review_at=self._review_at())
        return await self._stored(lesson, by, seen_in)

    async def offer(self, lesson: Lesson, *, by: str) -> Lesson | None:
        """Keep what somebody said, who is then asked whether to learn it; it answers nobody.

        Return it with what the gate has found; None if it was offered before, or may not be learnt.

        Raises:
            StorageError: it is not kept.
        """
        answer = mask_private(lesson.answer.strip())
        if not answer or len(answer) > self._longest_characters:
            return None
        lesson = replace(lesson, question=mask(lesson.question), answer=answer)
        examined = await self._examine(lesson)
        if examined.refused:
            return None
        offered = replace(lesson, state=LessonState.OFFERED, findings=examined.findings)
        if await self._lessons.teach(offered) is not Teaching.LEARNED:
            return None
        await self._note(by, "lesson.offer", offered)
        return offered

    async def approve(self, lesson: Lesson, *, by: str) -> Taught:
        """Serve a lesson that is held, offered or has expired; those who wait for it are told.

        Raises:
            StorageError: as `keep`.
        """
        waits = lesson.state in (LessonState.HELD, LessonState.OFFERED) and lesson.findings
        if self._wants_second and waits and _is_authors(by, lesson):
            held = replace(lesson, state=LessonState.HELD)
            await self._lessons.teach(held)
            return Taught(Outcome.SECOND_WANTED, held)
        approved = replace(lesson, state=LessonState.SERVED, approved_by=by)
        approved = replace(approved, review_at=self._review_at())
        await self._lessons.teach(approved)
        await self._catch_up()
        await answer_case(self._cases, approved, at=datetime.now(UTC))
        await self._note(by, "lesson.approve", approved)
        return Taught(Outcome.APPROVED, approved)

    async def expire(self, lesson: Lesson, *, by: str) -> None:
        """Let a lesson expire: it has a mark, or is not served, until it is approved again.

        Nobody is asked about it.

        Raises:
            StorageError: as `keep`.
        """
        await self._lessons.teach(replace(lesson, state=LessonState.EXPIRED, review_at=None))
        await self._catch_up()
        await self._note(by, "lesson.expire", lesson)

    async def undo(self, lesson_id: str, *, by: str, at: datetime | None = None) -> Taught | None:
        """Forget a lesson, whose cases are open again; None if there is none that was said by `at`.

        Below the answers that used it a note says so.

        Raises:
            StorageError: it is there still, or not all that follows is done: do it again.
        """
        lesson = await self._lessons.find(lesson_id)
        if lesson is None or (at and at < lesson.learned_at):
            return None
        # The author's clock may be ahead of this machine's.
        at = at or max(datetime.now(UTC), lesson.learned_at)
        await reopen_cases(self._cases, lesson_id, at=datetime.now(UTC))
        await self._retract(lesson)
        await self._lessons.remove(lesson_id, at)
        await self._catch_up()
        await self._note(by, "lesson.undo", lesson)
        return Taught(Outcome.UNLEARNED, lesson)

    async def _stored(self, lesson: Lesson, by: str, seen_in: SessionId | None) -> Taught:
        teaching = await self._lessons.teach(lesson)
        await self._catch_up()
        stored = await self._lessons.find(lesson.id)
        if stored:
            await answer_case(self._cases, stored, at=datetime.now(UTC), seen_in=seen_in)
        if teaching is Teaching.KNOWN or stored is None:
            return Taught(_OUTCOMES[teaching], stored)
        held = stored.state is LessonState.HELD
        outcome = Outcome.HELD if held else _OUTCOMES[teaching]
        await self._note(by, f"lesson.{outcome.value}", stored)
        return Taught(outcome, stored)

    def _review_at(self) -> datetime | None:
        return datetime.now(UTC) + self._review_after if self._review_after else None

    async def _note(self, by: str, action: str, lesson: Lesson) -> None:
        where = f" in {lesson.session}" if lesson.session else ""
        event = AuditEvent(datetime.now(UTC), by, action, f"{lesson.id}{where}: {lesson.question}")
        await self._reports.note(event)


def _is_authors(by: str, lesson: Lesson) -> bool:
    """Return whether the word on a lesson is that of who taught it."""
    return by in {
        lesson.author,
        lesson.author_name,
        person_named(lesson.author, lesson.author_name),
    }


def _as_known(lesson: Lesson, known: Lesson) -> Lesson:
    """Return a lesson that says what it said before, with the word on it that was given."""
    return replace(
        lesson,
        state=known.state,
        findings=known.findings,
        approved_by=known.approved_by,
        review_at=known.review_at,
    )
