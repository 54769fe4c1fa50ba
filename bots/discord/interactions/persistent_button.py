"""The base of the bot's buttons, which work after a restart and in any process."""

from __future__ import annotations

import re
from typing import Any, Final, Self

from discord import ui

from bots.discord.context import Context
from bots.discord.interactions.acknowledge import Pressing, excused

_NO_ID: Final = re.compile(r"(?!)")


class PersistentButton(ui.DynamicItem[ui.Button[Any] | ui.Select[Any]], template=_NO_ID):
    """A button or a menu with all its data in its custom id; each kind has its template."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Pressing, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Return the pressed button from its custom id."""
        del interaction, match
        assert isinstance(item, ui.Button | ui.Select)  # noqa: S101 - nothing else has our ids
        return cls(item)

    async def callback(self, interaction: Pressing) -> None:
        """Begin the action of the button, and tell the person who pressed it if that fails."""
        context: Context = interaction.client.context  # type: ignore[attr-defined]
        acting = excused(interaction, self.act(context, interaction), context.profile.not_stored)
        interaction.client.tasks.begin(acting)  # type: ignore[attr-defined]

    async def act(self, context: Context, interaction: Pressing) -> None:
        """Carry out the action of the button."""
        raise NotImplementedError
