"""Meetings that there are: listed, moved and cancelled in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from core.skills.meetings.meeting import Attendee, Meeting, Slot
from core.skills.meetings.message import MeetingMessage
from core.skills.meetings.plan import Plan, Step
from core.skills.meetings.proposals import next_reply
from core.skills.skill import SkillReply
from core.skills.times.days import Days
from core.skills.times.reader import Said, read_corrected, without_times
from core.skills.times.spans import find_shift

Change = Literal["move", "cancel"]

_MOST_CHOICES: Final = 5
_MOST_LISTED: Final = 10
_AHEAD: Final = timedelta(days=400)
_CHOOSES: Final[dict[Change, Step]] = {"move": "which_move", "cancel": "which_cancel"}


async def change(
    message: MeetingMessage, kind: Change, *, to: Said | None = None
) -> SkillReply | None:
    """Return the reply to a person who wants to move or cancel a meeting.

    It is None if they have none, and the message does not say that it is about one.
    `to` is what was said of when it is to be, if the message only says which meeting.

    Raises:
        StorageError: the diary cannot be read.
    """
    which_text, to_text = (message.text, "") if kind == "cancel" or to else _parted(message)
    which = read_corrected(which_text, message.now)
    to = to or _target(message, to_text)
    named, _ = message.people(f"{which.rest} {to.rest}")
    ahead = await _ahead(message)
    fitting = [one for one in ahead if _fits(message, one, which, named)]
    own = [one for one in fitting if one.organizer == message.person]
    if fitting and not own:
        return SkillReply(message.say("not_yours"))
    if len(own) == 1:
        return (
            _cancelled(message, own[0]) if kind == "cancel" else await _moved(message, own[0], to)
        )
    choices = own or [one for one in ahead if one.organizer == message.person]
    if not choices:
        is_meant = message.says("meeting") or message.request.data or message.given.action
        return SkillReply(message.say("none")) if is_meant else None
    text = message.say("which_meeting" if own else "no_such")
    plan = Plan(step=_CHOOSES[kind], moves_to=to)
    return message.ask(plan, text, *map(message.start, choices[:_MOST_CHOICES]))


async def choose(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to a person who says which of several meetings is meant."""
    if plan.step == "which_cancel":
        return await change(message, "cancel")
    return await change(message, "move", to=plan.moves_to)


async def after_booking(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to what is said of the meeting that was just booked; None if it is not."""
    meeting = await message.desk.diary.find(plan.meeting)
    said = _target(message, _parted(message)[1] if message.says("move") else message.text)
    named, rest = message.people(without_times(message.text, message.now))
    if meeting is None or meeting.cancelled or message.wants_a_list:
        return None
    if any(one.key not in meeting.everybody for one in named):
        return None
    if message.is_about_something_else(rest) or message.wants_another:
        return None
    if message.says("cancel"):
        return None if said.says_when else _cancelled(message, meeting)
    return await _moved(message, meeting, said) if said.says_when or message.says("move") else None


async def after_listing(message: MeetingMessage, _: Plan) -> SkillReply | None:
    """Return the reply to what is to become of a meeting that was listed, or about other days.

    It is None if the message says nothing of either.
    """
    _named, rest = message.people(without_times(message.text, message.now))
    if message.is_about_something_else(rest):
        return None
    kinds: tuple[Change, ...] = ("cancel", "move")
    kind = next((one for one in kinds if message.says(one)), None)
    if kind:
        return await change(message, kind)
    said = message.read(message.text)
    return await listing(message, said) if said.days and message.text.endswith("?") else None


async def listing(message: MeetingMessage, said: Said) -> SkillReply:
    """Return the meetings ahead, or those of the days that were said."""
    meetings = [one for one in await _ahead(message) if _fits(message, one, said, ())]
    if not meetings:
        return message.aside(message.say("none_then" if said.says_when else "none"))
    lines = [_line(message, meeting) for meeting in meetings[:_MOST_LISTED]]
    return message.aside("\n".join([message.say("listed"), "", *lines]))


def _line(message: MeetingMessage, meeting: Meeting) -> str:
    people = f" ({', '.join(one.name for one in meeting.people)})" if meeting.people else ""
    return f"- {message.desk.words.span(message.local(meeting.slot))} · {meeting.title}{people}"


def _parted(message: MeetingMessage) -> tuple[str, str]:
    """Return what says which meeting is to be moved, and what says where to."""
    if shift := find_shift(message.text):
        _, start, end = shift
        return f"{message.text[:start]} {message.text[end:]}", message.text[start:end]
    match = message.desk.words.intents.found("moved", message.text)
    return (
        (message.text[: match.start()], message.text[match.end() :])
        if match
        else ("", message.text)
    )


def _target(message: MeetingMessage, text: str) -> Said:
    """Return where a meeting is to be moved to."""
    if shift := find_shift(text):
        return Said(later_min=shift[0])
    return message.read(text, bare=True)


async def _moved(message: MeetingMessage, meeting: Meeting, to: Said) -> SkillReply:
    """Return the meeting at its new time to be confirmed, or the question when that is."""
    slot = message.local(meeting.slot)
    if to.later_min:
        # In local time, also across a change of the clocks.
        moved = slot.start + timedelta(minutes=to.later_min)
        to = Said((Days(moved.date(), moved.date()),), (moved.time(),))
    plan = Plan(
        meeting=meeting.id,
        title=meeting.title,
        people=meeting.people,
        alone=not meeting.people,
        minutes=(slot.end - slot.start) // timedelta(minutes=1),
    )
    if to.until and not to.clocks:  # it begins as before
        day = to.days or (Days(slot.start.date(), slot.start.date()),)
        plan = replace(plan, days=day, clocks=(slot.start.time(),))
    plan = plan.with_said(to, message.desk.hours)
    if to.clocks and not to.days:
        plan = replace(plan, days=(Days(slot.start.date(), slot.start.date()),))
    elif to.days and not to.clocks and not to.part:
        plan = replace(plan, clocks=(slot.start.time(),))
    return await next_reply(message, plan, to)


def _cancelled(message: MeetingMessage, meeting: Meeting) -> SkillReply:
    """Return the meeting, to be confirmed that it is cancelled."""
    text = f"{message.say('confirm_cancel')}\n\n{message.about(meeting)}"
    plan = Plan(step="cancel", meeting=meeting.id)
    return message.ask(plan, text, message.say("cancel"), message.say("stop"))


async def _ahead(message: MeetingMessage) -> list[Meeting]:
    return await message.desk.diary.meetings(
        (message.person,), Slot(message.now, message.now + _AHEAD)
    )


def _fits(message: MeetingMessage, meeting: Meeting, said: Said, named: Sequence[Attendee]) -> bool:
    """Return whether a meeting is one that a message may mean."""
    start = message.local(meeting.slot).start
    return (
        (not said.days or any(one.first <= start.date() <= one.last for one in said.days))
        and (not said.clocks or start.time() in said.clocks)
        and (not said.part or said.part[0] <= start.time() < said.part[1])
        and all(one.key in meeting.everybody for one in named)
    )
