"""Objects as Discord's JSON.

https://discord.com/developers/docs/resources
"""

from __future__ import annotations

from typing import Any

from devtools.discord.world.model import (
    DM,
    FORUM,
    GROUP,
    HAS_THREAD,
    STAGE,
    VOICE,
    Channel,
    Guild,
    Interaction,
    Json,
    Message,
    Role,
    User,
    iso,
)


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name,
        "discriminator": "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
    }


def member_json(guild: Guild, user: User, *, with_user: bool = True) -> Json:
    member: Json = {
        "roles": [str(role) for role in guild.members.get(user.id, [])],
        "nick": guild.nicks.get(user.id),
        "avatar": None,
        "joined_at": iso(1.7e9),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return member | ({"user": user_json(user)} if with_user else {})


def role_json(role: Role) -> Json:
    tags = {"tags": {"bot_id": str(role.bot_id)}} if role.bot_id else {}
    return tags | {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": bool(role.bot_id),
        "mentionable": role.mentionable,
        "flags": 0,
    }


def channel_json(channel: Channel, bot: User) -> Json:
    last = next(reversed(channel.messages), None)
    data: Json = {
        "id": str(channel.id),
        "type": channel.type,
        "last_message_id": str(last) if last else None,
        "flags": 16 if channel.tag_required else 0,
    }
    if channel.type == DM:
        return data | {"recipients": [user_json(channel.recipient)]}
    if channel.type == GROUP:
        return data | {"name": channel.name, "icon": None, "owner_id": "1", "recipients": []}
    data |= {"name": channel.name, "guild_id": str(channel.guild.id), "rate_limit_per_user": 0}
    if channel.is_thread:
        return data | _thread_json(channel, bot)
    data |= {
        "position": channel.guild.channels.index(channel),
        "parent_id": None,
        "topic": channel.topic,
        "nsfw": False,
        "permission_overwrites": [],
    }
    if channel.denied:
        deny = {"id": str(bot.id), "type": 1, "allow": "0", "deny": str(channel.denied)}
        data["permission_overwrites"] = [deny]
    if channel.type in (VOICE, STAGE):
        data |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if channel.type == FORUM:
        data["available_tags"] = [
            {
                "id": str(t.id),
                "name": t.name,
                "moderated": False,
                "emoji_id": None,
                "emoji_name": None,
            }
            for t in channel.tags
        ]
        data |= {"default_reaction_emoji": None, "default_sort_order": None}
        data |= {"default_forum_layout": 0, "default_auto_archive_duration": 1440}
    return data


def _thread_json(thread: Channel, bot: User) -> Json:
    count = sum(1 for message in thread.messages.values() if message.deleted_at is None)
    data: Json = {
        "parent_id": str(thread.parent.id),
        "owner_id": str(thread.owner.id),
        "message_count": min(count, 50),
        "total_message_sent": len(thread.messages),
        "member_count": len(thread.members),
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.auto_archive_minutes,
            "archive_timestamp": iso(thread.archive_changed),
            "create_timestamp": iso(thread.archive_changed),
            "locked": thread.locked,
        },
        "applied_tags": [str(tag) for tag in thread.applied_tags],
    }
    if bot.id in thread.members:
        data["member"] = thread_member_json(thread, bot.id)
    return data


def thread_member_json(thread: Channel, user_id: int) -> Json:
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": iso(thread.members[user_id]),
        "flags": 1,
    }


def guild_json(guild: Guild, users: dict[int, User], bot: User, *, everybody: bool) -> Json:
    """A guild as GUILD_CREATE has it; `everybody` lists all members, else the bot alone."""
    present = guild.members if everybody else [bot.id]
    return {
        **guild_head_json(guild),
        "joined_at": iso(1.7e9),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [member_json(guild, users[user_id]) for user_id in present],
        "channels": [channel_json(channel, bot) for channel in guild.channels],
        "threads": [
            channel_json(thread, bot)
            for thread in guild.threads
            if not thread.archived and not thread.deleted
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def guild_head_json(guild: Guild) -> Json:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "owner_id": str(guild.owner.id),
        "roles": [role_json(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "preferred_locale": "ko",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
    }


def message_json(message: Message, bot: User, *, nested: bool = True) -> Json:
    """A message with all of its content; who may not see that gets `without_content` of it."""
    channel = message.channel
    data: Json = {
        "id": str(message.id),
        "channel_id": str(channel.id),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": iso(message.created),
        "edited_timestamp": iso(message.edited) if message.edited else None,
        "tts": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(user) for user in message.mentions],
        "mention_roles": [str(role) for role in message.mention_roles],
        "attachments": [],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": False,
        "type": message.type,
        "flags": message.flags | (HAS_THREAD if message.thread else 0),
    }
    if message.reactions:
        data["reactions"] = [_reaction_json(*item, bot) for item in message.reactions.items()]
    if message.nonce is not None:
        data["nonce"] = message.nonce
    if message.thread and not message.thread.deleted:
        data["thread"] = channel_json(message.thread, bot)
    if message.referenced_id:
        data["message_reference"] = _reference_json(message)
        if nested and message.type in (19, 21):
            there = message.reference is not None and message.reference.deleted_at is None
            shown = message_json(message.reference, bot, nested=False) if there else None
            data["referenced_message"] = shown
    if message.interaction:
        data |= _origin_json(message.interaction)
    return data | message.extra


def _reference_json(message: Message) -> Json:
    if message.type == 18:
        thread = message.thread
        return {"type": 0, "channel_id": str(thread.id), "guild_id": str(thread.guild.id)}
    origin = message.reference.channel if message.reference else message.channel
    reference = {"type": 0, "message_id": str(message.referenced_id), "channel_id": str(origin.id)}
    return reference | ({"guild_id": str(origin.guild.id)} if origin.guild else {})


def _reaction_json(emoji: str, users: list[int], bot: User) -> Json:
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "me": bot.id in users,
        "me_burst": False,
        "burst_colors": [],
    }


def _origin_json(interaction: Interaction) -> Json:
    user = user_json(interaction.user)
    meta: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": user,
        "authorizing_integration_owners": {},
    }
    found: Json = {"interaction_metadata": meta}
    if interaction.type == 2:
        name = interaction.data["name"]
        found["interaction"] = {"id": str(interaction.id), "type": 2, "name": name, "user": user}
    return found


def without_content(data: Json) -> Json:
    """The message as one without the message content intent gets it."""
    bare: dict[str, Any] = {**data, "content": "", "embeds": [], "components": []}
    if bare.get("referenced_message"):
        bare["referenced_message"] = without_content(bare["referenced_message"])
    return bare
