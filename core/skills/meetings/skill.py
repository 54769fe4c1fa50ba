"""The meeting arranger as a skill: meetings are booked, moved and cancelled in words."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from core.skills.meetings import NAME
from core.skills.meetings.answers import answer
from core.skills.meetings.changes import (
    after_booking,
    after_listing,
    change,
    choose,
    listing,
)
from core.skills.meetings.consent import about_poll, put_to_all
from core.skills.meetings.given import PARAMETERS
from core.skills.meetings.message import MeetingMessage, MeetingTools
from core.skills.meetings.own_calendar import answer_for_itself, is_about_itself
from core.skills.meetings.people import read_people
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.proposals import act, next_reply, other_slots
from core.skills.skill import Request, SkillReply
from core.skills.times.days import Days
from core.skills.times.reader import Said, without_times
from core.skills.times.spans import find_shift, find_stretch
from core.types import Status


@dataclass(frozen=True, slots=True)
class MeetingSkill:
    """Arranges meetings in a conversation. `now` is the time in the installation's zone."""

    desk: MeetingTools
    now: Callable[[], datetime]
    name: str = NAME

    @property
    def examples(self) -> tuple[str, ...]:
        """Messages that are meant for it."""
        return self.desk.words.examples

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return the schema of what a message may say about a meeting."""
        return PARAMETERS

    def plain(self, text: str) -> str:
        """Return a message with one mark in the place of all times, and one of all people.

        That somebody and a time are named tells as much as what is wanted.
        """
        without = without_times(text, self.now())
        named, rest = self.desk.people(without) if without != text else read_people(without)
        marks = [mark for mark, said in ((_TIME, without != text), (_PERSON, named)) if said]
        return " ".join([*marks, *rest.split()])

    def is_invited(self, text: str) -> bool:
        """Return whether a text invites the bot itself: see `own_calendar`."""
        return is_about_itself(self.desk.words, text)

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield the next question, or what was done; nothing if it is about something else.

        Raises:
            StorageError: the diary cannot be read or written.
        """
        words = replace(self.desk.words, today=request.situation.now.date())
        message = MeetingMessage(replace(self.desk, words=words), request)
        if own := await answer_for_itself(message):
            yield own
            return
        plan = PLANS.validate_json(request.data) if request.data else None
        reply = await _go_on(message, plan) if plan else None
        if plan and reply and plan.waiting:
            reply = await _with_waiting(message, reply, plan.waiting)
        if plan is None or (reply is None and _begins_anew(message)):
            reply = await _begin(message)
        if reply:
            yield reply


_TIME: Final = "⏰"
_PERSON: Final = "👤"
_WEEK_NAMED: Final = re.compile(r"주|\b(?:week|this|next|last)\b", re.IGNORECASE)
_CHANGES: Final = ("cancel", "move", "remove", "also", "titled")
_NO_NAMES: Final = ("unsure", "yes", "later", "earlier", "other")
_LATER: Final[dict[str, Callable[[MeetingMessage, Plan], Awaitable[SkillReply | None]]]] = {
    "booked": after_booking,
    "listed": after_listing,
    "invited": answer,
    "polled": about_poll,
}


def _begins_anew(message: MeetingMessage) -> bool:
    """Return whether a message says nothing for the dialogue, and asks for something by name."""
    if message.says("agenda"):
        return True
    wanted = any(map(message.says, ("cancel", "move", "list", "book")))
    _, left = message.people(without_times(message.text, message.now))
    return wanted and message.says("meeting") and not message.is_about_something_else(left)


def _is_whole(message: MeetingMessage) -> bool:
    """Return whether a message asks for a meeting and says with whom and when."""
    said = message.read(message.text)
    named, _ = message.people(said.rest)
    asked = message.says("meeting") and bool(named and said.days)
    changes = any(map(message.says, _CHANGES)) or any(message.taken_out())
    return asked and bool(said.clocks or message.says("book")) and not changes


