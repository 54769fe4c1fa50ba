"""The chat.* and reactions.* methods.

https://docs.slack.dev/reference/methods?family=chat
"""

from __future__ import annotations

import re
import time
from typing import Any

from devtools.slack.api.base import ApiError, Ask, checked_blocks, method, with_ids
from devtools.slack.api.checks import MAX_MARKDOWN, MAX_UPDATE_TEXT
from devtools.slack.world.model import SESSION_STATUSES, Channel, Message

Json = dict[str, Any]


@method("chat.postMessage", "chat:write")
def post_message(ask: Ask) -> Json:
    """Post in a channel, a DM or a thread."""
    channel = ask.channel()
    text, blocks = ask.content()
    message = ask.world.post(
        channel,
        ask.team.bot_user_id,
        text,
        blocks=blocks,
        thread_ts=_thread(ask, channel),
        bot_id=ask.team.bot_id,
        metadata=ask.args.get("metadata"),
    )
    _status_over(ask, channel, message.thread_ts)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


@method("chat.update", "chat:write")
def update(ask: Ask) -> Json:
    """Rewrite the bot's own message; text alone takes the blocks away."""
    if ask.args.get("channel") not in ask.world.channels:
        raise ApiError("channel_not_found")  # a user's id will not do here
    channel = ask.channel(member=False)
    message = ask.own(ask.message(channel), "cant_update_message")
    if message.is_streaming():
        raise ApiError("streaming_state_conflict")
    text, blocks = ask.content(most=MAX_UPDATE_TEXT)
    if "metadata" in ask.args:
        message.metadata = ask.args["metadata"]
    ask.world.rewrite(message, text, blocks)
    message.edited = not blocks  # Slack marks no message as edited that has blocks
    shown = message.as_json()
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


