"""Whom a message mentions and whom it really pings, by its allowed_mentions.

https://discord.com/developers/docs/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re

from devtools.discord.world.model import SUPPRESS_NOTIFICATIONS, Json, Message, Pinged, User

_USER, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


def mention(
    message: Message, users: dict[int, User], allowed: Json | None, *, may_all: bool
) -> None:
    """Set the mentions of a message; `may_all` is the right to mention everyone."""
    guild, text = message.channel.guild, message.content
    named = [int(user) for user in dict.fromkeys(_USER.findall(text))]
    found = [users[user] for user in named if user in users and _lets(allowed, "users", user)]
    answered = message.reference.author if message.reference and message.type == 19 else None
    if answered and (allowed is None or allowed.get("replied_user")) and answered not in found:
        found.append(answered)
    roles = [int(role) for role in dict.fromkeys(_ROLE.findall(text))]
    known = guild.roles if guild else {}
    message.mentions = found
    message.mention_roles = [r for r in roles if r in known and _lets(allowed, "roles", r)]
    everyone = bool(_EVERYONE.search(text)) and may_all
    message.mention_everyone = everyone and _lets(allowed, "everyone", 0)


def pinged_by(message: Message, *, may_all: bool) -> Pinged:
    """Return the users whom a new message notifies; an ephemeral one notifies nobody."""
    if message.only_for:
        return Pinged()
    guild = message.channel.guild
    roles = tuple(
        role for role in message.mention_roles if may_all or guild.roles[role].mentionable
    )
    users = tuple(user.id for user in message.mentions if _is_told(user, message))
    quiet = bool(message.flags & SUPPRESS_NOTIFICATIONS)
    return Pinged(users, roles, message.mention_everyone, quiet)


def _is_told(user: User, message: Message) -> bool:
    """A mention of somebody who is not there is shown, and notifies nobody."""
    guild = message.channel.guild
    return user is not message.author and (guild is None or user.id in guild.members)


def _lets(allowed: Json | None, kind: str, item: int) -> bool:
    if allowed is None:
        return True
    named = [int(x) for x in allowed.get(kind) or []] if kind != "everyone" else []
    return kind in (allowed.get("parse") or []) or item in named
