"""The bot's own calendar, from which it answers invitations to the bot itself, often by other bots.

An invitation and its answers are plain sentences, such as a person would write. So a bot that
stands for a room or a team settles a time with another one in the thread where it was named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from core.skills.meetings.meeting import Attendee, Meeting, Slot, person_key
from core.skills.meetings.message import MeetingMessage
from core.skills.meetings.plan import Plan
from core.skills.meetings.slots import free_slots
from core.skills.meetings.words import Words
from core.skills.skill import SkillReply
from core.skills.times.days import Days

SELF: Final = Attendee("faqbot", "faqbot")
_INTENTS: Final = ("invitation", "settled", "withdrawn")
_OR: Final = re.compile(r"\s/\s")


def is_about_itself(words: Words, text: str) -> bool:
    """Return whether a text invites the bot itself, or settles or withdraws that."""
    return any(words.says(one, text) for one in _INTENTS)


async def answer_for_itself(message: MeetingMessage) -> SkillReply | None:
    """Return the answer to a person who invites the bot itself, or settles or withdraws that.

    It is None if the message does not, or names no time.

    Raises:
        StorageError: the diary cannot be used.
    """
    slots = _slots(message)
    if not slots or not is_about_itself(message.desk.words, message.text):
        return None
    if message.says("withdrawn"):
        return await _withdrawn(message, slots)
    for slot in slots:
        if await _booked(message, slot):
            kind = "own_accept" if message.says("invitation") else "own_settled"
            return SkillReply(message.say(kind, when=message.start_of(slot)))
    if free := await _free_after(message, slots[0]):
        return SkillReply(message.say("own_instead", when=message.start_of(free)))
    return SkillReply(message.say("own_decline"))


async def _booked(message: MeetingMessage, slot: Slot) -> bool:
    """Return whether the bot keeps a time for a person who invites it."""
    diary, organizer = message.desk.diary, person_key(message.person)
    there = await diary.meetings((SELF.key,), slot)
    if any(one.slot == slot and person_key(one.organizer) == organizer for one in there):
        return True
    if slot.start <= message.now:
        return False
    match = message.desk.words.intents.found("own_title", message.request.question.text)
    title = match["title"].strip() if match else message.say("title")
    met = Meeting(message.request.question.id, title, message.person, (SELF,), slot)
    return await diary.book(met) is not None


async def _withdrawn(message: MeetingMessage, slots: Sequence[Slot]) -> SkillReply:
    """Give up the times that were kept for a person who withdraws their invitation."""
    for slot in slots:
        for one in await message.desk.diary.meetings((SELF.key,), slot):
            if person_key(one.organizer) == person_key(message.person):
                await message.desk.diary.cancel(one.id)
    return SkillReply(message.say("own_withdrawn"))


async def _free_after(message: MeetingMessage, slot: Slot) -> Slot | None:
    """Return the first free time of the bot from a slot to the end of the next day."""
    local = message.local(slot)
    days = Days(local.start.date(), local.start.date() + timedelta(days=1))
    whole = Slot(slot.start, slot.end + timedelta(days=2))
    found = free_slots(
        days,
        minutes=(slot.end - slot.start) // timedelta(minutes=1),
        hours=message.desk.hours,
        busy=[one.slot for one in await message.desk.diary.busy((SELF.key,), whole)],
        now=max(message.now, local.start),
    )
    return next(found, None)


def _slots(message: MeetingMessage) -> list[Slot]:
    """Return the times that the message names, in its order."""
    found: list[Slot] = []
    for part in _OR.split(message.request.question.text):
        said = message.read(part)
        plan = replace(Plan().with_said(said, message.desk.hours), alone=True)
        found += plan.slots(message.now)[:1] if said.days and said.clocks else []
    return found
