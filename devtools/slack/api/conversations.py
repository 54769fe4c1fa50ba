"""The methods that look around: conversations.*, users.*, usergroups.*, bots.*, team.*, auth.*.

https://docs.slack.dev/reference/methods?family=conversations
"""

from __future__ import annotations

from typing import Any

from devtools.slack.api.base import MethodCall, WebApiError, method
from devtools.slack.world.model import Channel, Message

Json = dict[str, Any]
_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")


@method("auth.test")
def auth_test(call: MethodCall) -> Json:
    """Return the user of the token."""
    return {
        "url": "https://local.slack.com/",
        "team": call.team.name,
        "team_id": call.team.id,
        "user": "faqbot",
        "user_id": call.team.bot_user_id,
        "bot_id": call.team.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read")
def team_info(call: MethodCall) -> Json:
    """The workspace."""
    return {"team": {"id": call.team.id, "name": call.team.name, "domain": "local"}}


@method("bots.info", "users:read")
def bots_info(call: MethodCall) -> Json:
    """A bot by its bot id."""
    for profile in call.world.profiles.values():
        if profile.bot_id == call.need("bot") and profile.team is call.team:
            bot = {"id": profile.bot_id, "user_id": profile.id, "name": profile.name}
            return {"bot": bot | {"app_id": "A0LOCAL", "deleted": False}}
    raise WebApiError("bot_not_found")


@method("users.info", "users:read")
def users_info(call: MethodCall) -> Json:
    """A person or a bot user."""
    profile = call.world.profiles.get(call.need("user"))
    if profile is None or profile.team is not call.team:
        raise WebApiError("user_not_found")
    return {"user": profile.as_json()}


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(call: MethodCall) -> Json:
    """Return the users in a user group."""
    group = call.team.groups.get(call.need("usergroup"))
    if group is None:
        raise WebApiError("no_such_subteam")
    return {"users": sorted(group.members)}


@method("users.conversations", *_READ)
def users_conversations(call: MethodCall) -> Json:
    """The channels of the bot, or of `user`."""
    user = call.args.get("user") or call.team.bot_user_id
    return _paged(call, "channels", [shown(c) for c in _listed(call) if user in c.members])


@method("conversations.list", *_READ)
def conversations_list(call: MethodCall) -> Json:
    """Return the channels of the asked types that the bot may know of."""
    seen = [c for c in _listed(call) if c.kind == "channel" or c.has_bot]
    return _paged(call, "channels", [shown(c) | {"is_member": c.has_bot} for c in seen])


@method("conversations.info", *_READ)
def conversations_info(call: MethodCall) -> Json:
    """One channel."""
    channel = call.channel(member=False)
    return {"channel": shown(channel) | {"is_member": channel.has_bot}}


@method("conversations.members", *_READ)
def conversations_members(call: MethodCall) -> Json:
    """The ids of a channel's members."""
    return _paged(call, "members", sorted(call.channel(member=False).members))


@method("conversations.history", *_HISTORY)
def conversations_history(call: MethodCall) -> Json:
    """A channel's messages without the replies, newest first."""
    channel = call.channel()
    top = [m for m in channel.messages.values() if m.thread_ts in (None, m.ts)]
    shown = [message | _replies_of(channel, message["ts"]) for message in _between(call, top)]
    return _paged(call, "messages", shown[::-1])


@method("conversations.replies", *_HISTORY)
def conversations_replies(call: MethodCall) -> Json:
    """A thread with its first message, oldest first."""
    channel = call.channel()
    ts = call.need("ts")
    if ts not in channel.messages:
        raise WebApiError("thread_not_found")
    root = channel.messages[ts].thread_ts or ts
    thread = [m for m in channel.messages.values() if root in (m.ts, m.thread_ts)]
    about = {root: _replies_of(channel, root)}
    rows = [message | about.get(message["ts"], {}) for message in _between(call, thread)]
    return _paged(call, "messages", rows)


@method("conversations.open", "im:write")
def conversations_open(call: MethodCall) -> Json:
    """The DM with one person."""
    user = call.need("users")
    if user not in call.world.profiles:
        raise WebApiError("user_not_found")
    if getattr(call.world.profiles[user], "bot_id", None):
        raise WebApiError("cannot_dm_bot")
    return {"channel": {"id": call.world.dm_of(call.team, user).id}}


@method("conversations.join", "channels:join")
def conversations_join(call: MethodCall) -> Json:
    """Become a member of a public channel."""
    channel = call.channel(member=False)
    if channel.kind != "channel":
        raise WebApiError("method_not_supported_for_channel_type")
    channel.members.add(call.team.bot_user_id)
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


def _listed(call: MethodCall) -> list[Channel]:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    asked = str(call.args.get("types") or "public_channel").split(",")
    wanted = {kinds.get(name.strip()) for name in asked}
    everywhere = call.world.channels.values()
    return [c for c in everywhere if c.team is call.team and c.kind in wanted]


def _between(call: MethodCall, messages: list[Message]) -> list[Json]:
    oldest = float(call.args.get("oldest") or 0)
    latest = float(call.args.get("latest") or "inf")
    same = str(call.args.get("inclusive")).lower() in ("1", "true")
    return [
        message.as_json()
        for message in messages
        if oldest < float(message.ts) < latest or (same and float(message.ts) in (oldest, latest))
    ]


def _paged(call: MethodCall, name: str, rows: list[Any]) -> Json:
    limit = int(call.args.get("limit") or 100)
    start = int(call.args.get("cursor") or 0)
    more = start + limit < len(rows)
    cursor = str(start + limit) if more else ""
    page: Json = {name: rows[start : start + limit]}
    return page | {"has_more": more, "response_metadata": {"next_cursor": cursor}}
