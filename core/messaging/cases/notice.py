"""The notice to a person who waited for an answer, as a turn that is shown like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.press_ids import press_id
from core.profile import Profile
from core.text.languages import in_language_of
from core.types import Case, Question, Turn, TurnState


def notice_id(question_id: str, answer_id: str) -> str:
    """Return the id of the notice that tells an asker of this answer."""
    return press_id(question_id, f"case {answer_id}")


def notice_of(case: Case, question: Question, profile: Profile, now: datetime) -> Turn:
    """Return the turn that tells an asker of a case's answer, in the place of their question."""
    told = replace(
        question, id=notice_id(question.id, case.answer_id), asked_at=now, edited_at=None
    )
    profile = in_language_of(profile, question.text)
    if case.answer is None:
        return Turn(told, TurnState.ANSWERED, profile.case.closed, finished_at=now)
    return Turn(
        told,
        TurnState.ANSWERED,
        f"{profile.case.answered}\n\n{case.answer.text}",
        sources=(case.answer.title,),
        passages=(case.answer,),
        finished_at=now,
    )
