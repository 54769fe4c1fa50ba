"""Channels and threads.

https://discord.com/developers/docs/topics/threads
"""

from __future__ import annotations

import time
from typing import Any

from devtools.discord.api.base import RestRequest, route
from devtools.discord.api.checks import check_message, check_thread
from devtools.discord.api.errors import RATE_LIMITED, RestError
from devtools.discord.api.messages import post
from devtools.discord.api.payloads import channel_json, thread_member_json
from devtools.discord.world.model import (
    DM,
    FORUM,
    NEWS,
    NEWS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Json,
    Message,
    User,
    snowflake,
)
from devtools.discord.world.world import World

_CHANNEL = "/channels/{channel_id}"
_MOST_MEMBERS = 1_000


@route("GET", _CHANNEL)
def get_channel(world: World, request: RestRequest) -> Json:
    channel = world.channel(request.path["channel_id"])
    world.demand(channel)
    return channel_json(channel, world.bot)


@route("PATCH", _CHANNEL, bucket="edit_channel")
def edit_channel(world: World, request: RestRequest) -> tuple[int, Json]:
    channel = world.channel(request.path["channel_id"])
    world.demand(channel)
    if channel.type == DM:
        raise RestError(50024)
    if "name" in request.body and request.body["name"] != channel.name:
        wait_s = world.buckets.sublimit("rename_channel", str(channel.id))
        if wait_s:
            raise RestError(RATE_LIMITED, retry_after=round(wait_s, 3), **{"global": False})
    if channel.is_thread:
        _edit_thread(world, channel, request.body)
    else:
        world.demand(channel, "MANAGE_CHANNELS")
        check_thread({k: v for k, v in request.body.items() if k == "name"})
        channel.name = request.body.get("name", channel.name)
        channel.topic = request.body.get("topic", channel.topic)
        world.tell_channel("CHANNEL_UPDATE", channel)
    return 200, channel_json(channel, world.bot)


def _edit_thread(world: World, thread: Channel, body: Json) -> None:
    opens = body.get("archived") is False or body.get("locked") is False
    if thread.archived and not opens and set(body) - {"locked", "archived"}:
        raise RestError(50083)
    manages = world.may(thread, "MANAGE_THREADS")
    own = thread.owner is world.bot
    if not manages:
        if thread.locked and thread.archived:
            raise RestError(50083)
        if body.get("locked", thread.locked) != thread.locked:
            raise RestError(50013)
        if not own and set(body) - {"archived"}:
            raise RestError(50013)
        if not own and body.get("archived"):
            raise RestError(50013)
        world.demand(thread, "SEND_MESSAGES_IN_THREADS")
    check_thread(body, {tag.id for tag in thread.parent.tags})
    update_thread(world, thread, body)


def update_thread(world: World, thread: Channel, body: Json) -> None:
    """Apply checked changes and tell of them."""
    if body.get("archived", thread.archived) != thread.archived:
        thread.archive_changed = time.time()
    thread.archived = bool(body.get("archived", thread.archived))
    thread.locked = bool(body.get("locked", thread.locked))
    thread.name = body.get("name", thread.name)
    minutes = body.get("auto_archive_duration")
    thread.auto_archive_minutes = minutes or thread.auto_archive_minutes
    if body.get("applied_tags") is not None:
        thread.applied_tags = [int(tag) for tag in body["applied_tags"]]
    world.tell_thread("THREAD_UPDATE", thread)


@route("DELETE", _CHANNEL)
def delete_channel(world: World, request: RestRequest) -> Json:
    channel = world.channel(request.path["channel_id"])
    world.demand(channel, *(["MANAGE_THREADS"] if channel.is_thread else ["MANAGE_CHANNELS"]))
    remove_channel(world, channel)
    return channel_json(channel, world.bot)


def remove_channel(world: World, channel: Channel) -> None:
    """Delete a channel or thread and tell of it."""
    if channel.is_thread:
        data = {
            "id": str(channel.id),
            "guild_id": str(channel.guild.id),
            "parent_id": str(channel.parent.id),
            "type": channel.type,
        }
        of = {"channel": channel, "guild_id": channel.guild.id}
        world.dispatch("THREAD_DELETE", data, ("GUILDS",), **of)
    else:
        world.tell_channel("CHANNEL_DELETE", channel)
        channel.guild.channels.remove(channel)
    channel.deleted = True
    world.changed()


def open_thread(
    world: World,
    parent: Channel,
    owner: User,
    name: str,
    *,
    source: Message | None = None,
    kind: int = PUBLIC_THREAD,
    minutes: int | None = None,
    tags: list[int] | None = None,
) -> Channel:
    """Make a thread and tell of it; from a message it has that message's id."""
    thread = Channel(
        source.id if source else snowflake(),
        NEWS_THREAD if parent.type == NEWS else kind,
        name,
        guild=parent.guild,
        parent=parent,
        owner=owner,
        auto_archive_minutes=minutes or 1440,
        applied_tags=tags or [],
    )
    thread.members[owner.id] = time.time()
    world.add_channel(thread)
    world.tell_thread("THREAD_CREATE", thread, newly_created=True)
    if owner is world.bot:
        _tell_members(world, thread, added=[world.bot.id])
    if source:
        source.thread = thread
        world.tell_message("MESSAGE_UPDATE", source)
        more: dict[str, Any] = {"type": 21, "reference": source, "referenced_id": source.id}
        world.add_message(thread, owner, **more)
    return thread


