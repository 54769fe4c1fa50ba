"""The button that shows a private answer to everybody in the channel."""

from __future__ import annotations

from dataclasses import replace

import discord

from bots.discord.api.permissions import NAMES
from bots.discord.context import Context
from bots.discord.ids import Within
from bots.discord.interactions.acknowledge import Pressing, say
from bots.discord.replies.thread import ChannelReply
from core.types import View


async def share(context: Context, interaction: Pressing, view: View) -> bool:
    """Post the answer where the button was pressed, once even after two presses.

    Raises:
        PlatformError: the answer, or a part of it, is not posted.
    """
    channel, may = interaction.channel_id, interaction.app_permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    name = "send_messages_in_threads" if in_thread else "send_messages"
    if channel is None or (interaction.guild_id and not getattr(may, name)):
        place = getattr(interaction.channel, "name", "")
        text = context.profile.permissions_missing.format(place=place, names=NAMES[name])
        await say(interaction, text)
        return False
    question = replace(view.question, id=f"{view.question.id} shared in {channel}")
    reply = ChannelReply(question, Within(channel, 0), context.writer)
    shown = context.renderer.shared(view, interaction.user.display_name)
    for place, page in enumerate(shown):
        async with reply.posts.slot():
            await reply.post(page, place)
    return True
