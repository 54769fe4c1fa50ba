"""Consent: those who are named are asked alone, and the first time that all accept is booked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.errors import PlatformError
from core.skills.meetings.diary import Attendee, Meeting, Slot, person_key
from core.skills.meetings.invitation import invitation
from core.skills.meetings.message import MeetingMessage
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.poll import Poll
from core.skills.meetings.times.days import Days
from core.skills.meetings.words import names_of
from core.skills.skill import SkillReply
from core.types import Question

logger = logging.getLogger(__name__)

NAME: Final = "meetings"


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
        )
    )
    for place in places.values():
        invited = _invited(message, poll, place.asker)
        await message.desk.messenger.tell(place, invited, skill=NAME, key=f"invited {poll.id}")
    asked = [one for one in plan.people if one.key in places]
    lines = [message.say("polled", names=names_of(asked)), _about(message, poll)]
    if others := [one for one in plan.people if one.key not in places]:
        lines.append(message.say("not_asked", names=names_of(others)))
    return SkillReply(
        "\n\n".join(lines),
        data=_kept(Plan(step="polled", meeting=poll.id)),
        only=(message.person,),
        until=poll.ends,
        topic=poll.id,
        asks=False,
    )


async def answer(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to whoever was asked; None if the message is about something else.

    Raises:
        StorageError: the answer is not noted.
    """
    diary = message.desk.diary
    while poll := await diary.find_poll(plan.meeting):
        suits = _suits(message, poll)
        if suits is None:
            return None
        if poll.state != "open":
            return SkillReply(message.say(f"poll_{poll.state}"), topic=poll.id)
        changed, met = await _settled(message, poll.with_answer(message.person, suits))
        if await diary.save_poll(changed):
            await _tell_others(message, changed, met)
            return _answered(message, changed, met)
    return None


async def about_poll(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to whoever has asked the others, and takes it back; None if they do not.

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


async def _settled(message: MeetingMessage, poll: Poll) -> tuple[Poll, Meeting | None]:
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


def _suits(message: MeetingMessage, poll: Poll) -> tuple[int, ...] | None:
    """Return the places of the slots that a message accepts, () for none; None if it says neither.

    In words, "yes" means all.
    """
    labels = [message.start_of(slot).casefold() for slot in poll.slots]
    if message.text.casefold() in labels:
        return (labels.index(message.text.casefold()),)
    if message.presses("decline") or message.says("no"):
        return ()
    if message.presses("accept") or message.says("yes"):
        return tuple(range(len(labels)))
    said = message.read(message.text, bare=True)
    if not said.says_when:
        return None
    starts = [message.local(slot).start for slot in poll.slots]
    fitting = [
        place
        for place, start in enumerate(starts)
        if (not said.clocks or start.time() in said.clocks)
        and (not said.days or any(one.first <= start.date() <= one.last for one in said.days))
    ]
    return tuple(fitting) or None


def _invited(message: MeetingMessage, poll: Poll, person: str) -> SkillReply:
    several = len(poll.slots) > 1
    names = list(map(message.start_of, poll.slots)) if several else [message.say("accept")]
    name = poll.name or message.say("somebody")
    text = message.say("invited_several" if several else "invited", name=name)
    choices = (*names, message.say("decline"))
    return _asking(poll, person, f"{text}\n\n{_about(message, poll)}", choices)


def _asking(poll: Poll, person: str, text: str, choices: Sequence[str]) -> SkillReply:
    """Return what is asked of one person, who alone may press."""
    data = _kept(Plan(step="invited", meeting=poll.id))
    return SkillReply(text, tuple(choices), data, (person,), poll.ends, topic=poll.id)


def _answered(message: MeetingMessage, poll: Poll, met: Meeting | None) -> SkillReply:
    """Return what whoever has answered is told."""
    if met:
        text = f"{message.say('agreed')}\n\n{message.about(met)}"
        return SkillReply(text, files=(invitation(met, message.now),), topic=poll.id)
    if poll.state == "refused":
        return SkillReply(message.say("declined"), topic=poll.id)
    mine = poll.answers[person_key(message.person)]
    when = ", ".join(message.start_of(poll.slots[place]) for place in mine)
    lines = [message.say("noted", when=when)]
    if poll.waits_for:
        lines.append(message.say("waits_for", names=names_of(poll.waits_for)))
    left = [slot for place, slot in enumerate(poll.slots) if place not in mine]
    choices = (*map(message.start_of, left), message.say("decline"))
    return _asking(poll, message.person, "\n".join(lines), choices)


async def _tell_others(message: MeetingMessage, poll: Poll, met: Meeting | None) -> None:
    """Tell the organizer, and those who were asked before, what a poll has come to."""
    if poll.state == "open":
        return
    if met is None:
        await message.desk.messenger.tell(
            poll.place, _refused(message, poll), skill=NAME, key=f"refused {poll.id}"
        )
        return
    text = f"{message.say('agreed')}\n\n{message.about(met)}"
    reply = SkillReply(text, files=(invitation(met, message.now),), topic=poll.id)
    kept = _kept(Plan(step="booked", meeting=met.id))
    organizers = replace(reply, data=kept, only=(poll.organizer,), asks=False)
    await message.desk.messenger.tell(poll.place, organizers, skill=NAME, key=f"agreed {poll.id}")
    me = person_key(message.person)
    await _tell_people(message, [one for one in poll.people if one.key != me], poll, reply)


def _refused(message: MeetingMessage, poll: Poll) -> SkillReply:
    """Return what the organizer hears of a poll without a time for all, to go on with."""
    names = [one for one in poll.people if poll.answers.get(one.key) == ()]
    text = message.say("refused", names=names_of(names)) if names else message.say("just_taken")
    first = message.local(poll.slots[0])
    minutes = int((first.end - first.start).total_seconds() // 60)
    day = first.start.date()
    plan = Plan(title=poll.title, people=poll.people, minutes=minutes, meeting=poll.moves)
    plan = replace(plan, days=(Days(day, day),))
    return SkillReply(
        f"{text}\n\n{message.say('another_time')}",
        data=_kept(plan),
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


def _kept(plan: Plan) -> str:
    return PLANS.dump_json(plan).decode()
