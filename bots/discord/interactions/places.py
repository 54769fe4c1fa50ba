"""The check that a button belongs to the place where it was pressed, as its id may be forged."""

from __future__ import annotations

from bots.discord.context import Context
from bots.discord.ids import PREFIX, asker_of, guild_name
from bots.discord.interactions.acknowledge import Pressing


async def belongs_here(context: Context, interaction: Pressing, question_id: str) -> bool:
    """Return whether a question was asked in an interaction's channel, or in a thread below it.

    A private conversation moves to direct messages after 15 minutes, so all questions of a person
    belong to their direct messages.

    Raises:
        StorageError: the asker of the question cannot be looked up.
    """
    guild = guild_name(interaction.guild_id)
    above = getattr(interaction.channel, "parent_id", None)
    if question_id.startswith(
        tuple(f"{PREFIX}{guild}:{channel}:" for channel in (interaction.channel_id, above))
    ):
        return True
    directly = interaction.guild_id is None
    asker = asker_of(interaction.user.id)
    return directly and await context.service.was_asked_by(question_id, asker)