@method("chat.delete", "chat:write")
def delete(ask: Ask) -> Json:
    """Delete the bot's own message."""
    channel = ask.channel(member=False)
    message = ask.own(ask.message(channel), "cant_delete_message")
    ask.world.remove(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(ask: Ask) -> Json:
    """Show a message to one member of a channel."""
    channel = ask.channel()
    user = ask.need("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = ask.content()
    message = ephemeral(ask.world, channel, user, text, blocks, thread_ts=_thread(ask, channel))
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def permalink(ask: Ask) -> Json:
    """The address of a message."""
    channel = ask.channel(member=False)
    message = ask.message(channel, "message_ts")
    link = f"https://local.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


@method("chat.startStream", "chat:write")
def start_stream(ask: Ask) -> Json:
    """Begin a message that grows; it ends by itself after `World.stream_lasts_s`."""
    channel = ask.channel()
    ask.need("thread_ts")
    thread_ts = _thread(ask, channel)
    if channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not ask.args.get(name):
                raise ApiError(f"missing_{name}")
    text, blocks = _chunks(ask)
    message = ask.world.post(
        channel,
        ask.team.bot_user_id,
        text,
        blocks=_stream_blocks(text, blocks),
        thread_ts=thread_ts,
        bot_id=ask.team.bot_id,
        streaming=True,
        stream_ends_at=time.monotonic() + ask.world.stream_lasts_s,
        stream_text=text,
    )
    _status_over(ask, channel, thread_ts)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.appendStream", "chat:write")
def append_stream(ask: Ask) -> Json:
    """Add to it."""
    channel, message = _stream(ask)
    if not ask.args.get("markdown_text") and not ask.args.get("chunks"):
        ask.need("markdown_text")
    text, blocks = _chunks(ask)
    message.rewrite(*_grown(message, text, blocks))
    ask.world.changed()
    return {"channel": channel.id, "ts": message.ts}


@method("chat.stopStream", "chat:write")
def stop_stream(ask: Ask) -> Json:
    """End it, with blocks below the text if there are any, and with an agent's session."""
    channel, message = _stream(ask)
    if status := ask.args.get("session_status"):
        if not ask.team.is_agent or status not in SESSION_STATUSES:
            raise ApiError("invalid_arguments")
        history = ask.world.sessions.setdefault((channel.id, message.thread_ts), [])
        history.append({"title": "", **(history[-1] if history else {}), "status": status})
    text, blocks = _chunks(ask)
    final = ask.args.get("blocks") or []
    checked_blocks(final)
    message.streaming = False
    ask.world.rewrite(message, *_grown(message, text, [*blocks, *final]))
    if "metadata" in ask.args:
        message.metadata = ask.args["metadata"]
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


@method("reactions.add", "reactions:write")
def add_reaction(ask: Ask) -> Json:
    """React as the bot."""
    message = ask.message(ask.channel(), "timestamp")
    if not re.fullmatch(r"[a-z0-9_+'-]+", ask.need("name")):
        raise ApiError("invalid_name")
    if (ask.args["name"], ask.team.bot_user_id) in message.reactions:
        raise ApiError("already_reacted")
    ask.world.react(message, ask.team.bot_user_id, ask.args["name"])
    return {}


@method("reactions.remove", "reactions:write")
def remove_reaction(ask: Ask) -> Json:
    """Take the bot's reaction back."""
    message = ask.message(ask.channel(), "timestamp")
    if (ask.need("name"), ask.team.bot_user_id) not in message.reactions:
        raise ApiError("no_reaction")
    ask.world.unreact(message, ask.team.bot_user_id, ask.args["name"])
    return {}


def ephemeral(
    world: Any,
    channel: Channel,
    user: str,
    text: str,
    blocks: list[Json],
    *,
    thread_ts: str | None = None,
) -> Message:
    """A message that only `user` sees, and that no event tells of."""
    team = channel.team
    message = Message(
        channel,
        world.ids.ts(),
        team.bot_user_id,
        text,
        with_ids(blocks),
        thread_ts,
        team.bot_id,
        ephemeral_for=user,
    )
    world.ephemerals.append(message)
    world.changed()
    return message


def _thread(ask: Ask, channel: Channel) -> str | None:
    thread_ts = ask.args.get("thread_ts")
    if not thread_ts:
        return None
    parent = channel.messages.get(str(thread_ts))
    if parent is None or (parent.thread_ts or parent.ts) != parent.ts:
        raise ApiError("invalid_thread_ts")
    parent.thread_ts = parent.ts
    return parent.ts


def _status_over(ask: Ask, channel: Channel, thread_ts: str | None) -> None:
    pane = ask.world.panes.get((channel.id, thread_ts or ""))
    if pane and pane.statuses and pane.statuses[-1]:
        pane.statuses.append("")


def _stream(ask: Ask) -> tuple[Channel, Message]:
    channel = ask.channel()
    message = ask.own(ask.message(channel), "message_not_owned_by_app")
    if message.stopped_by_user:
        raise ApiError("stopped_by_user")
    if not message.is_streaming():
        raise ApiError("message_not_in_streaming_state")
    return channel, message


def _chunks(ask: Ask) -> tuple[str, list[Json]]:
    text, blocks = ask.args.get("markdown_text") or "", []
    chunks = ask.args.get("chunks") or []
    if text and chunks:
        raise ApiError("cannot_provide_both_markdown_text_and_chunks")
    for chunk in chunks:
        match chunk.get("type"):
            case "markdown_text":
                text += chunk["text"]
            case "blocks":
                blocks += chunk["blocks"]
            case "task_update" | "plan_update":
                pass
            case _:
                raise ApiError("invalid_chunks")
    if len(text) > MAX_MARKDOWN:
        raise ApiError("msg_too_long")
    checked_blocks(blocks)
    return text, blocks


def _grown(message: Message, text: str, blocks: list[Json]) -> tuple[str, list[Json]]:
    message.stream_text += text
    kept = [block for block in message.blocks if block["type"] != "markdown"]
    return message.stream_text, _stream_blocks(message.stream_text, [*kept, *blocks])


def _stream_blocks(text: str, blocks: list[Json]) -> list[Json]:
    return with_ids(([{"type": "markdown", "text": text}] if text else []) + blocks)