async def _begin(message: MeetingMessage) -> SkillReply | None:
    """Return the first reply to a message; None if it is about no meeting."""
    wishes = () if message.request.arguments else message.wishes()
    if len(wishes) > 1:
        return await _begin_each(message, wishes)
    given = message.given
    kinds = ("cancel", "move", "list", "agenda")
    action = given.action or next((kind for kind in kinds if message.says(kind)), "book")
    if action == "cancel":
        return await change(message, "cancel")
    if action == "move":
        return await change(message, "move")
    said = message.read(message.text)
    if action in ("list", "agenda"):
        return await listing(message, said)
    return await next_reply(message, _plan(message), said)


def _plan(message: MeetingMessage) -> Plan:
    """Return the plan of the meeting that a message asks for."""
    said = message.read(message.text)
    named, rest = message.people(said.rest)
    title = message.given.title or _named_title(message) or _title(message, rest)
    plan = Plan(title=title).with_said(said, message.desk.hours)
    return plan.with_people(message.people_given() or named, removes=False)


async def _begin_each(
    message: MeetingMessage, wishes: Sequence[MeetingMessage]
) -> SkillReply | None:
    """Return the first reply to several wishes, the others of which wait for the first one's end.

    A day or a time that only one of them names is that of the next, too.
    """
    plans = [replace(_plan(one), asked=one.request.text) for one in wishes]
    days = next((plan.days for plan in plans if plan.days), ())
    if not plans[0].days:
        plans[0] = replace(plans[0], days=days)
    for place, (before, plan) in enumerate(pairwise(plans), start=1):
        kept = before.clocks if wishes[place].says("same_time") else plan.clocks
        plans[place] = replace(plan, days=plan.days or before.days, clocks=kept)
    changes = any(map(wishes[0].says, ("cancel", "move")))
    if changes or any(map(message.says, ("list", "agenda"))):
        reply = await _begin(wishes[0])
    else:
        reply = await next_reply(wishes[0], plans[0], Said())
    return await _with_waiting(message, reply, tuple(plans[1:])) if reply else None


async def _with_waiting(
    message: MeetingMessage, reply: SkillReply, waiting: tuple[Plan, ...]
) -> SkillReply:
    """Return a reply after which the next meeting is asked about, as soon as this one is settled.

    While others are asked, nothing else is: the person says when to go on.
    """
    plan = PLANS.validate_json(reply.data) if reply.data else None
    if plan and plan.step == "polled":
        told = message.say("go_on", words=" / ".join(one.asked for one in waiting))
        return replace(reply, text=f"{reply.text}\n\n{told}")
    if plan and plan.step != "booked":
        return replace(reply, data=PLANS.dump_json(replace(plan, waiting=waiting)).decode())
    if message.says("stop") and not message.presses("stop"):
        return reply
    following = await next_reply(message, waiting[0], Said())
    following = replace(following, text=f"{reply.text}\n\n{following.text}", files=reply.files)
    left = waiting[1:]
    return await _with_waiting(message, following, left) if left else following


