"""The buttons below the bot's message on a lesson, by which owners approve, correct or undo it.

A button holds only the lesson's id, so that it works after a restart, in any process, and twice.
"""

from __future__ import annotations

import re
from typing import Any, Final

import discord
from discord import ui

from bots.discord.api.people import member_of
from bots.discord.context import Context
from bots.discord.events.lessons import MARK
from bots.discord.events.reactions import react
from bots.discord.ids import asker_of
from bots.discord.interactions.acknowledge import Pressing, defer, rewrite, say
from bots.discord.interactions.feedback import values_of
from bots.discord.interactions.persistent_button import PersistentButton
from bots.discord.render.components import Page
from bots.discord.render.lesson_page import lesson_page
from core.lessons.book import Outcome, Taught
from core.lessons.remarks import Teacher
from core.lessons.wording import SHOWN_OPENLY, LessonAct, said_of
from core.profile import Profile
from core.text.markdown.measure import shortened
from core.types import Lesson

# The ids of buttons are written by `bots.discord.render.lesson_page`, and those of forms here.
LESSON_ID: Final = re.compile(r"lesson:(?P<act>approve|edit|undo|learn|leave|form):(?P<lesson>.+)")
_TAUGHT_BY: Final = re.compile(r"discord:(?P<guild>\d+):(?P<channel>\d+):(?P<message>\d+)")
_QUESTION, _ANSWER = "question", "answer"
# https://docs.discord.com/developers/components/reference#text-input
_MOST_CHARS: Final = 4_000
_PAGE_CHARS: Final = 2_000
_LABEL_CHARS: Final = 45  # https://docs.discord.com/developers/components/reference#label
_FORGOTTEN_AFTER_S: Final = 900.0


class LessonButton(PersistentButton, template=LESSON_ID):
    """A button of a lesson."""

    async def act(self, context: Context, interaction: Pressing) -> None:
        """Carry out the action of the button, if an owner has pressed it."""
        match = LESSON_ID.fullmatch(self.custom_id)
        if match is None:
            await say(interaction, context.profile.stale_button)
        elif match["act"] in (LessonAct.LEARN, LessonAct.LEAVE):
            await _decide(context, interaction, LessonAct(match["act"]), match["lesson"])
        elif not context.owners.include(interaction.user):
            await say(interaction, context.profile.case.owners_alone)
        elif match["act"] == "edit":
            await _open_form(context, interaction, match["lesson"])
        else:
            await defer(interaction)
            learning, person = context.service.learning, _person(interaction)
            does = learning.approve if match["act"] == "approve" else learning.undo
            await _show(context, interaction, await does(match["lesson"], person))


class LessonForm(ui.Modal):
    """The form with a lesson's question and answer. `corrected` handles it after any restart."""

    def __init__(self, profile: Profile, lesson: Lesson) -> None:
        title = profile.teach.edit_title[:_LABEL_CHARS]
        custom_id = f"lesson:form:{lesson.id}"
        super().__init__(title=title, custom_id=custom_id, timeout=_FORGOTTEN_AFTER_S)
        fields = (
            (_QUESTION, profile.teach.question_label, lesson.question, discord.TextStyle.short),
            (_ANSWER, profile.teach.answer_label, lesson.answer, discord.TextStyle.paragraph),
        )
        for name, label, value, style in fields:
            field: ui.TextInput[Any] = ui.TextInput(
                custom_id=name, style=style, default=value[:_MOST_CHARS], max_length=_MOST_CHARS
            )
            self.add_item(ui.Label(text=label[:_LABEL_CHARS], component=field))


async def corrected(context: Context, interaction: Pressing, lesson_id: str) -> None:
    """Store a lesson that an owner has corrected."""
    if not context.owners.include(interaction.user):
        await say(interaction, context.profile.case.owners_alone)
        return
    await defer(interaction)  # the gate's examination may take seconds
    data: Any = interaction.data or {}
    values = values_of(data.get("components") or [])
    taught = await context.service.learning.correct(
        lesson_id, values.get(_QUESTION, ""), values.get(_ANSWER, ""), _person(interaction)
    )
    await _show(context, interaction, taught)


async def _decide(context: Context, interaction: Pressing, act: LessonAct, lesson_id: str) -> None:
    """Learn a lesson that was offered to its author in a direct message, or leave it."""
    await defer(interaction)
    found, profile = _TAUGHT_BY.match(lesson_id), context.profile
    person: discord.abc.User = interaction.user
    if found:
        person = await member_of(interaction.client, int(found["guild"]), person)
    if not context.owners.include(person):
        await say(interaction, profile.case.owners_alone)
        return
    said_back = profile.teach.offer_left
    if act is LessonAct.LEARN:
        by = Teacher(asker_of(person.id), person.display_name)
        taught = await context.service.learning.approve(lesson_id, by)
        said_back = said_of(taught, profile) if taught else profile.teach.gone
        if taught and found and taught.outcome in SHOWN_OPENLY:
            await _say_openly(context, interaction, found, taught)
    await rewrite(context, interaction, Page(shortened(said_back, _PAGE_CHARS)))


async def _say_openly(
    context: Context, interaction: Pressing, found: re.Match[str], taught: Taught
) -> None:
    """Confirm a lesson in the place of its message, and set the mark there, once."""
    if taught.outcome is Outcome.CONFIRMED:  # the button was pressed before
        return
    channel, message_id = int(found["channel"]), int(found["message"])
    message = interaction.client.get_partial_messageable(channel).get_partial_message(message_id)
    await react(context.writer, message, MARK)
    page = lesson_page(taught, context.profile)
    await context.notices.reply(channel, message_id, page, to=str(channel), every_s=0)


async def _open_form(context: Context, interaction: Pressing, lesson_id: str) -> None:
    lesson = await context.service.learning.find(lesson_id)
    if lesson is None:
        await say(interaction, context.profile.teach.gone)
    else:
        await interaction.response.send_modal(LessonForm(context.profile, lesson))


async def _show(context: Context, interaction: Pressing, taught: Taught | None) -> None:
    """Show the outcome in place of the message of the button."""
    if taught is None:
        await say(interaction, context.profile.teach.gone)
    elif taught.outcome not in SHOWN_OPENLY:
        await say(interaction, said_of(taught, context.profile))
    else:
        await rewrite(context, interaction, lesson_page(taught, context.profile))
        if taught.outcome is Outcome.UNLEARNED and taught.lesson:
            await _unmark(context, interaction, taught.lesson.id)


async def _unmark(context: Context, interaction: Pressing, lesson_id: str) -> None:
    """Remove the mark from the message that taught a lesson, if there is one."""
    if not (found := _TAUGHT_BY.match(lesson_id)):
        return
    channel = interaction.client.get_partial_messageable(int(found["channel"]))
    message = channel.get_partial_message(int(found["message"]))
    await react(context.writer, message, MARK, there=False)


def _person(interaction: Pressing) -> Teacher:
    return Teacher(asker_of(interaction.user.id), interaction.user.display_name)
