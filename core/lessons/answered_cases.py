"""The effect of a lesson on cases: it answers them, and they open again when it is undone.

The book of lessons calls these functions. The leading process then tells the waiting askers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from core.ports import Cases
from core.press_ids import asked_first
from core.retrieval.overlay.lessons import entry_of, passages_of
from core.text.safety.claims import agree
from core.types import (
    Case,
    CaseState,
    Lesson,
    LessonState,
    Passage,
    Question,
    SessionId,
)


async def answer_case(
    cases: Cases, lesson: Lesson, *, at: datetime, seen_in: SessionId | None = None
) -> None:
    """Answer the case of a lesson's question, so that all waiting askers get the answer.

    Those of a case that was closed without an answer are told, too, and so are those who know an
    answer with other numbers, or the opposite. Askers in the session `seen_in` have read the lesson
    there, and are not told again.

    Raises:
        StorageError: the case is still open.
    """
    case = await cases.of_question(lesson.question_id)
    if case is None or lesson.state is not LessonState.SERVED:
        return
    answer_id, answer = answer_id_of(lesson.id), _answer_of(lesson)

    def answered(case: Case) -> Case | None:
        if case.answer_id == answer_id and case.answer == answer:
            return None
        is_news = case.answer is not None and not agree(case.answer.text, answer.text)
        if case.state is CaseState.ANSWERED and case.answer_id != answer_id and not is_news:
            return None
        changed = case.answered(answer_id, answer, at=at)
        changed = changed.corrected() if is_news else changed
        waiting = [one.question for one in case.waiters]
        return changed.told(frozenset(one.id for one in waiting if one.session == seen_in))

    await change_case(cases, case.id, answered)


async def reopen_cases(
    cases: Cases, lesson_id: str, *, at: datetime, answered: Sequence[Question] = ()
) -> None:
    """Reopen the cases that a lesson has answered, since it is not served any more.

    The questions that it has `answered` without a person wait with the first of them.

    Raises:
        StorageError: some of them are not open yet.
    """
    answer_id = answer_id_of(lesson_id)

    def reopened(case: Case) -> Case | None:
        if case.answer_id != answer_id:
            return None
        case = case.reopened(at=at)
        for question in answered:
            if asked_first(question.id) not in {one.question.id for one in case.waiters}:
                case = case.joined_by(question)
        return case

    for case in await cases.of_answers([answer_id]):
        await change_case(cases, case.id, reopened)
        answered = ()


async def change_case(
    cases: Cases, case_id: str, changed: Callable[[Case], Case | None]
) -> Case | None:
    """Change the current version of a case; repeat that if another process has changed it.

    `changed` returns the new case, or None to leave it. The result is the case afterwards, None if
    there is no such case.
    """
    while case := await cases.find(case_id):
        wanted = changed(case)
        if wanted is None:
            return case
        if await cases.save(wanted):
            return wanted
    return None


def answer_id_of(lesson_id: str) -> str:
    """Return the id by which cases name a lesson as their answer."""
    return f"lesson:{lesson_id}"


def _answer_of(lesson: Lesson) -> Passage:
    """Return a lesson as the answer of a case."""
    entry = entry_of(lesson)
    return passages_of([entry], {entry.faq_id: 1.0})[0]
