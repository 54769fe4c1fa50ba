"""From a plan to a booking: what is missing is asked for, free slots are proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Final

from core.skills.meetings.diary import Meeting, Slot, person_key
from core.skills.meetings.invitation import invitation
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.slots import free_slots, slot_at
from core.skills.meetings.talk import Talk
from core.skills.meetings.times.days import Days
from core.skills.meetings.times.reader import Said
from core.skills.skill import SkillReply

_MOST_CHOICES: Final = 5
_SHORTEST_MIN: Final = 5
_LONGEST_MIN: Final = 12 * 60
_SATURDAY: Final = 5


async def next_reply(talk: Talk, plan: Plan, said: Said) -> SkillReply:
    """Return what is to be asked next, or the whole meeting to be confirmed.

    Raises:
        StorageError: the diary cannot be read.
    """
    if said.impossible:
        return talk.ask(plan, talk.say("impossible", said=said.impossible.strip()))
    if not _SHORTEST_MIN <= plan.minutes <= _LONGEST_MIN:
        return talk.ask(replace(plan, minutes=60), talk.say("too_long"))
    if not plan.people and not plan.alone:
        return talk.ask(replace(plan, step="people"), talk.say("who"), talk.say("alone"))
    plan = replace(plan, step="talk")
    return _which(talk, plan) or await _offered(talk, plan)


def _which(talk: Talk, plan: Plan) -> SkillReply | None:
    """Return the question which day or time is meant; None where that is clear."""
    words = talk.desk.words
    slots = plan.slots(talk.now)
    days = [slot.start.date() for slot in slots] or [
        days.first for days in plan.days if len(plan.days) > 1
    ]
    days = list(dict.fromkeys(days))
    if len(days) > 1:
        return talk.ask(plan, talk.say("which_day"), *map(words.day, days))
    clocks = list(dict.fromkeys(slot.start.time() for slot in slots))
    if len(clocks) > 1:
        return talk.ask(plan, talk.say("which_time"), *map(words.clock, clocks))
    return None


async def _offered(talk: Talk, plan: Plan) -> SkillReply:
    """Return the slot of a plan to be confirmed, or free slots where it has none, or is taken."""
    slot = next(iter(plan.slots(talk.now)), None)
    if slot is None:
        return await propose(talk, plan, talk.say("new_time" if plan.meeting else "slots"))
    start = talk.desk.words.start(slot)
    if slot.start.astimezone(UTC) <= talk.now.astimezone(UTC):
        return talk.ask(replace(plan, clocks=()), talk.say("past", when=start))
    meeting = _meeting(talk, plan, slot)
    if others := await _others(talk, plan, slot):
        names = ", ".join(_busy(talk, meeting, others))
        why = talk.say("taken", when=start, names=names)
        return await propose(talk, replace(plan, clocks=()), f"{why}\n\n{talk.say('slots')}")
    kind = "move" if plan.meeting else "book"
    lines = [talk.say(f"confirm_{kind}"), talk.about(meeting)]
    if slot.start.weekday() >= _SATURDAY or not talk.desk.hours.holds(slot.start.time()):
        lines.append(talk.say("after_hours"))
    day = slot.start.date()
    plan = replace(plan, step="confirm", days=(Days(day, day),), clocks=(slot.start.time(),))
    return talk.ask(plan, "\n\n".join(lines), talk.say(kind), talk.say("stop"))


async def propose(talk: Talk, plan: Plan, text: str) -> SkillReply:
    """Return a text with free slots as buttons.

    Raises:
        StorageError: the diary cannot be read.
    """
    hours = talk.desk.hours
    days = plan.search_days(talk.now.date())
    whole = Slot(
        slot_at(days.first, hours.opens, minutes=0, like=talk.now).start,
        slot_at(days.last, hours.closes, minutes=0, like=talk.now).start,
    )
    busy = [one.slot for one in await _others(talk, plan, whole)]
    free = [
        slot
        for slot in free_slots(days, minutes=plan.minutes, hours=hours, busy=busy, now=talk.now)
        if plan.suits(slot.start.time())
    ]
    if not free:
        return talk.ask(replace(plan, clocks=()), talk.say("no_slots"))
    return talk.ask(plan, text, *map(talk.desk.words.start, _spread(free)))


async def act(talk: Talk, plan: Plan) -> SkillReply:
    """Do what was confirmed; the question's id makes a booking happen once.

    Raises:
        StorageError: the diary cannot be written, and nothing was changed.
    """
    diary = talk.desk.diary
    if plan.step == "cancel":
        gone = await diary.cancel(plan.meeting)
        if gone is None:
            return SkillReply(talk.say("gone"))
        return SkillReply(
            f"{talk.say('cancelled')}\n\n{talk.about(gone)}", files=(invitation(gone, talk.now),)
        )
    slot = plan.slots(talk.now)[0]
    if plan.meeting:
        done = await diary.move(plan.meeting, slot)
    else:
        done = await diary.book(_meeting(talk, plan, slot))
    if done is None:
        found = await diary.find(plan.meeting) if plan.meeting else None
        if found and found.cancelled:
            return SkillReply(talk.say("gone"))
        text = f"{talk.say('just_taken')}\n\n{talk.say('slots')}"
        return await propose(talk, replace(plan, step="talk", clocks=()), text)
    text = talk.say("moved" if plan.meeting else "booked")
    kept = PLANS.dump_json(Plan(step="booked", meeting=done.id)).decode()
    only = (talk.person,) if talk.person else ()
    return SkillReply(
        f"{text}\n\n{talk.about(done)}", data=kept, only=only, files=(invitation(done, talk.now),)
    )


def _meeting(talk: Talk, plan: Plan, slot: Slot) -> Meeting:
    return Meeting(talk.request.question.id, plan.title, talk.person, plan.people, slot)


async def _others(talk: Talk, plan: Plan, slot: Slot) -> list[Meeting]:
    """Return what those who are to come have at that time beside the meeting that is moved."""
    everybody = _meeting(talk, plan, slot).everybody
    found = await talk.desk.diary.busy(everybody, slot)
    return [one for one in found if one.id != plan.meeting]


def _busy(talk: Talk, meeting: Meeting, others: Sequence[Meeting]) -> list[str]:
    """Return who of those who are to come is busy, by the names that were said."""
    taken = {person for one in others for person in one.everybody}
    names = [name for name in meeting.people if person_key(name) in taken]
    return ([talk.say("you")] if person_key(talk.person) in taken else []) + names


def _spread(free: Sequence[Slot]) -> list[Slot]:
    """Return a few slots, spread evenly over all of them."""
    if len(free) <= _MOST_CHOICES:
        return list(free)
    return [free[at * (len(free) - 1) // (_MOST_CHOICES - 1)] for at in range(_MOST_CHOICES)]
