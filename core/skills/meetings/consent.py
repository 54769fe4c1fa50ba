"""Consent: those who are named are asked alone, and the first time that all accept is booked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta

from core.errors import PlatformError
from core.skills.meetings import NAME
from core.skills.meetings.invitation import invitation
from core.skills.meetings.meeting import Attendee, Meeting, Slot, person_key
from core.skills.meetings.message import MeetingMessage
from core.skills.meetings.plan import PLANS, Plan, Step
from core.skills.meetings.poll import Poll
from core.skills.meetings.words import names_of
from core.skills.skill import SkillReply
from core.skills.times.days import Days
from core.types import Question

logger = logging.getLogger(__name__)


async def put_to_all(
    message: MeetingMessage, plan: Plan, slots: Sequence[Slot]
) -> SkillReply | None:
    """Ask everybody who is named which of these slots suits them; None if nobody can be asked.

    Raises:
        StorageError: they cannot be asked now.
    """
    question = message.request.question
    places = await _places(message, plan.people, replace(question, text=plan.title))
    if not places:
        return None
    poll = await message.desk.diary.add_poll(
        Poll(
            id=question.id,
            title=plan.title,
            organizer=message.person,
            people=plan.people,
            slots=tuple(slots),
            place=replace(question, text=plan.title, mentions=()),
            asked=tuple(places),
            name=await message.desk.messenger.name_of(message.person, question),
            moves=plan.meeting,
            answers={key: (0,) for key in plan.accepted if key in places and len(slots) == 1},
        )
    )
    if poll.state == "open" and poll.agreed:
        return await _agreed_at_once(message, poll)
    for key, place in places.items():
        if key in plan.accepted:
            continue
        invited = _invited(message, poll, place.asker)
        await message.desk.messenger.tell(place, invited, skill=NAME, key=f"invited {poll.id}")
    asked = [one for one in plan.people if one.key in places]
    lines = [message.say("polled", names=names_of(asked)), _about(message, poll)]
    if others := [one for one in plan.people if one.key not in places]:
        lines.append(message.say("not_asked", names=names_of(others)))
    return SkillReply(
        "\n\n".join(lines),
        data=kept(Plan(step="polled", meeting=poll.id)),
        only=(message.person,),
        until=poll.ends,
        topic=poll.id,
        asks=False,
    )


async def about_poll(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to an organiser who withdraws the request; None if they do not.

    Raises:
        StorageError: it is not taken back.
    """
    diary = message.desk.diary
    if not (message.says("cancel") or message.says("stop")):
        return None
    while (poll := await diary.find_poll(plan.meeting)) and poll.state == "open":
        withdrawn = replace(poll, state="withdrawn")
        if await diary.save_poll(withdrawn):
            reply = SkillReply(f"{message.say('poll_withdrawn')}\n\n{_about(message, withdrawn)}")
            await _tell_people(message, poll.people, withdrawn, reply)
            return SkillReply(message.say("stopped"), topic=poll.id)
    return None


async def inform(message: MeetingMessage, meeting: Meeting, what: str) -> None:
    """Tell those who were named what became of a meeting, with the file for their calendars."""
    text = f"{message.say(what)}\n\n{message.about(meeting)}"
    reply = SkillReply(text, files=(invitation(meeting, message.now),), topic=meeting.id)
    place = replace(message.request.question, text=meeting.title)
    for direct in (await _places(message, meeting.people, place)).values():
        key = f"{what} {meeting.changes}"
        await message.desk.messenger.tell(direct, reply, skill=NAME, key=key)


async def _agreed_at_once(message: MeetingMessage, poll: Poll) -> SkillReply:
    """Book what everybody has accepted already, and tell them."""
    changed, met = await settled(message, poll)
    await message.desk.diary.save_poll(changed)
    if met is None:
        return _refused(message, changed)
    reply = agreed(message, poll, met)
    await _tell_people(message, poll.people, changed, reply)
    return _for_organizer(reply, poll, met)


async def settled(message: MeetingMessage, poll: Poll) -> tuple[Poll, Meeting | None]:
    """Return a poll after an answer, with the meeting that all have agreed on by now."""
    diary = message.desk.diary
    while slot := poll.agreed:
        if poll.moves:
            met = await diary.move(poll.moves, slot)
        else:
            met = await diary.book(poll.meeting(slot))
        if met:
            return replace(poll, state="booked"), met
        poll = poll.without(slot)
        if len(poll.slots) == 1:
            return replace(poll, state="refused"), None
    return (replace(poll, state="refused") if poll.is_refused else poll), None


