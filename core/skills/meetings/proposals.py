"""The way from a plan to a booking: missing parts are asked for, free slots are proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Final

from core.skills.meetings.consent import inform, put_to_all
from core.skills.meetings.invitation import invitation
from core.skills.meetings.meeting import Meeting, Slot, person_key
from core.skills.meetings.message import MeetingMessage
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.slots import SATURDAY, free_slots, slot_at
from core.skills.meetings.words import names_of
from core.skills.skill import SkillReply
from core.skills.times.days import Days
from core.skills.times.reader import Said

_MOST_CHOICES: Final = 5
_SHORTEST_MIN: Final = 5
_LONGEST_MIN: Final = 12 * 60


async def next_reply(message: MeetingMessage, plan: Plan, said: Said) -> SkillReply:
    """Return what is to be asked next, or the whole meeting to be confirmed.

    Raises:
        StorageError: the diary cannot be read.
    """
    if said.impossible:
        return message.ask(plan, message.say("impossible", said=said.impossible.strip()))
    if not _SHORTEST_MIN <= plan.minutes <= _LONGEST_MIN:
        return message.ask(replace(plan, minutes=60), message.say("too_long"))
    if not plan.people and not plan.alone:
        return message.ask(replace(plan, step="people"), message.say("who"), message.say("alone"))
    plan = replace(plan, step="talk")
    return _which(message, plan) or await _offered(message, plan, said)


def _which(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the question which day or time is meant; None where that is clear."""
    words = message.desk.words
    slots = plan.slots(message.now)
    days = [slot.start.date() for slot in slots] or [
        days.first for days in plan.days if len(plan.days) > 1
    ]
    days = list(dict.fromkeys(days))
    if len(days) > 1:
        return message.ask(plan, message.say("which_day"), *map(words.day, days))
    clocks = list(dict.fromkeys(slot.start.time() for slot in slots))
    if len(clocks) > 1:
        return message.ask(plan, message.say("which_time"), *map(words.clock, clocks))
    return None


async def _offered(message: MeetingMessage, plan: Plan, said: Said) -> SkillReply:
    """Return the slot of a plan to be confirmed, or free slots where it has none, or is taken."""
    slot = next(iter(plan.slots(message.now)), None)
    if slot is None:
        return await propose(message, plan, message.say("new_time" if plan.meeting else "slots"))
    start = message.desk.words.start(slot)
    if slot.start.astimezone(UTC) <= message.now.astimezone(UTC):
        return message.ask(replace(plan, clocks=()), message.say("past", when=start))
    meeting = _meeting(message, plan, slot)
    if others := await _others(message, plan, slot):
        names = ", ".join(_busy(message, meeting, others))
        why = message.say("taken", when=start, names=names)
        return await propose(message, replace(plan, clocks=()), f"{why}\n\n{message.say('slots')}")
    kind = "move" if plan.meeting else "book"
    lines = [message.say(f"confirm_{kind}"), message.about(meeting)]
    if holiday := message.desk.hours.holiday(slot.start.date()):
        lines.append(message.say("on_holiday", name=holiday))
    elif slot.start.weekday() >= SATURDAY or not message.desk.hours.holds(slot.start.time()):
        lines.append(message.say("after_hours"))
    if said.zone:
        lines.append(message.say("zoned", zone=said.zone, here=str(slot.start.tzname())))
    if message.says("repeats"):
        lines.append(message.say("once"))
    day = slot.start.date()
    plan = replace(plan, step="confirm", days=(Days(day, day),), clocks=(slot.start.time(),))
    return message.ask(plan, "\n\n".join(lines), message.say(kind), message.say("stop"))


