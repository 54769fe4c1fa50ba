"""Calls of owners after the first one: a reminder, then the next owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.messaging.cases.desk import CaseDesk
from core.messaging.cases.roster import next_day, works_from
from core.press_ids import press_id
from core.types import Call, Case, Escalated, Question

_CALLS_EACH: Final = 2  # the calls of one owner, the second of which reminds


async def next_step(desk: CaseDesk, case: Case, question: Question) -> Case:
    """Return a due case after its next step, a call of an owner in the place of a question.

    An owner is called, then reminded, then the next owner is called. Once nobody is left to call,
    the case stays open without further steps.
    """
    now = desk.now()
    owners = await desk.owners_of(case.question, (), question)
    place = len(case.calls) // _CALLS_EACH
    if place >= len(owners):
        return replace(case, due_at=None)
    owner = owners[place]
    if (begins := works_from(owner, now)) > now:
        return replace(case, due_at=begins)
    if not await desk.may_call(owner, now):
        return replace(case, due_at=next_day(owner, now))
    reference = press_id(question.id, f"call {len(case.calls)} {case.version}")
    return case.called(
        Call(owner.name, now, reference), due_at=now + timedelta(hours=owner.reminder_h)
    )


def call_of(desk: CaseDesk, case: Case, waiting: int) -> Escalated:
    """Return the text of the latest call of a case, for which so many people wait."""
    owner = desk.roster.named(case.calls[-1].owner)
    contacts = owner.contacts if owner else ()
    again = len(case.calls) % _CALLS_EACH == 0
    words = desk.profile.case.reminder if again else desk.profile.case.call
    text = words.replace("{count}", str(waiting))
    shown = desk.quoted("{question}", case.question).replace("{", "{{").replace("}", "}}")
    return Escalated(
        "", (), contacts=contacts, case_id=case.id, call=text.replace("{question}", shown)
    )
