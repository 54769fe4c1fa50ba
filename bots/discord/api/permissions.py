"""The permissions that the bot needs, under the names that a server's admin sees."""

from __future__ import annotations

from typing import Final

import discord

# The names in Discord's own settings, in English and in Korean.
NAMES: Final = {
    "view_channel": "채널 보기 (View Channel)",
    "send_messages": "메시지 보내기 (Send Messages)",
    "create_public_threads": "공개 스레드 만들기 (Create Public Threads)",
    "send_messages_in_threads": "스레드에서 메시지 보내기 (Send Messages in Threads)",
    "read_message_history": "메시지 기록 보기 (Read Message History)",
    "embed_links": "링크 첨부 (Embed Links)",
    "add_reactions": "반응 추가하기 (Add Reactions)",
}
NEEDED: Final = discord.Permissions(**dict.fromkeys(NAMES, True))
_THREAD: Final = ("create_public_threads", "send_messages_in_threads", "read_message_history")


def missing(held: discord.Permissions) -> list[str]:
    """Return the names of the permissions that the bot needs and does not have."""
    return [label for name, label in NAMES.items() if not getattr(held, name)]


def may_open_thread(channel: object, me: discord.Member) -> bool:
    """Return whether an answer can have a thread of its own, opened from its question."""
    if not isinstance(channel, discord.TextChannel):
        return False
    held = channel.permissions_for(me)
    return all(getattr(held, name) for name in _THREAD)


def held_in(channel: object, me: discord.Member) -> discord.Permissions:
    """Return the permissions of the bot in a channel or thread; all if they are not known."""
    if isinstance(channel, discord.Thread):
        return channel.permissions_for(me) if channel.parent else NEEDED
    if isinstance(channel, discord.abc.GuildChannel):
        return channel.permissions_for(me)
    return NEEDED


def may_post(channel: object, me: discord.Member) -> bool:
    """Return whether a message can be sent into a channel or thread itself."""
    held = held_in(channel, me)
    return held.send_messages_in_threads if _is_thread(channel) else held.send_messages


def may_write(channel: object, me: discord.Member) -> bool:
    """Return whether an answer can be shown here or in a thread of this channel."""
    return may_post(channel, me) or may_open_thread(channel, me)


def _is_thread(channel: object) -> bool:
    return isinstance(channel, discord.Thread)