async def _go_on(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the next reply in a dialogue; None if the message is about something else."""
    if later := _LATER.get(plan.step):
        return await later(message, plan)
    if plan.offered and message.presses("ask_all"):
        return await put_to_all(message, plan, plan.offered)
    if _approves(message, plan):
        return await act(message, plan)
    if message.presses("stop") or message.says("stop"):
        return SkillReply(message.say("stopped"))
    if message.wants_a_list:
        return None
    return await (_begin(message) if _is_whole(message) else _changed(message, plan))


async def _changed(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the next reply after a message that changes the plan; None if it does not."""
    if changed := _with_detail(message, plan):
        return await next_reply(message, changed, Said())
    return (
        await _with_said(message, plan)
        or await other_slots(message, plan)
        or await _shown_again(message, plan)
    )


async def _shown_again(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the meeting once more, for a question about it; None if the message is none."""
    _, rest = message.people(without_times(message.text, message.now))
    if not plan.approved_by or plan.step != "confirm" or message.is_about_something_else(rest):
        return None
    return await next_reply(message, plan, Said()) if message.says("about_plan") else None


def _with_detail(message: MeetingMessage, plan: Plan) -> Plan | None:
    """Return the plan with a title, or for nobody else; None if the message says neither."""
    if plan.step == "people" and (message.presses("alone") or message.says("nobody")):
        return replace(plan, alone=True)
    if title := _named_title(message):
        return replace(plan, title=title)
    return _at_another_time(message, plan) or _with_others(message, plan)


def _at_another_time(message: MeetingMessage, plan: Plan) -> Plan | None:
    """Return a plan that was shown, later or longer by what the message says."""
    if plan.step != "confirm":
        return None
    if shift := find_shift(message.text):
        return plan.shifted(message.now, shift[0])
    longer = find_stretch(message.text)
    return replace(plan, minutes=plan.minutes + longer) if longer else None


def _with_others(message: MeetingMessage, plan: Plan) -> Plan | None:
    """Return the plan without those whom the message takes out; None if it takes out nobody."""
    out, instead = message.taken_out()
    coming = {one.key for one in plan.people}
    if not any(one.key in coming for one in out):
        return None
    gone = {one.key for one in out}
    named, _ = message.people(without_times(message.text, message.now))
    added = [one for one in (*named, *instead) if one.key not in gone]
    return plan.with_people(out, removes=True).with_people(tuple(added), removes=False)


def _approves(message: MeetingMessage, plan: Plan) -> bool:
    """Return whether the message confirms what was shown; "cancel" confirms a cancellation."""
    if not plan.approved_by:
        return False
    cancels = plan.step == "cancel" and message.says("cancel") and not message.presses("stop")
    return cancels or message.presses(plan.approved_by) or message.says("yes")


async def _with_said(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to what is said of when and who; None if nothing is, or of other things."""
    if plan.step == "people" and (any(map(message.says, _NO_NAMES)) or message.is_wholly("book")):
        return None
    said = message.read(message.text, bare=True)
    books = message.says("book") or message.presses("book")
    listed = plan.step == "people" and not said.says_when and not books
    named, rest = message.people(said.rest, listed=listed)
    if message.request.arguments:  # a model says that the message is about this
        named = message.people_given() or named
    elif message.is_about_something_else(rest):
        return None
    if not (said.says_when or named):
        return await next_reply(message, plan, said) if message.presses("book") else None
    if plan.step in ("which_move", "which_cancel"):
        return await choose(message, plan)
    if plan.step == "cancel":
        return None
    said = _in_the_week_of(message, plan, said)
    plan = plan.with_said(said, message.desk.hours)
    plan = plan.with_people(named, removes=message.says("remove"))
    return replace(await next_reply(message, plan, said), guessed=listed)


def _in_the_week_of(message: MeetingMessage, plan: Plan, said: Said) -> Said:
    """Return what is said, with the weekday of the plan's own week beside the next one."""
    if plan.step != "confirm" or len(said.days) != 1 or _WEEK_NAMED.search(message.text):
        return said
    (coming,), talked_of = said.days, plan.days[0].first
    monday = talked_of - timedelta(days=talked_of.weekday())
    near = monday + timedelta(days=coming.first.weekday())
    there = message.now.replace(year=monday.year, month=monday.month, day=monday.day)
    if near <= coming.first or Days(near, near) not in message.read(message.text, at=there).days:
        return said
    return replace(said, days=(coming, Days(near, near)))


def _named_title(message: MeetingMessage) -> str:
    """Return the title that a message gives the meeting; "" if it gives none."""
    match = message.desk.words.intents.found("titled", message.text)
    return match["title"].strip() if match else ""


def _title(message: MeetingMessage, rest: str) -> str:
    """Return the words that say what kind of meeting it is."""
    intents = message.desk.words.intents
    match = intents.found("kind", rest)
    if match is None:
        return message.say("title")
    about = match["about"] or ""
    if not about or intents.is_wholly("filler", about) or not message.is_noun(about):
        return str(match["kind"])
    return f"{about} {match['kind']}"
