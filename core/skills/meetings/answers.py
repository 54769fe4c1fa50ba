"""Answers of those who are asked: they accept, decline, or name another time.

People write them, and so do their assistants and other bots: a word does as well as a button.
"""

from __future__ import annotations

from dataclasses import replace

from core.skills.meetings import NAME
from core.skills.meetings.consent import agreed, asking, kept, plan_of, settled, tell_others
from core.skills.meetings.meeting import Meeting, person_key
from core.skills.meetings.message import MeetingMessage
from core.skills.meetings.plan import Plan
from core.skills.meetings.poll import Poll
from core.skills.meetings.words import names_of
from core.skills.skill import SkillReply
from core.skills.times.days import Days
from core.skills.times.reader import Said


async def answer(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to a person who was asked; None if the message is about something else.

    Raises:
        StorageError: the answer is not noted.
    """
    diary = message.desk.diary
    while poll := await diary.find_poll(plan.meeting):
        said, refuses = _said(message)
        suits = _suits(message, poll, said, refuses=refuses)
        if suits is None and not said.says_when:
            return None
        if poll.state != "open":
            return SkillReply(message.say(f"poll_{poll.state}"), topic=poll.id)
        if suits is None:
            return await _proposed_instead(message, poll, said)
        changed, met = await settled(message, poll.with_answer(message.person, suits))
        if await diary.save_poll(changed):
            await tell_others(message, changed, met)
            return _answered(message, changed, met)
    return None


async def _proposed_instead(message: MeetingMessage, poll: Poll, said: Said) -> SkillReply:
    """Put another time, which somebody who was asked has named, to the organizer.

    Raises:
        StorageError: the answer is not noted.
    """
    first = message.local(poll.slots[0])
    day = Days(first.start.date(), first.start.date())
    begun = plan_of(poll, (day,), said.clocks or (first.start.time(),))
    plan = begun.with_said(said, message.desk.hours)
    slots = [one for one in plan.slots(message.now) if one.start > message.now]
    if len(slots) != 1:
        starts = tuple(map(message.start_of, slots))
        text = message.say("which_time" if slots else "new_time")
        return asking(poll, message.person, text, (*starts, message.say("decline")))
    changed = replace(poll.with_answer(message.person, ()), state="refused")
    if not await message.desk.diary.save_poll(changed):
        return await _proposed_instead(message, changed, said)
    me = next(one for one in poll.people if one.key == person_key(message.person))
    when = message.start_of(slots[0])
    start = message.local(slots[0]).start
    days = (Days(start.date(), start.date()),)
    plan = plan_of(poll, days, (start.time(),), step="confirm", accepted=(me.key,))
    asks = message.say("proposed_instead", name=me.name, when=when)
    about = message.about(replace(poll.meeting(slots[0]), people=poll.people))
    reply = SkillReply(
        f"{asks}\n\n{about}",
        (message.say(plan.approved_by), message.say("stop")),
        kept(plan),
        (poll.organizer,),
        slots[0].start,
        topic=poll.id,
    )
    key = f"proposed {poll.id}"
    await message.desk.messenger.tell(poll.place, reply, skill=NAME, key=key)
    name = poll.name or message.say("somebody")
    return SkillReply(message.say("passed_on", name=name, when=when), topic=poll.id)


def _said(message: MeetingMessage) -> tuple[Said, bool]:
    """Return what a message says about when, but for what does not suit; and if anything does not.

    "3시는 안 되고 4시는 돼요" says four.
    """
    left = message.desk.words.intents.without("unsuited", message.text)
    return message.read(left, bare=True), left != message.text


def _suits(
    message: MeetingMessage, poll: Poll, said: Said, *, refuses: bool
) -> tuple[int, ...] | None:
    """Return the places of the slots that a message accepts, () for none; None if it says neither.

    In words, "yes" means all.
    """
    labels = [message.start_of(slot).casefold() for slot in poll.slots]
    if message.text.casefold() in labels:
        return (labels.index(message.text.casefold()),)
    if not said.says_when:
        if refuses or message.presses("decline") or message.says("no"):
            return ()
        accepts = message.presses("accept") or message.says("yes")
        return tuple(range(len(labels))) if accepts else None
    starts = [message.local(slot).start for slot in poll.slots]
    fitting = [
        place
        for place, start in enumerate(starts)
        if (not said.clocks or start.time() in said.clocks)
        and (not said.days or any(one.first <= start.date() <= one.last for one in said.days))
        and (not said.part or said.part[0] <= start.time() < said.part[1])
    ]
    return tuple(fitting) or None


def _answered(message: MeetingMessage, poll: Poll, met: Meeting | None) -> SkillReply:
    """Return the reply to a person who has answered."""
    if met:
        return agreed(message, poll, met)
    if poll.state == "refused":
        return SkillReply(message.say("declined"), topic=poll.id)
    mine = poll.answers[person_key(message.person)]
    when = ", ".join(message.start_of(poll.slots[place]) for place in mine)
    lines = [message.say("noted", when=when)]
    if poll.waits_for:
        lines.append(message.say("waits_for", names=names_of(poll.waits_for)))
    left = [slot for place, slot in enumerate(poll.slots) if place not in mine]
    choices = (*map(message.start_of, left), message.say("decline"))
    return asking(poll, message.person, "\n".join(lines), choices)
