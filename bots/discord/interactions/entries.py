"""The buttons below a request to review an entry: it is still right, or its owner corrects it.

A button holds only the entry's id, so that it works after a restart, in any process, and twice.
"""

from __future__ import annotations

import re
from typing import Final

from bots.discord.context import Context
from bots.discord.interactions.acknowledge import Pressing, defer, rewrite, say
from bots.discord.interactions.persistent_button import PersistentButton
from bots.discord.render.components import Page
from core.messaging.cases.entry_reviews import EntryAct, reviewed

ENTRY_ID: Final = re.compile(r"entry:(?P<act>right|wrong):(?P<entry>.+)")


class EntryButton(PersistentButton, template=ENTRY_ID):
    """A button below the request to review an entry."""

    async def act(self, context: Context, interaction: Pressing) -> None:
        """Note the owner's word, and show it in place of the request."""
        profile, operations = context.profile, context.service.operations
        match = ENTRY_ID.fullmatch(self.custom_id)
        if operations is None or match is None:
            await say(interaction, profile.stale_button)
            return
        if not context.owners.include(interaction.user):
            await say(interaction, profile.case.owners_alone)
            return
        await defer(interaction)
        who, act = interaction.user.display_name, EntryAct(match["act"])
        catalogue = operations.catalogue
        text = await reviewed(catalogue, match["entry"], act, who=who, profile=profile)
        await rewrite(context, interaction, Page(text))
