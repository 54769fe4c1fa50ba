"""The methods that look around: conversations.*, users.*, usergroups.*, bots.*, team.*, auth.*.

https://docs.slack.dev/reference/methods?family=conversations
"""

from __future__ import annotations

from typing import Any

from devtools.slack.api.base import ApiError, Ask, method
from devtools.slack.world.model import Channel, Message

Json = dict[str, Any]
_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")


@method("auth.test")
def auth_test(ask: Ask) -> Json:
    """Return the user of the token."""
    return {
        "url": "https://local.slack.com/",
        "team": ask.team.name,
        "team_id": ask.team.id,
        "user": "faqbot",
        "user_id": ask.team.bot_user_id,
        "bot_id": ask.team.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read")
def team_info(ask: Ask) -> Json:
    """The workspace."""
    return {"team": {"id": ask.team.id, "name": ask.team.name, "domain": "local"}}


@method("bots.info", "users:read")
def bots_info(ask: Ask) -> Json:
    """A bot by its bot id."""
    for profile in ask.world.profiles.values():
        if profile.bot_id == ask.need("bot") and profile.team is ask.team:
            bot = {"id": profile.bot_id, "user_id": profile.id, "name": profile.name}
            return {"bot": bot | {"app_id": "A0LOCAL", "deleted": False}}
    raise ApiError("bot_not_found")


@method("users.info", "users:read")
def users_info(ask: Ask) -> Json:
    """A person or a bot user."""
    profile = ask.world.profiles.get(ask.need("user"))
    if profile is None or profile.team is not ask.team:
        raise ApiError("user_not_found")
    return {"user": profile.as_json()}


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(ask: Ask) -> Json:
    """Return the users in a user group."""
    group = ask.team.groups.get(ask.need("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": sorted(group.members)}


@method("users.conversations", *_READ)
def users_conversations(ask: Ask) -> Json:
    """The channels of the bot, or of `user`."""
    user = ask.args.get("user") or ask.team.bot_user_id
    return _paged(ask, "channels", [shown(c) for c in _listed(ask) if user in c.members])


@method("conversations.list", *_READ)
def conversations_list(ask: Ask) -> Json:
    """Return the channels of the asked types that the bot may know of."""
    seen = [c for c in _listed(ask) if c.kind == "channel" or c.has_bot]
    return _paged(ask, "channels", [shown(c) | {"is_member": c.has_bot} for c in seen])


@method("conversations.info", *_READ)
def conversations_info(ask: Ask) -> Json:
    """One channel."""
    channel = ask.channel(member=False)
    return {"channel": shown(channel) | {"is_member": channel.has_bot}}


@method("conversations.members", *_READ)
def conversations_members(ask: Ask) -> Json:
    """The ids of a channel's members."""
    return _paged(ask, "members", sorted(ask.channel(member=False).members))


@method("conversations.history", *_HISTORY)
def conversations_history(ask: Ask) -> Json:
    """A channel's messages without the replies, newest first."""
    channel = ask.channel()
    top = [m for m in channel.messages.values() if m.thread_ts in (None, m.ts)]
    shown = [message | _replies_of(channel, message["ts"]) for message in _between(ask, top)]
    return _paged(ask, "messages", shown[::-1])


@method("conversations.replies", *_HISTORY)
def conversations_replies(ask: Ask) -> Json:
    """A thread with its first message, oldest first."""
    channel = ask.channel()
    ts = ask.need("ts")
    if ts not in channel.messages:
        raise ApiError("thread_not_found")
    root = channel.messages[ts].thread_ts or ts
    thread = [m for m in channel.messages.values() if root in (m.ts, m.thread_ts)]
    about = {root: _replies_of(channel, root)}
    rows = [message | about.get(message["ts"], {}) for message in _between(ask, thread)]
    return _paged(ask, "messages", rows)


@method("conversations.open", "im:write")
def conversations_open(ask: Ask) -> Json:
    """The DM with one person."""
    user = ask.need("users")
    if user not in ask.world.profiles:
        raise ApiError("user_not_found")
    if getattr(ask.world.profiles[user], "bot_id", None):
        raise ApiError("cannot_dm_bot")
    return {"channel": {"id": ask.world.dm_of(ask.team, user).id}}


@method("conversations.join", "channels:join")
def conversations_join(ask: Ask) -> Json:
    """Become a member of a public channel."""
    channel = ask.channel(member=False)
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    channel.members.add(ask.team.bot_user_id)
    return {"channel": shown(channel)}


def _replies_of(channel: Channel, ts: str) -> Json:
    """Return the fields by which a thread's first message describes what is below it.

    `reply_users` has the first five; Slack may give a bot's id in place of that of its user.
    """
    replies = [one for one in channel.messages.values() if one.thread_ts == ts and one.ts != ts]
    if not replies:
        return {}
    users = list(dict.fromkeys(one.bot_id or one.user for one in replies))
    about = {"reply_count": len(replies), "reply_users_count": len(users)}
    return about | {"reply_users": users[:5], "latest_reply": max(one.ts for one in replies)}


def shown(channel: Channel) -> Json:
    """The `channel` object."""
    as_json: Json = {
        "id": channel.id,
        "context_team_id": channel.team.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_private": channel.kind != "channel",
        "is_im": channel.kind == "im",
        "is_archived": False,
        "num_members": len(channel.members),
    }
    if channel.kind == "im":
        user = next(iter(channel.members - {channel.team.bot_user_id}), "")
        return as_json | {"user": user}
    return as_json | {"name": channel.name, "name_normalized": channel.name}


def _listed(ask: Ask) -> list[Channel]:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    asked = str(ask.args.get("types") or "public_channel").split(",")
    wanted = {kinds.get(name.strip()) for name in asked}
    everywhere = ask.world.channels.values()
    return [c for c in everywhere if c.team is ask.team and c.kind in wanted]


def _between(ask: Ask, messages: list[Message]) -> list[Json]:
    oldest = float(ask.args.get("oldest") or 0)
    latest = float(ask.args.get("latest") or "inf")
    same = str(ask.args.get("inclusive")).lower() in ("1", "true")
    return [
        message.as_json()
        for message in messages
        if oldest < float(message.ts) < latest or (same and float(message.ts) in (oldest, latest))
    ]


def _paged(ask: Ask, name: str, rows: list[Any]) -> Json:
    limit = int(ask.args.get("limit") or 100)
    start = int(ask.args.get("cursor") or 0)
    more = start + limit < len(rows)
    cursor = str(start + limit) if more else ""
    page: Json = {name: rows[start : start + limit]}
    return page | {"has_more": more, "response_metadata": {"next_cursor": cursor}}