def _invited(message: MeetingMessage, poll: Poll, person: str) -> SkillReply:
    several = len(poll.slots) > 1
    names = list(map(message.start_of, poll.slots)) if several else [message.say("accept")]
    name = poll.name or message.say("somebody")
    text = message.say("invited_several" if several else "invited", name=name)
    choices = (*names, message.say("decline"))
    return asking(poll, person, f"{text}\n\n{_about(message, poll)}", choices)


def asking(poll: Poll, person: str, text: str, choices: Sequence[str]) -> SkillReply:
    """Return what is asked of one person, who alone may press."""
    data = kept(Plan(step="invited", meeting=poll.id))
    return SkillReply(text, tuple(choices), data, (person,), poll.ends, topic=poll.id)


async def tell_others(message: MeetingMessage, poll: Poll, met: Meeting | None) -> None:
    """Tell the organizer, and those who were asked before, what a poll has come to."""
    if poll.state == "open":
        return
    if met is None:
        await message.desk.messenger.tell(
            poll.place, _refused(message, poll), skill=NAME, key=f"refused {poll.id}"
        )
        return
    reply = agreed(message, poll, met)
    organizers = _for_organizer(reply, poll, met)
    await message.desk.messenger.tell(poll.place, organizers, skill=NAME, key=f"agreed {poll.id}")
    me = person_key(message.person)
    await _tell_people(message, [one for one in poll.people if one.key != me], poll, reply)


def agreed(message: MeetingMessage, poll: Poll, met: Meeting) -> SkillReply:
    """Return the message about a time that suits everybody, with an invitation."""
    text = f"{message.say('agreed')}\n\n{message.about(met)}"
    return SkillReply(text, files=(invitation(met, message.now),), topic=poll.id)


def _for_organizer(reply: SkillReply, poll: Poll, met: Meeting) -> SkillReply:
    """Return that message for the organiser, who may move or cancel the meeting afterwards."""
    booked = kept(Plan(step="booked", meeting=met.id))
    return replace(reply, data=booked, only=(poll.organizer,), asks=False)


def _refused(message: MeetingMessage, poll: Poll) -> SkillReply:
    """Return what the organizer hears of a poll without a time for all, to go on with."""
    names = [one for one in poll.people if poll.answers.get(one.key) == ()]
    text = message.say("refused", names=names_of(names)) if names else message.say("just_taken")
    day = message.local(poll.slots[0]).start.date()
    return SkillReply(
        f"{text}\n\n{message.say('another_time')}",
        data=kept(plan_of(poll, (Days(day, day),))),
        only=(poll.organizer,),
        topic=poll.id,
    )


async def _tell_people(
    message: MeetingMessage, people: Sequence[Attendee], poll: Poll, reply: SkillReply
) -> None:
    asked = [one for one in people if one.key in poll.asked]
    for place in (await _places(message, asked, poll.place)).values():
        told = replace(reply, topic=poll.id)
        key = f"{poll.state} {poll.id}"
        await message.desk.messenger.tell(place, told, skill=NAME, key=key)


async def _places(
    message: MeetingMessage, people: Sequence[Attendee], near: Question
) -> dict[str, Question]:
    """Return where each person can be asked alone, by their keys, with the text of `near`."""
    found: dict[str, Question] = {}
    for one in people:
        try:
            place = await message.desk.messenger.direct(one.id, near)
        except PlatformError as error:
            logger.error("%s cannot be written to: %s", one.id, error)
            continue
        if place:
            found[one.key] = replace(place, text=near.text)
    return found


def _about(message: MeetingMessage, poll: Poll) -> str:
    """Return what is put to people, with every value."""
    slots = list(map(message.local, poll.slots))
    whens = [message.desk.words.span(slot) for slot in slots]
    return message.desk.words.described(
        poll.title, " / ".join(whens), str(slots[0].start.tzname()), poll.people
    )


def plan_of(
    poll: Poll,
    days: tuple[Days, ...],
    clocks: tuple[time, ...] = (),
    *,
    step: Step = "talk",
    accepted: tuple[str, ...] = (),
) -> Plan:
    """Return the plan of what was put to people, at another time."""
    lasts = poll.slots[0].end - poll.slots[0].start
    return Plan(
        step=step,
        meeting=poll.moves,
        title=poll.title,
        people=poll.people,
        days=days,
        clocks=clocks,
        minutes=lasts // timedelta(minutes=1),
        accepted=accepted,
    )


def kept(plan: Plan) -> str:
    return PLANS.dump_json(plan).decode()
