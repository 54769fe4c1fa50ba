"""The buttons below a call of owners: take the case, answer it with an entry, or close it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import discord
from discord import ui

from bots.discord.context import Context
from bots.discord.ids import asker_of
from bots.discord.interactions.acknowledge import Pressing, defer, say
from bots.discord.interactions.persistent_button import PersistentButton
from core.lessons.remarks import Teacher
from core.messaging.cases import word
from core.text.markdown.measure import shortened
from core.types import Passage

# `bots.discord.render.components` writes the first three, and the choice of entries here the last.
CASE_ID: Final = re.compile(
    r"case:(?P<act>take|faq|close|pick):(?P<case>[0-9a-f]+)(?::(?P<entry>.+))?"
)
_LABEL_CHARS: Final = 80


class CaseButton(PersistentButton, template=CASE_ID):
    """A button of a case."""

    async def act(self, context: Context, interaction: Pressing) -> None:
        """Carry out the action of the button, if an owner has pressed it."""
        await _pressed(context, interaction, self.custom_id)


async def _pressed(context: Context, interaction: Pressing, custom_id: str) -> None:
    profile, desk, match = context.profile, context.service.desk, CASE_ID.fullmatch(custom_id)
    if desk is None or match is None:
        await say(interaction, profile.stale_button)
        return
    if not context.owners.include(interaction.user):
        await say(interaction, profile.case.owners_alone)
        return
    case_id = match["case"]
    owner = Teacher(asker_of(interaction.user.id), interaction.user.display_name)
    match match["act"]:
        case "take":
            taken = await word.taken(desk, case_id, owner)
            if taken.is_done:
                nobody = discord.AllowedMentions.none()
                await interaction.response.send_message(taken.text, allowed_mentions=nobody)
            else:
                await say(interaction, taken.text)
        case "faq":
            await defer(interaction, aside=True)
            entries = await word.choices(desk, case_id)
            if entries:
                view = _choices(case_id, entries)
                await interaction.followup.send(profile.case.which_entry, view=view, ephemeral=True)
            else:
                await say(interaction, profile.case.no_entry)
        case "pick":
            text = await word.picked(desk, case_id, match["entry"] or "", owner)
            await say(interaction, text)
        case _:
            await say(interaction, await word.closed(desk, case_id, owner))


def _choices(case_id: str, entries: Sequence[Passage]) -> ui.View:
    view = ui.View(timeout=None)
    for entry in entries:
        label = shortened(" ".join(entry.title.split()), _LABEL_CHARS)
        view.add_item(ui.Button(label=label, custom_id=f"case:pick:{case_id}:{entry.faq_id}"))
    return view
