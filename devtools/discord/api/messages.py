"""Messages, reactions, typing.

https://discord.com/developers/docs/resources/message
"""

from __future__ import annotations

import time
from typing import Any

from devtools.discord.api.base import RestRequest, route
from devtools.discord.api.checks import check_message
from devtools.discord.api.errors import RestError
from devtools.discord.api.payloads import user_json
from devtools.discord.world.model import HAS_THREAD, SUPPRESS_EMBEDS, Channel, Json, Message
from devtools.discord.world.world import World, text_like

_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = _MESSAGES + "/{message_id}"
_HOUR_S = 3_600.0


@route("POST", _MESSAGES, bucket="post_message")
def create_message(world: World, request: RestRequest) -> Json:
    channel = world.channel(request.path["channel_id"])
    _may_write(world, channel)
    check_message(request.body)
    if said := _said_before(world, channel, request.body):
        return world.told_by_rest(said)
    if request.body.get("embeds"):
        world.demand(channel, "EMBED_LINKS")
    message = post(world, channel, request.body)
    return world.told_by_rest(message)


def post(world: World, channel: Channel, body: Json, **more: Any) -> Message:
    """Create a checked message of the bot; an open archived thread comes back by it."""
    if channel.is_thread and channel.archived and not more.get("only_for"):
        channel.archived, channel.archive_changed = False, time.time()
        world.tell_thread("THREAD_UPDATE", channel)
    more = _reference(world, channel, body.get("message_reference")) | more
    nonce = body.get("nonce")
    message = world.add_message(
        channel,
        world.bot,
        body.get("content") or "",
        allowed=body.get("allowed_mentions"),
        embeds=body.get("embeds") or [],
        components=number(body.get("components") or []),
        flags=(body.get("flags") or 0) | more.pop("flags", 0),
        nonce=str(nonce) if nonce is not None else None,
        extra={"attachments": body.get("attachments") or []},
        **more,
    )
    if nonce is not None and body.get("enforce_nonce"):
        world.nonces[channel.id, str(nonce)] = (time.monotonic(), message)
    return message


def number(components: list[Json]) -> list[Json]:
    """Components as they come back: each has an id."""
    count = 0

    def copy(part: Json) -> Json:
        nonlocal count
        count += 1
        new: Json = {**part, "id": part.get("id") or count}
        if "components" in new:
            new["components"] = [copy(child) for child in new["components"]]
        return new | {k: copy(new[k]) for k in ("component", "accessory") if new.get(k)}

    return [copy(part) for part in components]


def _may_write(world: World, channel: Channel) -> None:
    if not text_like(channel):
        raise RestError(50008)
    needed = "SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES"
    world.demand(channel, needed)
    if channel.locked and not world.may(channel, "MANAGE_THREADS"):
        raise RestError(50083 if channel.archived else 160005)
    if channel.recipient and channel.recipient.id in world.settings.closed_dms:
        raise RestError(50007)


