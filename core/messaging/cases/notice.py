"""The notice to a person who waited for an answer, as a turn that is shown like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from core.press_ids import press_id
from core.profile import Profile
from core.text.languages import to_asker
from core.types import Case, CaseState, Turn, TurnState, Waiter


def notice_id(question_id: str, telling: str) -> str:
    """Return the id of the notice that tells an asker of an answer; see `Case.telling`."""
    return press_id(question_id, f"case {telling}")


def notice_of(case: Case, waiter: Waiter, profile: Profile, now: datetime) -> Turn:
    """Return the turn that tells an asker of a case's answer, in the place of their question."""
    question = waiter.question
    told = replace(question, id=notice_id(question.id, case.telling), asked_at=now, edited_at=None)
    profile = to_asker(profile, question.text)
    if case.answer is None:
        return Turn(told, TurnState.ANSWERED, profile.case.closed, finished_at=now)
    knew_one = waiter.told_of and not waiter.told_of.startswith(CaseState.CLOSED)
    return Turn(
        told,
        TurnState.ANSWERED,
        f"{profile.case.corrected if knew_one else profile.case.answered}\n\n{case.answer.text}",
        sources=(case.answer.title,),
        passages=(case.answer,),
        finished_at=now,
    )
