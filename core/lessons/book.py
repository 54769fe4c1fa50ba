"""The book of lessons: every way of teaching, approving or undoing a lesson ends here.

So each lesson is masked and examined by the gate before it is stored, the cases of its question are
answered or reopened, and the act is in the audit log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from core.lessons.answered_cases import answer_case, reopen_cases
from core.lessons.gate import Examined
from core.lessons.remarks import person_named
from core.ports import Cases, Lessons, Reports
from core.retry import until_back
from core.text.safety.personal_data import mask, mask_private
from core.types import AuditEvent, Lesson, LessonState, Question, SessionId, Teaching


class Outcome(StrEnum):
    """The outcome of an act on a lesson, such as a remark with the tag or a press of a button."""

    LEARNED = "learned"
    CORRECTED = "corrected"
    KNOWN = "known"  # it was stored before, perhaps by a process that died before it told anybody
    UNLEARNED = "unlearned"
    NOTHING_ASKED = "nothing_asked"
    WHICH = "which"  # several questions wait, and the remark names none of them
    NOT_ALLOWED = "not_allowed"
    HELD = "held"  # it waits for an owner's approval; see `core.lessons.gate`
    REFUSED = "refused"  # not even an owner can have it served; see `core.lessons.gate`
    APPROVED = "approved"
    SECOND_WANTED = "second_wanted"  # an owner other than its author has to approve it
    CONFIRMED = "confirmed"  # an owner says that it is still right
    NOTHING_HELD = "nothing_held"
    EMPTY = "empty"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Taught:
    """The outcome, and the lesson as it is now, or as it was before it was removed.

    `waiting` are the questions among which its author has to choose, oldest first.
    """

    outcome: Outcome
    lesson: Lesson | None = None
    waiting: tuple[str, ...] = ()

    @property
    def is_learnt(self) -> bool:
        """True if the message has taught what is served; a held one may be delivered again."""
        served = self.lesson is not None and self.lesson.state in _SERVED
        return served and self.outcome in _LEARNT


_SERVED: Final = (LessonState.SERVED, LessonState.EXPIRED)
_LEARNT: Final = (Outcome.LEARNED, Outcome.CORRECTED, Outcome.KNOWN, Outcome.APPROVED)
_OUTCOMES: Final = {
    Teaching.LEARNED: Outcome.LEARNED,
    Teaching.CORRECTED: Outcome.CORRECTED,
    Teaching.RENEWED: Outcome.KNOWN,  # the message was delivered again while it was examined
    Teaching.KNOWN: Outcome.KNOWN,
}


class LessonBook:
    """Keeps lessons; every act names the person who is responsible for it."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        lessons: Lessons,
        cases: Cases,
        reports: Reports,
        examine: Callable[[Lesson], Awaitable[Examined]],
        catch_up: Callable[[], Awaitable[None]],
        retract: Callable[[Lesson], Awaitable[Sequence[Question]]],
        longest_characters: int,
        review_after: timedelta | None = None,
        wants_second: bool = False,
    ) -> None:
        """`examine` is the gate, and `catch_up` loads changed lessons into this process's search.

        `retract` notifies the people who were answered with a lesson that was undone, and returns
        their questions, which wait for a person again. A lesson is
        reviewed `review_after` it was taught or approved. With `wants_second`, nobody may approve
        their own lesson if the gate has findings.
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
        self._keeping = asyncio.Lock()  # of two that come at once, each is compared with the other

    async def keep(  # noqa: PLR0913 - who speaks for it and what speaks against it
        self,
        lesson: Lesson,
        *,
        by: str,
        approved_by: str = "",
        seen_in: SessionId | None = None,
        is_known: bool = True,
        findings: Sequence[str] = (),
    ) -> Taught:
        """Store a lesson, as held if the gate has findings and nobody has approved it.

        A refused lesson is not stored; the result has it with the findings. Askers who wait in the
        session `seen_in` are not told of it. `findings` are what is known to speak against serving
        it, beside those of the gate. `is_known` is as in `approve`.

        Raises:
            StorageError: the lesson, or one of its effects, is not stored: repeat the call.
        """
        if self._wants_second and (not is_known or _is_authors(approved_by, lesson)):
            approved_by = ""
        async with self._keeping:
            known = await self._lessons.find(lesson.id)
            answer = mask_private(lesson.answer.strip())
            if not answer or len(answer) > self._longest_characters:
                return Taught(Outcome.TOO_LONG if answer else Outcome.EMPTY, known)
            lesson = replace(lesson, question=mask(lesson.question), answer=answer)
            if known and (known.question, known.answer) == (lesson.question, lesson.answer):
                lesson = _as_known(lesson, known)
            else:
                examined = await self._examine(lesson)
                if examined.refused:
                    return Taught(Outcome.REFUSED, replace(lesson, findings=examined.findings))
                lesson = replace(lesson, findings=(*findings, *examined.findings))
                if lesson.findings and not approved_by:
                    lesson = replace(lesson, state=LessonState.HELD, approved_by="")
            if approved_by and lesson.state is LessonState.HELD:
                lesson = replace(lesson, state=LessonState.SERVED)
            if approved_by and lesson.findings:
                lesson = replace(lesson, approved_by=approved_by)
            if lesson.review_at is None:
                lesson = replace(lesson, review_at=self._review_at())
            return await self._stored(lesson, by, seen_in)

    async def offer(self, lesson: Lesson, *, by: str) -> Lesson | None:
        """Store a message as an offered lesson, which is not served until its author agrees.

        Return it with the gate's findings; None if it was offered before, or was refused.

        Raises:
            StorageError: it is not stored.
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

    async def approve(self, lesson: Lesson, *, by: str, is_known: bool = True) -> Taught:
        """Serve a lesson that is held, offered or expired; waiting askers are told the answer.

        Who has only typed their name, and so is not `is_known`, is not taken for a second owner.

        Raises:
            StorageError: as `keep`.
        """
        waits = lesson.state in (LessonState.HELD, LessonState.OFFERED) and lesson.findings
        if self._wants_second and waits and (not is_known or _is_authors(by, lesson)):
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
        """Let a lesson expire: it is marked, or not served, until it is approved again.

        This does not ask anybody for the approval.

        Raises:
            StorageError: as `keep`.
        """
        await self._lessons.teach(replace(lesson, state=LessonState.EXPIRED, review_at=None))
        await self._catch_up()
        await self._note(by, "lesson.expire", lesson)

    async def undo(self, lesson_id: str, *, by: str, at: datetime | None = None) -> Taught | None:
        """Remove a lesson and reopen its cases; None if there is no lesson as old as `at`.

        A note below the answers that used it says that it was undone.

        Raises:
            StorageError: the lesson is not removed, or one of the effects is missing: repeat it.
        """
        lesson = await self._lessons.find(lesson_id)
        if lesson is None or (at and at < lesson.learned_at):
            return None
        # The clock of the author's platform may be ahead of this machine's.
        at = at or max(datetime.now(UTC), lesson.learned_at)
        answered = await self._retract(lesson)
        await reopen_cases(self._cases, lesson_id, at=datetime.now(UTC), answered=answered)
        # From here on a repeated call would find no lesson, so each step is repeated itself.
        await until_back(lambda: self._lessons.remove(lesson_id, at))
        await self._note(by, "lesson.undo", lesson)
        # Until it was removed, a redelivery of the lesson could answer its case again.
        await until_back(lambda: reopen_cases(self._cases, lesson_id, at=datetime.now(UTC)))
        await self._catch_up()
        return Taught(Outcome.UNLEARNED, lesson)

    async def _stored(self, lesson: Lesson, by: str, seen_in: SessionId | None) -> Taught:
        outcome = _OUTCOMES[await self._lessons.teach(lesson)]
        if outcome is not Outcome.KNOWN:
            outcome = Outcome.HELD if lesson.state is LessonState.HELD else outcome
            await self._note(by, f"lesson.{outcome.value}", lesson)
        await self._catch_up()
        stored = await self._lessons.find(lesson.id)
        if stored:
            await answer_case(self._cases, stored, at=datetime.now(UTC), seen_in=seen_in)
        return Taught(outcome, stored)

    def _review_at(self) -> datetime | None:
        return datetime.now(UTC) + self._review_after if self._review_after else None

    async def _note(self, by: str, action: str, lesson: Lesson) -> None:
        """Add an act that is stored to the audit log; a repeated call would not do so."""
        where = f" in {lesson.session}" if lesson.session else ""
        event = AuditEvent(datetime.now(UTC), by, action, f"{lesson.id}{where}: {lesson.question}")
        await until_back(lambda: self._reports.note(event))


def _is_authors(by: str, lesson: Lesson) -> bool:
    """Return whether the person who acts on a lesson is its author."""
    return by in {
        lesson.author,
        lesson.author_name,
        person_named(lesson.author, lesson.author_name),
    }


def _as_known(lesson: Lesson, known: Lesson) -> Lesson:
    """Return an unchanged lesson with the approval that it had before."""
    return replace(
        lesson,
        state=known.state,
        findings=known.findings,
        approved_by=known.approved_by,
        review_at=known.review_at,
    )