@route("POST", _CHANNEL + "/messages/{message_id}/threads", bucket="create_thread")
def thread_from_message(world: World, request: RestRequest) -> tuple[int, Json]:
    parent = world.channel(request.path["channel_id"])
    world.demand(parent, "CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    if parent.type not in (TEXT, NEWS):
        raise RestError(50024)
    source = world.message(parent, request.path["message_id"])
    check_thread({"name": "", **request.body})
    if source.thread:
        raise RestError(160004)
    minutes = request.body.get("auto_archive_duration")
    thread = open_thread(
        world, parent, world.bot, request.body["name"], source=source, minutes=minutes
    )
    return 201, channel_json(thread, world.bot)


@route("POST", _CHANNEL + "/threads", bucket="create_thread")
def thread_without_message(world: World, request: RestRequest) -> tuple[int, Json]:
    """Open a post with its first message in a forum, elsewhere an empty thread."""
    parent = world.channel(request.path["channel_id"])
    body = request.body
    if parent.type == FORUM:
        world.demand(parent, "SEND_MESSAGES")
        check_thread({"name": "", **body}, {tag.id for tag in parent.tags})
        check_message(body.get("message") or {})
        if parent.tag_required and not body.get("applied_tags"):
            raise RestError(40067)
        tags = [int(tag) for tag in body.get("applied_tags") or []]
        minutes = body.get("auto_archive_duration")
        thread = open_thread(world, parent, world.bot, body["name"], minutes=minutes, tags=tags)
        first = post(world, thread, body["message"], id=thread.id)
        return 201, channel_json(thread, world.bot) | {"message": world.told_by_rest(first)}
    if parent.type not in (TEXT, NEWS):
        raise RestError(50024)
    kind = body.get("type") or PRIVATE_THREAD
    public = kind == PUBLIC_THREAD
    world.demand(parent, "CREATE_PUBLIC_THREADS" if public else "CREATE_PRIVATE_THREADS")
    check_thread({"name": "", **body})
    minutes = body.get("auto_archive_duration")
    thread = open_thread(world, parent, world.bot, body["name"], kind=kind, minutes=minutes)
    if public:
        told = {"type": 18, "thread": thread, "referenced_id": thread.id}
        world.add_message(parent, world.bot, body["name"], **told)
    return 201, channel_json(thread, world.bot)


def _tell_members(
    world: World, thread: Channel, *, added: list[int] = (), removed: list[int] = ()
) -> None:
    data = {
        "id": str(thread.id),
        "guild_id": str(thread.guild.id),
        "member_count": len(thread.members),
        "added_members": [thread_member_json(thread, user) for user in added],
        "removed_member_ids": [str(user) for user in removed],
    }
    of = {"channel": thread, "guild_id": thread.guild.id}
    world.dispatch("THREAD_MEMBERS_UPDATE", data, ("GUILDS",), **of)


def _thread(world: World, request: RestRequest) -> Channel:
    thread = world.channel(request.path["channel_id"])
    world.demand(thread)
    if not thread.is_thread:
        raise RestError(50024)
    return thread


def _user_id(world: World, request: RestRequest) -> int:
    name = request.path["user_id"]
    return world.bot.id if name == "@me" else int(name)


@route("PUT", _CHANNEL + "/thread-members/{user_id}")
def add_thread_member(world: World, request: RestRequest) -> None:
    thread, user_id = _thread(world, request), _user_id(world, request)
    if thread.archived:
        raise RestError(50083)
    if user_id not in world.users:
        raise RestError(10013)
    if len(thread.members) >= _MOST_MEMBERS:
        raise RestError(30033)
    if user_id not in thread.members:
        thread.members[user_id] = time.time()
        _tell_members(world, thread, added=[user_id])


@route("DELETE", _CHANNEL + "/thread-members/{user_id}")
def remove_thread_member(world: World, request: RestRequest) -> None:
    thread, user_id = _thread(world, request), _user_id(world, request)
    if thread.archived:
        raise RestError(50083)
    if thread.members.pop(user_id, None) is not None:
        _tell_members(world, thread, removed=[user_id])


@route("GET", _CHANNEL + "/thread-members/{user_id}")
def get_thread_member(world: World, request: RestRequest) -> Json:
    thread, user_id = _thread(world, request), _user_id(world, request)
    if user_id not in thread.members:
        raise RestError(10007)
    return thread_member_json(thread, user_id)


@route("GET", _CHANNEL + "/thread-members")
def list_thread_members(world: World, request: RestRequest) -> list[Json]:
    thread = _thread(world, request)
    return [thread_member_json(thread, user_id) for user_id in thread.members]


@route("GET", "/guilds/{guild_id}/threads/active")
def active_threads(world: World, request: RestRequest) -> Json:
    guild = world.guilds.get(int(request.path["guild_id"]))
    if guild is None:
        raise RestError(10004)
    open_ones = [t for t in guild.threads if not t.archived and not t.deleted]
    return _listed(world, [t for t in open_ones if world.may(t, "VIEW_CHANNEL")])


@route("GET", _CHANNEL + "/threads/archived/public")
def archived_threads(world: World, request: RestRequest) -> Json:
    """The last archived first."""
    parent = world.channel(request.path["channel_id"])
    world.demand(parent, "READ_MESSAGE_HISTORY")
    limit = int(request.query.get("limit", 50))
    found = [
        thread
        for thread in parent.guild.threads
        if thread.parent is parent and thread.archived and not thread.deleted
    ]
    found.sort(key=lambda thread: -thread.archive_changed)
    return _listed(world, found[:limit]) | {"has_more": len(found) > limit}


def _listed(world: World, threads: list[Channel]) -> Json:
    me = world.bot.id
    return {
        "threads": [channel_json(thread, world.bot) for thread in threads],
        "members": [thread_member_json(t, me) for t in threads if me in t.members],
    }
