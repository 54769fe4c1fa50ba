"""The meeting arranger as a skill: meetings are booked, moved and cancelled in words."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from core.skills.meetings.changes import after_booking, change, choose, listing
from core.skills.meetings.people import read_people
from core.skills.meetings.plan import PLANS, Plan
from core.skills.meetings.proposals import act, next_reply
from core.skills.meetings.talk import Desk, Talk
from core.skills.meetings.times.reader import Said, without_times
from core.skills.skill import Request, SkillReply
from core.types import Status


@dataclass(frozen=True, slots=True)
class MeetingSkill:
    """Arranges meetings in a conversation. `now` is the time in the installation's zone."""

    desk: Desk
    now: Callable[[], datetime]
    name: str = "meetings"

    @property
    def examples(self) -> tuple[str, ...]:
        """Messages that are meant for it."""
        return self.desk.words.examples

    def plain(self, text: str) -> str:
        """Return a message without its times and people."""
        _, rest = read_people(without_times(text, self.now()))
        return " ".join(rest.split())

    async def hear(self, request: Request) -> AsyncGenerator[Status | SkillReply]:
        """Yield the next question, or what was done; nothing if it is about something else.

        Raises:
            StorageError: the diary cannot be read or written.
        """
        talk = Talk(self.desk, request)
        plan = PLANS.validate_json(request.data) if request.data else None
        reply = await _go_on(talk, plan) if plan else None
        if plan is None or (reply is None and _begins_anew(talk)):
            reply = await _begin(talk)
        if reply:
            yield reply


def _begins_anew(talk: Talk) -> bool:
    """Whether a message in a dialogue that says nothing for it asks for something by name."""
    wanted = any(map(talk.says, ("cancel", "move", "list", "book")))
    _, left = read_people(without_times(talk.text, talk.now))
    return wanted and talk.says("meeting") and not talk.is_about_something_else(left)


async def _begin(talk: Talk) -> SkillReply:
    """Return the first reply to a message."""
    if talk.says("cancel"):
        return await change(talk, "cancel")
    if talk.says("move"):
        return await change(talk, "move")
    said = talk.read(talk.text)
    if talk.says("list"):
        return await listing(talk, said)
    named, rest = read_people(said.rest)
    plan = Plan(title=_title(talk, rest), people=named).with_said(said, talk.desk.hours)
    return await next_reply(talk, plan, said)


async def _go_on(talk: Talk, plan: Plan) -> SkillReply | None:
    """Return the next reply in a dialogue; None if the message is about something else."""
    if plan.step == "booked":
        return await after_booking(talk, plan)
    if _approves(talk, plan):
        return await act(talk, plan)
    if talk.presses("stop") or talk.says("stop"):
        return SkillReply(talk.say("stopped"))
    if plan.step == "people" and talk.presses("alone"):
        return await next_reply(talk, replace(plan, alone=True), Said())
    return await _with_said(talk, plan)


def _approves(talk: Talk, plan: Plan) -> bool:
    """Whether the message confirms what was shown; asked whether to cancel, "cancel" does."""
    if not plan.approved_by:
        return False
    cancels = plan.step == "cancel" and talk.says("cancel") and not talk.presses("stop")
    return cancels or talk.presses(plan.approved_by) or talk.says("yes")


async def _with_said(talk: Talk, plan: Plan) -> SkillReply | None:
    """Return the reply to what is said of when and who; None if nothing is, or of other things."""
    said = talk.read(talk.text, bare=True)
    named, rest = read_people(said.rest, listed=plan.step == "people" and not said.says_when)
    if talk.is_about_something_else(rest) or not (said.says_when or named):
        return None
    if plan.step in ("which_move", "which_cancel"):
        return await choose(talk, plan)
    if plan.step == "cancel":
        return None
    plan = plan.with_said(said, talk.desk.hours)
    return await next_reply(talk, plan.with_people(named, removes=talk.says("remove")), said)


def _title(talk: Talk, rest: str) -> str:
    """Return the words that say what kind of meeting it is."""
    intents = talk.desk.words.intents
    pattern = rf"(?P<about>[^\s,.]{{2,}})\s+(?P<kind>{intents['meeting'].pattern})"
    match = re.search(pattern, rest, re.IGNORECASE)
    if match is None or intents["filler"].fullmatch(match["about"]):
        return talk.say("title")
    return f"{match['about']} {match['kind']}"
