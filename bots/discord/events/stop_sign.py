"""The people whose stop sign ends an answer: the asker, the owners and the moderators."""

from __future__ import annotations

import discord

from bots.discord.context import Context
from bots.discord.ids import asker_of


async def may_stop(
    context: Context,
    question_id: str,
    person: discord.abc.Snowflake,
    permissions: discord.Permissions | None,
) -> bool:
    """Return whether a person may stop an answer, by their `permissions` in its channel."""
    if permissions and permissions.manage_messages:
        return True
    if context.owners.include(person):
        return True
    return await context.service.was_asked_by(question_id, asker_of(person.id))
