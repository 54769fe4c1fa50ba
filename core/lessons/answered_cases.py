"""The effect of a lesson on cases: it answers them, and they open again when it is undone.

The book of lessons calls this; a process that runs then tells the people who wait.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.ports import Cases
from core.retrieval.overlay.lessons import entry_of, passages_of
from core.types import Case, Lesson, LessonState, Passage, SessionId


async def answer_case(
    cases: Cases, lesson: Lesson, *, at: datetime, seen_in: SessionId | None = None
) -> None:
    """Answer the case that a lesson's question waits with; those who wait are told.

    Those who have read it already, in the session that it is `seen_in`, are not told again.

    Raises:
        StorageError: the case waits still.
    """
    case = await cases.of_question(lesson.question_id)
    if case is None or lesson.state is not LessonState.SERVED:
        return
    answer_id, answer = _answer_id(lesson.id), _answer_of(lesson)

    def answered(case: Case) -> Case | None:
        if case.answer_id == answer_id and case.answer == answer:
            return None
        if not case.is_open and case.answer_id != answer_id:
            return None
        waiting = [one.question for one in case.waiters]
        seen = frozenset(one.id for one in waiting if one.session == seen_in)
        return case.answered(answer_id, answer, at=at).told(seen)

    await change_case(cases, case.id, answered)


async def reopen_cases(cases: Cases, lesson_id: str, *, at: datetime) -> None:
    """Open the cases again that a lesson has answered: it was undone, or is not served any more.

    Raises:
        StorageError: they are not open yet.
    """
    answer_id = _answer_id(lesson_id)
    for case in await cases.of_answer(answer_id):
        await change_case(
            cases,
            case.id,
            lambda now: now.reopened(at=at) if now.answer_id == answer_id else None,
        )


async def change_case(
    cases: Cases, case_id: str, changed: Callable[[Case], Case | None]
) -> Case | None:
    """Change a case as it is now, whoever else changes it; None leaves it as it is.

    Return it as it is then; None if there is none.
    """
    while case := await cases.find(case_id):
        wanted = changed(case)
        if wanted is None:
            return case
        if await cases.save(wanted):
            return wanted
    return None


def _answer_id(lesson_id: str) -> str:
    return f"lesson:{lesson_id}"


def _answer_of(lesson: Lesson) -> Passage:
    """Return a lesson as what a case is answered with."""
    entry = entry_of(lesson)
    return passages_of([entry], {entry.faq_id: 1.0})[0]
