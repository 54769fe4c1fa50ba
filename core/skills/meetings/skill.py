"""The meeting arranger as a skill: meetings are booked, moved and cancelled in words."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from core.skills.meetings.answers import answer
from core.skills.meetings.changes import (
    after_booking,
    after_listing,
    change,
    choose,
    listing,
)
from core.skills.meetings.consent import NAME, about_poll, put_to_all
from core.skills.meetings.given import PARAMETERS
from core.skills.meetings.message import MeetingMessage, MeetingTools
from core.skills.meetings.people import read_people
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.proposals import act, next_reply, other_slots
from core.skills.skill import Request, SkillReply
from core.skills.times.reader import Said, without_times
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
        """What a message may say about a meeting."""
        return PARAMETERS

    def plain(self, text: str) -> str:
        """Return a message with one mark in the place of all times, and one of all people.

        That somebody and a time are named tells as much as what is wanted.
        """
        without = without_times(text, self.now())
        named, rest = read_people(without)
        marks = [mark for mark, said in ((_TIME, without != text), (_PERSON, named)) if said]
        return " ".join([*marks, *rest.split()])

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield the next question, or what was done; nothing if it is about something else.

        Raises:
            StorageError: the diary cannot be read or written.
        """
        message = MeetingMessage(self.desk, request)
        plan = PLANS.validate_json(request.data) if request.data else None
        reply = await _go_on(message, plan) if plan else None
        if plan is None or (reply is None and _begins_anew(message)):
            reply = await _begin(message)
        if reply:
            yield reply


_TIME: Final = "⏰"
_PERSON: Final = "👤"
_LATER: Final[dict[str, Callable[[MeetingMessage, Plan], Awaitable[SkillReply | None]]]] = {
    "booked": after_booking,
    "listed": after_listing,
    "invited": answer,
    "polled": about_poll,
}


def _begins_anew(message: MeetingMessage) -> bool:
    """Return whether a message says nothing for the dialogue, and asks for something by name."""
    wanted = any(map(message.says, ("cancel", "move", "list", "book")))
    _, left = message.people(without_times(message.text, message.now))
    return wanted and message.says("meeting") and not message.is_about_something_else(left)


async def _begin(message: MeetingMessage) -> SkillReply:
    """Return the first reply to a message."""
    given = message.given
    kinds = ("cancel", "move", "list")
    action = given.action or next((kind for kind in kinds if message.says(kind)), "book")
    if action == "cancel":
        return await change(message, "cancel")
    if action == "move":
        return await change(message, "move")
    said = message.read(message.text)
    if action == "list":
        return await listing(message, said)
    named, rest = message.people(said.rest)
    title = given.title or _named_title(message) or _title(message, rest)
    plan = Plan(title=title).with_said(said, message.desk.hours)
    plan = plan.with_people(message.people_given() or named, removes=False)
    return await next_reply(message, plan, said)


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
    if changed := _with_detail(message, plan):
        return await next_reply(message, changed, Said())
    return await _with_said(message, plan) or await other_slots(message, plan)


def _with_detail(message: MeetingMessage, plan: Plan) -> Plan | None:
    """Return the plan with a title, or for nobody else; None if the message says neither."""
    if plan.step == "people" and message.presses("alone"):
        return replace(plan, alone=True)
    title = _named_title(message)
    return replace(plan, title=title) if title else None


def _approves(message: MeetingMessage, plan: Plan) -> bool:
    """Return whether the message confirms what was shown; "cancel" confirms a cancellation."""
    if not plan.approved_by:
        return False
    cancels = plan.step == "cancel" and message.says("cancel") and not message.presses("stop")
    return cancels or message.presses(plan.approved_by) or message.says("yes")


async def _with_said(message: MeetingMessage, plan: Plan) -> SkillReply | None:
    """Return the reply to what is said of when and who; None if nothing is, or of other things."""
    if plan.step == "people" and message.says("unsure"):
        return None
    said = message.read(message.text, bare=True)
    listed = plan.step == "people" and not said.says_when
    named, rest = message.people(said.rest, listed=listed)
    if message.request.arguments:  # a model says that the message is about this
        named = message.people_given() or named
    elif message.is_about_something_else(rest):
        return None
    if not (said.says_when or named):
        return None
    if plan.step in ("which_move", "which_cancel"):
        return await choose(message, plan)
    if plan.step == "cancel":
        return None
    plan = plan.with_said(said, message.desk.hours)
    return await next_reply(message, plan.with_people(named, removes=message.says("remove")), said)


def _named_title(message: MeetingMessage) -> str:
    """Return the title that a message gives the meeting; "" if it gives none."""
    match = message.desk.words.intents.found("titled", message.text)
    return match["title"].strip() if match else ""


def _title(message: MeetingMessage, rest: str) -> str:
    """Return the words that say what kind of meeting it is."""
    intents = message.desk.words.intents
    match = intents.found("kind", rest)
    if (
        match is None
        or intents.is_wholly("filler", match["about"])
        or not message.is_noun(match["about"])
    ):
        return message.say("title")
    return f"{match['about']} {match['kind']}"
