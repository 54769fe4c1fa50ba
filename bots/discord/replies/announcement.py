"""Announcements: messages that the bot posts in a channel by itself."""

from __future__ import annotations

from typing import Final

from bots.discord.render.components import Page
from bots.discord.render.markdown import markdown
from bots.discord.render.payload import new_message
from bots.discord.replies.thread import MessageWriter
from core.errors import PlatformRefusedError
from core.text.markdown.measure import fitting
from core.text.sanitize import Cleaner

# https://docs.discord.com/developers/resources/message#create-message
_MESSAGE_CHARS: Final = 2_000


async def announce(writer: MessageWriter, cleaner: Cleaner, channel: str, text: str) -> None:
    """Post Markdown into a channel.

    Raises:
        PlatformError: it is not posted.
    """
    if not channel.isdecimal():
        raise PlatformRefusedError(f"{channel!r} is no id of a channel on Discord")
    posts = writer.budgets.posts(int(channel))
    for part in fitting(markdown(text, cleaner), _MESSAGE_CHARS):
        async with posts.slot():
            path = f"/channels/{channel}/messages"
            await writer.rest.call("POST", path, new_message(Page(part)), window=posts.window)
