"""Calls of owners after the first one: a reminder, then the next owner."""

from __future__ import annotations

from collections import Counter
from typing import Final

from core.messaging.cases.desk import CaseDesk, platform_of
from core.press_ids import press_id
from core.types import Case, Escalated, Question

_CALLS_EACH: Final = 2  # the calls of one owner, the second of which reminds


async def next_step(desk: CaseDesk, case: Case, question: Question) -> Case:
    """Return a due case after its next step, a call of an owner in the place of a question.

    An owner is called, then reminded, then the next owner is called. Whoever has taken the case is
    reminded first. Once nobody is left to call, the case stays open without further steps.
    """
    owners = await desk.owners_of(case.question, (), question)
    calls = Counter(call.owner for call in case.calls)
    left = [owner for owner in owners if calls[owner.name] < _CALLS_EACH]
    if case.calls:  # whoever was called last is reminded before another one is called
        left.sort(key=lambda owner: owner.name != case.calls[-1].owner)
    if taker := desk.roster.taker(case.taken_by, owners, platform_of(question)):
        left = [taker, *(owner for owner in left if owner != taker)]
    reference = press_id(question.id, f"call {len(case.calls)} {case.version}")
    return await desk.called(case, left, reference=reference)


def call_of(desk: CaseDesk, case: Case, waiting: int) -> Escalated:
    """Return the text of the latest call of a case, for which so many people wait."""
    name = case.calls[-1].owner
    owner = desk.roster.named(name)
    taker = (name,) if owner is None and ":" in name else ()
    again = taker or [call.owner for call in case.calls].count(name) > 1
    words = desk.profile.case.reminder if again else desk.profile.case.call
    text = words.replace("{count}", str(waiting))
    shown = desk.quoted("{question}", case.question).replace("{", "{{").replace("}", "}}")
    contacts = owner.contacts if owner else taker
    return Escalated(
        "", (), contacts=contacts, case_id=case.id, call=text.replace("{question}", shown)
    )
