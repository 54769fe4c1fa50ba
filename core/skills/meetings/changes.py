"""Meetings that there are: listed, moved and cancelled in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from core.skills.meetings.diary import Meeting, Slot, person_key
from core.skills.meetings.people import read_people
from core.skills.meetings.plan import Plan, Step
from core.skills.meetings.proposals import next_reply
from core.skills.meetings.talk import Talk
from core.skills.meetings.times.days import Days
from core.skills.meetings.times.reader import Said, without_times
from core.skills.meetings.times.spans import find_shift
from core.skills.skill import SkillReply

Change = Literal["move", "cancel"]

_MOST_CHOICES: Final = 5
_MOST_LISTED: Final = 10
_AHEAD: Final = timedelta(days=400)
_CHOOSES: Final[dict[Change, Step]] = {"move": "which_move", "cancel": "which_cancel"}


async def change(talk: Talk, kind: Change, *, to: Said | None = None) -> SkillReply:
    """Return the reply to whoever wants a meeting moved or cancelled.

    `to` is what was said of when it is to be, if the message only says which meeting.

    Raises:
        StorageError: the diary cannot be read.
    """
    which_text, to_text = (talk.text, "") if kind == "cancel" or to else _parted(talk)
    which, to = talk.read(which_text), to or _target(talk, to_text)
    named, _ = read_people(f"{which.rest} {to.rest}")
    ahead = await _ahead(talk)
    fitting = [one for one in ahead if _fits(talk, one, which, named)]
    own = [one for one in fitting if one.organizer == talk.person]
    if fitting and not own:
        return SkillReply(talk.say("not_yours"))
    if len(own) == 1:
        return _cancelled(talk, own[0]) if kind == "cancel" else await _moved(talk, own[0], to)
    choices = own or [one for one in ahead if one.organizer == talk.person]
    if not choices:
        return SkillReply(talk.say("none"))
    text = talk.say("which_meeting" if own else "no_such")
    plan = Plan(step=_CHOOSES[kind], moves_to=to)
    return talk.ask(plan, text, *map(talk.start, choices[:_MOST_CHOICES]))


async def choose(talk: Talk, plan: Plan) -> SkillReply:
    """Return the reply to whoever says which of several meetings is meant."""
    if plan.step == "which_cancel":
        return await change(talk, "cancel")
    return await change(talk, "move", to=plan.moves_to)


async def after_booking(talk: Talk, plan: Plan) -> SkillReply | None:
    """Return the reply to what is said of the meeting that was just booked; None if it is not."""
    meeting = await talk.desk.diary.find(plan.meeting)
    said = _target(talk, _parted(talk)[1] if talk.says("move") else talk.text)
    named, rest = read_people(without_times(talk.text, talk.now))
    if meeting is None or meeting.cancelled:
        return None
    if named or talk.is_about_something_else(rest) or talk.wants_another:
        return None
    if talk.says("cancel"):
        return None if said.says_when else _cancelled(talk, meeting)
    return await _moved(talk, meeting, said) if said.says_when or talk.says("move") else None


async def listing(talk: Talk, said: Said) -> SkillReply:
    """Return the meetings ahead, or those of the days that were said."""
    meetings = [one for one in await _ahead(talk) if _fits(talk, one, said, ())]
    if not meetings:
        return talk.aside(talk.say("none"))
    lines = [_line(talk, meeting) for meeting in meetings[:_MOST_LISTED]]
    return talk.aside("\n".join([talk.say("listed"), "", *lines]))


def _line(talk: Talk, meeting: Meeting) -> str:
    people = f" ({', '.join(meeting.people)})" if meeting.people else ""
    return f"- {talk.desk.words.span(talk.local(meeting.slot))} · {meeting.title}{people}"


def _parted(talk: Talk) -> tuple[str, str]:
    """Return what says which meeting is to be moved, and what says where to."""
    if shift := find_shift(talk.text):
        _, start, end = shift
        return f"{talk.text[:start]} {talk.text[end:]}", talk.text[start:end]
    match = talk.desk.words.intents["moved"].search(talk.text)
    return (talk.text[: match.start()], talk.text[match.end() :]) if match else ("", talk.text)


def _target(talk: Talk, text: str) -> Said:
    """Return where a meeting is to be moved to."""
    if shift := find_shift(text):
        return Said(later_min=shift[0])
    return talk.read(text, bare=True)


async def _moved(talk: Talk, meeting: Meeting, to: Said) -> SkillReply:
    """Return the meeting at its new time to be confirmed, or the question when that is."""
    slot = talk.local(meeting.slot)
    if to.later_min:
        moved = slot.start + timedelta(minutes=to.later_min)  # by the clock on the wall
        to = Said((Days(moved.date(), moved.date()),), (moved.time(),))
    plan = Plan(
        meeting=meeting.id,
        title=meeting.title,
        people=meeting.people,
        alone=not meeting.people,
        minutes=(slot.end - slot.start) // timedelta(minutes=1),
    ).with_said(to, talk.desk.hours)
    if to.clocks and not to.days:
        plan = replace(plan, days=(Days(slot.start.date(), slot.start.date()),))
    elif to.days and not to.clocks and not to.part:
        plan = replace(plan, clocks=(slot.start.time(),))
    return await next_reply(talk, plan, to)


def _cancelled(talk: Talk, meeting: Meeting) -> SkillReply:
    """Return the meeting, to be confirmed that it is cancelled."""
    text = f"{talk.say('confirm_cancel')}\n\n{talk.about(meeting)}"
    plan = Plan(step="cancel", meeting=meeting.id)
    return talk.ask(plan, text, talk.say("cancel"), talk.say("stop"))


async def _ahead(talk: Talk) -> list[Meeting]:
    return await talk.desk.diary.meetings((talk.person,), Slot(talk.now, talk.now + _AHEAD))


def _fits(talk: Talk, meeting: Meeting, said: Said, named: Sequence[str]) -> bool:
    """Whether a meeting is one that a message may mean."""
    start = talk.local(meeting.slot).start
    return (
        (not said.days or any(one.first <= start.date() <= one.last for one in said.days))
        and (not said.clocks or start.time() in said.clocks)
        and (not said.part or said.part[0] <= start.time() < said.part[1])
        and all(person_key(name) in meeting.everybody for name in named)
    )
