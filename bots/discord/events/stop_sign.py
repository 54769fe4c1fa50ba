"""The reaction 🛑, which ends an answer, and the people who may end one.

These are the asker, the owners and the moderators.
"""

from __future__ import annotations

from typing import Final

import discord

from bots.discord.context import Context
from bots.discord.ids import asker_of, question_id
from bots.discord.render.payload import question_in

_STOP_SIGN: Final = "🛑"


class StopSigns:
    """Stops answers by the reactions of people; `me` is the bot's own user."""

    def __init__(self, context: Context, me: discord.ClientUser) -> None:
        self._context = context
        self._me = me

    async def reacted(self, reaction: discord.RawReactionActionEvent) -> None:
        """Stop the answer whose question or message has got a stop sign."""
        if reaction.emoji.name != _STOP_SIGN or reaction.user_id == self._me.id:
            return
        guild, channel, message = reaction.guild_id, reaction.channel_id, reaction.message_id
        asked = question_id(guild, channel, message)
        if await self._context.service.find(asked) is None:
            if reaction.message_author_id not in (None, self._me.id):
                return
            path = f"/channels/{channel}/messages/{message}"
            told = await self._context.writer.rest.call("GET", path)
            asked = question_in(told.get("components") or []) or ""
        if asked and await self._may_stop(reaction, asked):
            await self._context.service.stop(asked)

    async def _may_stop(self, reaction: discord.RawReactionActionEvent, asked: str) -> bool:
        member = reaction.member
        here = member.guild.get_channel_or_thread(reaction.channel_id) if member else None
        held = here.permissions_for(member) if member and here else None
        person = member or discord.Object(reaction.user_id)
        return await may_stop(self._context, asked, person, held)


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