def _said_before(world: World, channel: Channel, body: Json) -> Message | None:
    """The message that this nonce made before, if the client wants that respected."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    at, message = world.nonces.get((channel.id, str(body["nonce"])), (0.0, None))
    fresh = time.monotonic() - at < world.settings.nonce_window_s
    return message if fresh and message and message.deleted_at is None else None


def _reference(world: World, channel: Channel, reference: Json | None) -> dict[str, Any]:
    if not reference:
        return {}
    if not world.may(channel, "READ_MESSAGE_HISTORY"):
        raise RestError(160002)
    target = channel.messages.get(int(reference["message_id"]))
    if target is None or target.deleted_at is not None or target.only_for:
        if reference.get("fail_if_not_exists", True):
            wrong = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            raise RestError(50035, {"message_reference": {"_errors": [wrong]}})
        return {}
    return {"type": 19, "reference": target, "referenced_id": target.id}


@route("PATCH", _MESSAGE, bucket="edit_message")
def edit_message(world: World, request: RestRequest) -> Json:
    channel = world.channel(request.path["channel_id"])
    message = world.message(channel, request.path["message_id"])
    world.demand(channel)
    others = message.author is not world.bot
    if others and (set(request.body) - {"flags"} or not world.may(channel, "MANAGE_MESSAGES")):
        raise RestError(50005)
    if message.type not in (0, 19, 20, 23):
        raise RestError(50021)
    _not_archived(channel)
    check_message({"flags": message.flags & ~HAS_THREAD, **request.body}, new=False)
    if time.time() - message.created > _HOUR_S:
        wait_s = world.buckets.sublimit("edit_old_message", str(channel.id))
        if wait_s:
            raise RestError(30046, retry_after=round(wait_s, 3), **{"global": False})
    change(world, message, request.body)
    return world.told_by_rest(message)


def change(world: World, message: Message, body: Json) -> None:
    """Apply a checked PATCH; null empties what it names.

    Raises:
        RestError: 50006 if nothing would be left.
    """
    changes: dict[str, Any] = {}
    if "content" in body:
        changes["content"] = body["content"] or ""
    if "embeds" in body:
        changes["embeds"] = body["embeds"] or []
    if "components" in body:
        changes["components"] = number(body["components"] or [])
    if "flags" in body and body["flags"] is not None:
        keep = message.flags & ~SUPPRESS_EMBEDS
        changes["flags"] = keep | body["flags"] & SUPPRESS_EMBEDS
    left = [
        changes.get(name, getattr(message, name)) for name in ("content", "embeds", "components")
    ]
    if not any(left):
        raise RestError(50006)
    world.change_message(message, allowed=body.get("allowed_mentions"), **changes)


def _not_archived(channel: Channel) -> None:
    if channel.archived:
        raise RestError(50083)


@route("DELETE", _MESSAGE, bucket="delete_message")
def delete_message(world: World, request: RestRequest) -> None:
    channel = world.channel(request.path["channel_id"])
    message = world.message(channel, request.path["message_id"])
    world.demand(channel, *([] if message.author is world.bot else ["MANAGE_MESSAGES"]))
    _not_archived(channel)
    world.remove_message(message)


@route("GET", _MESSAGE)
def get_message(world: World, request: RestRequest) -> Json:
    channel = world.channel(request.path["channel_id"])
    world.demand(channel)
    if not world.may(channel, "READ_MESSAGE_HISTORY"):
        raise RestError(50001)
    return world.told_by_rest(world.message(channel, request.path["message_id"]))


@route("GET", _MESSAGES)
def list_messages(world: World, request: RestRequest) -> list[Json]:
    """Newest first, 1 to 100 of them; without READ_MESSAGE_HISTORY there are none."""
    channel = world.channel(request.path["channel_id"])
    if not text_like(channel):
        raise RestError(50008)
    world.demand(channel)
    limit = int(request.query.get("limit", 50))
    if not 1 <= limit <= 100:
        wrong = {"code": "NUMBER_TYPE_MAX", "message": "int value should be between 1 and 100."}
        raise RestError(50035, {"limit": {"_errors": [wrong]}})
    if not world.may(channel, "READ_MESSAGE_HISTORY"):
        return []
    rows = sorted(channel.shown, key=lambda m: m.id)
    if "before" in request.query:
        rows = [m for m in rows if m.id < int(request.query["before"])][-limit:]
    elif "after" in request.query:
        rows = [m for m in rows if m.id > int(request.query["after"])][:limit]
    elif "around" in request.query:
        middle = int(request.query["around"])
        older = [m for m in rows if m.id < middle][-(limit // 2) :] if limit > 1 else []
        rows = [*older, *[m for m in rows if m.id >= middle][: limit - len(older)]]
    else:
        rows = rows[-limit:]
    return [world.told_by_rest(message) for message in reversed(rows)]


@route("POST", "/channels/{channel_id}/typing", bucket="typing")
def typing(world: World, request: RestRequest) -> None:
    channel = world.channel(request.path["channel_id"])
    _may_write(world, channel)
    channel.typed_at.append(time.monotonic())
    world.changed()


_REACTION = _MESSAGE + "/reactions/{emoji}"


@route("PUT", _REACTION + "/@me", bucket="react")
def add_reaction(world: World, request: RestRequest) -> None:
    message = _reacted(world, request)
    world.demand(message.channel, "READ_MESSAGE_HISTORY")
    if request.path["emoji"] not in message.reactions:
        world.demand(message.channel, "ADD_REACTIONS")
    react(world, message, world.bot.id, request.path["emoji"])


@route("DELETE", _REACTION + "/@me", bucket="react")
def remove_own_reaction(world: World, request: RestRequest) -> None:
    unreact(world, _reacted(world, request), world.bot.id, request.path["emoji"])


@route("DELETE", _REACTION + "/{user_id}", bucket="react")
def remove_reaction(world: World, request: RestRequest) -> None:
    message = _reacted(world, request)
    world.demand(message.channel, "MANAGE_MESSAGES")
    unreact(world, message, int(request.path["user_id"]), request.path["emoji"])


@route("GET", _REACTION)
def list_reactions(world: World, request: RestRequest) -> list[Json]:
    message = _reacted(world, request)
    return [user_json(world.users[u]) for u in message.reactions.get(request.path["emoji"], [])]


def _reacted(world: World, request: RestRequest) -> Message:
    channel = world.channel(request.path["channel_id"])
    world.demand(channel)
    message = world.message(channel, request.path["message_id"])
    _not_archived(channel)
    if request.path["emoji"].isascii():
        raise RestError(10014)
    return message


def react(world: World, message: Message, user_id: int, emoji: str) -> None:
    """Add a reaction and tell of it, once a user and emoji."""
    users = message.reactions.setdefault(emoji, [])
    if user_id not in users:
        users.append(user_id)
        _tell_reaction(world, "MESSAGE_REACTION_ADD", message, user_id, emoji)


def unreact(world: World, message: Message, user_id: int, emoji: str) -> None:
    """Take a reaction away. Raises: RestError 10014 if it is not there."""
    users = message.reactions.get(emoji, [])
    if user_id not in users:
        raise RestError(10014)
    users.remove(user_id)
    if not users:
        del message.reactions[emoji]
    _tell_reaction(world, "MESSAGE_REACTION_REMOVE", message, user_id, emoji)


def _tell_reaction(world: World, name: str, message: Message, user_id: int, emoji: str) -> None:
    guild = message.channel.guild
    data = {
        "user_id": str(user_id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "message_author_id": str(message.author.id),
        "emoji": {"id": None, "name": emoji, "animated": False},
        "burst": False,
        "type": 0,
    } | ({"guild_id": str(guild.id)} if guild else {})
    needs = "GUILD_MESSAGE_REACTIONS" if guild else "DIRECT_MESSAGE_REACTIONS"
    of = {"channel": message.channel, "guild_id": guild.id if guild else None}
    world.dispatch(name, data, (needs,), **of)


@route("POST", "/channels/{channel_id}/messages/bulk-delete")
def bulk_delete(world: World, request: RestRequest) -> None:
    channel = world.channel(request.path["channel_id"])
    world.demand(channel, "MANAGE_MESSAGES")
    for message_id in request.body["messages"]:
        if int(message_id) in channel.messages:
            world.remove_message(channel.messages[int(message_id)])
