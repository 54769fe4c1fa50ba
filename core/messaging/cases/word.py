"""The buttons of a call: an owner takes the case, picks an entry that answers it, or closes it.

Each act is in the audit log once, however often its button is pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.lessons.remarks import Teacher
from core.messaging.cases.desk import CaseDesk
from core.retry import until_back
from core.text.languages import to_asker
from core.types import AuditEvent, Case, CaseState, Passage

_TAKEN_FOR: Final = timedelta(hours=24)  # after this time an owner who took the case is reminded


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a press that takes a case: whether it `is_done`, and the text for the owner."""

    text: str
    is_done: bool = False


async def taken(desk: CaseDesk, case_id: str, owner: Teacher) -> Taken:
    """Assign a case to an owner who will answer it.

    Raises:
        StorageError: the assignment is not stored.
    """
    until = desk.now() + _TAKEN_FOR
    is_done = False

    def take(case: Case) -> Case | None:
        nonlocal is_done
        is_done = case.state is CaseState.OPEN
        return case.taken(owner.id, due_at=until) if is_done else None

    case = await _acted(desk, case_id, take, by=owner, action="case.take")
    if case is None or not case.is_open:
        return Taken(desk.profile.case.settled)
    if case.taken_by != owner.id:
        return Taken(desk.profile.case.taken_before)
    told = to_asker(desk.profile, case.waiters[0].question.text).case.taken
    text = f"{told.format(name=owner.name)} {desk.profile.case.answer_here}"
    return Taken(text, is_done=is_done)


async def closed(desk: CaseDesk, case_id: str, by: Teacher) -> str:
    """Close a case that this FAQ should not answer; return the text for the owner.

    Raises:
        StorageError: the case is still open.
    """
    is_closed = False

    def close(case: Case) -> Case | None:
        nonlocal is_closed
        is_closed = case.is_open
        return case.closed(at=desk.now()) if is_closed else None

    await _acted(desk, case_id, close, by=by, action="case.close")
    return desk.profile.case.closed_by if is_closed else desk.profile.case.settled


async def choices(desk: CaseDesk, case_id: str) -> list[Passage]:
    """Return the entries that may answer a case; none if it is not open.

    Raises:
        FaqbotError: the entries cannot be searched for.
    """
    case = await desk.cases.find(case_id)
    return await desk.entries_for(case) if case and case.is_open else []


async def picked(desk: CaseDesk, case_id: str, faq_id: str, by: Teacher) -> str:
    """Answer a case with an entry of the FAQ; return the text for the owner.

    Raises:
        FaqbotError: the case is still open.
    """
    entries = {one.faq_id: one for one in await choices(desk, case_id)}
    answer = entries.get(faq_id)
    if answer is None:
        return desk.profile.case.settled
    await _acted(
        desk,
        case_id,
        lambda now: now.answered(f"entry:{faq_id}", answer, at=desk.now()) if now.is_open else None,
        by=by,
        action="case.pick",
    )
    return desk.quoted(desk.profile.case.picked, answer.title)


async def _acted(
    desk: CaseDesk,
    case_id: str,
    act: Callable[[Case], Case | None],
    *,
    by: Teacher,
    action: str,
) -> Case | None:
    """Change a case and note who did so, unless `act` leaves it; return it as it is now."""
    changed: Case | None = None

    def noted(case: Case) -> Case | None:
        nonlocal changed
        changed = act(case)
        return changed

    case = await desk.change(case_id, noted)
    if case and changed:
        answer = f" -> {case.answer.title}" if case.answer else ""
        event = AuditEvent(desk.now(), by.named, action, f"{case.question}{answer}")
        await until_back(lambda: desk.note(event))  # a repeated press changes and notes nothing
    return case