async def other_slots(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to what is said of offered times: that any will do, or others are wanted.

    It is None if nothing is said of them.

    Raises:
        StorageError: the diary cannot be read.
    """
    if plan.step == "confirm":
        chosen = plan.slots(message.now)
        plan = replace(plan, step="talk", clocks=(), part=None, offered=tuple(chosen))
    else:
        chosen = list(plan.offered)
    if not chosen:
        return None
    if message.says("any"):
        slot = message.local(chosen[0])
        day = Days(slot.start.date(), slot.start.date())
        return await next_reply(
            message, replace(plan, days=(day,), clocks=(slot.start.time(),)), Said()
        )
    starts = [slot.start for slot in chosen]
    if message.says("later"):
        among = [one for one in await _free(message, plan) if one.start > max(starts)]
    elif message.says("earlier"):
        among = [one for one in await _free(message, plan) if one.start < min(starts)]
    elif message.says("other"):
        among = [one for one in await _free(message, plan) if one.start not in starts]
    else:
        return None
    if not among:
        return message.ask(plan, message.say("no_others"))
    return _shown(message, plan, message.say("slots"), among)


async def propose(message: MeetingMessage, plan: Plan, text: str) -> SkillReply:
    """Return a text with free slots as buttons.

    Raises:
        StorageError: the diary cannot be read.
    """
    free = await _free(message, plan)
    if free:
        return _shown(message, plan, text, free)
    days = plan.search_days(message.now.date())
    if days.last < message.now.date():
        when = message.desk.words.day(days.last)
        return message.ask(replace(plan, days=(), clocks=()), message.say("past", when=when))
    why = "no_slots" if any(map(message.desk.hours.works_on, days.each())) else "closed"
    return message.ask(replace(plan, clocks=()), message.say(why))


def _shown(message: MeetingMessage, plan: Plan, text: str, free: Sequence[Slot]) -> SkillReply:
    """Return a text with some of the free slots as buttons; all may be asked, if they can be."""
    can_ask = any(one.id for one in plan.people)
    offered = _spread(free, _MOST_CHOICES - can_ask)
    choices = [*map(message.desk.words.start, offered)]
    choices += [message.say("ask_all")] if can_ask else []
    return message.ask(replace(plan, offered=tuple(offered)), text, *choices)


async def _free(message: MeetingMessage, plan: Plan) -> list[Slot]:
    """Return the free slots that suit a plan, in order."""
    hours = message.desk.hours.with_evening(plan.part)
    days = plan.search_days(message.now.date())
    whole = Slot(
        slot_at(days.first, hours.opens, minutes=0, like=message.now).start,
        slot_at(days.last, hours.closes, minutes=0, like=message.now).start,
    )
    busy = [one.slot for one in await _others(message, plan, whole)]
    return [
        slot
        for slot in free_slots(
            days,
            minutes=plan.minutes,
            hours=hours,
            busy=busy,
            now=message.now,
        )
        if plan.suits(slot.start.time())
    ]


async def act(message: MeetingMessage, plan: Plan) -> SkillReply:
    """Do what was confirmed; the question's id makes a booking happen once.

    Raises:
        StorageError: the diary cannot be written, and nothing was changed.
    """
    diary = message.desk.diary
    if plan.step == "cancel":
        gone = await diary.cancel(plan.meeting)
        if gone is None:
            return SkillReply(message.say("gone"))
        await inform(message, gone, "cancelled")
        return SkillReply(
            f"{message.say('cancelled')}\n\n{message.about(gone)}",
            files=(invitation(gone, message.now),),
        )
    slot = plan.slots(message.now)[0]
    if asked := await put_to_all(message, plan, (slot,)):
        return asked
    if plan.meeting:
        done = await diary.move(plan.meeting, slot)
    else:
        done = await diary.book(_meeting(message, plan, slot))
    if done is None:
        found = await diary.find(plan.meeting) if plan.meeting else None
        if found and found.cancelled:
            return SkillReply(message.say("gone"))
        text = f"{message.say('just_taken')}\n\n{message.say('slots')}"
        return await propose(message, replace(plan, step="talk", clocks=()), text)
    lines = [message.say("moved" if plan.meeting else "booked"), message.about(done)]
    if done.people:
        lines.append(message.say("pass_on", names=names_of(done.people)))
    kept = PLANS.dump_json(Plan(step="booked", meeting=done.id)).decode()
    only = (message.person,) if message.person else ()
    return SkillReply(
        "\n\n".join(lines),
        data=kept,
        only=only,
        asks=False,
        files=(invitation(done, message.now),),
    )


def _meeting(message: MeetingMessage, plan: Plan, slot: Slot) -> Meeting:
    return Meeting(message.request.question.id, plan.title, message.person, plan.people, slot)


async def _others(message: MeetingMessage, plan: Plan, slot: Slot) -> list[Meeting]:
    """Return what those who are to come have at that time beside the meeting that is moved."""
    everybody = _meeting(message, plan, slot).everybody
    found = await message.desk.diary.busy(everybody, slot)
    return [one for one in found if one.id != plan.meeting]


def _busy(message: MeetingMessage, meeting: Meeting, others: Sequence[Meeting]) -> list[str]:
    """Return who of those who are to come is busy, by the names that were said."""
    taken = {person for one in others for person in one.everybody}
    names = [one.name for one in meeting.people if one.key in taken]
    return ([message.say("you")] if person_key(message.person) in taken else []) + names


def _spread(free: Sequence[Slot], most: int) -> list[Slot]:
    """Return a few slots, spread evenly over all of them."""
    if len(free) <= most:
        return list(free)
    return [free[at * (len(free) - 1) // (most - 1)] for at in range(most)]
