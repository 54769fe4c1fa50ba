"""The chat.* and reactions.* methods.

https://docs.slack.dev/reference/methods?family=chat
"""

from __future__ import annotations

import re
import time
from typing import Any

from devtools.slack.api.base import MethodCall, WebApiError, checked_blocks, method, with_ids
from devtools.slack.api.checks import MAX_MARKDOWN, MAX_UPDATE_TEXT
from devtools.slack.world.model import SESSION_STATUSES, Channel, Message

Json = dict[str, Any]


@method("chat.postMessage", "chat:write")
def post_message(call: MethodCall) -> Json:
    """Post in a channel, a DM or a thread."""
    channel = call.channel()
    text, blocks = call.content()
    message = call.world.post(
        channel,
        call.team.bot_user_id,
        text,
        blocks=blocks,
        thread_ts=_thread(call, channel),
        bot_id=call.team.bot_id,
        metadata=call.args.get("metadata"),
    )
    _status_over(call, channel, message.thread_ts)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


@method("chat.update", "chat:write")
def update(call: MethodCall) -> Json:
    """Rewrite the bot's own message; text alone takes the blocks away."""
    if call.args.get("channel") not in call.world.channels:
        raise WebApiError("channel_not_found")  # a user's id will not do here
    channel = call.channel(member=False)
    message = call.own(call.message(channel), "cant_update_message")
    if message.is_streaming():
        raise WebApiError("streaming_state_conflict")
    text, blocks = call.content(most=MAX_UPDATE_TEXT)
    if "metadata" in call.args:
        message.metadata = call.args["metadata"]
    call.world.rewrite(message, text, blocks)
    message.edited = not blocks  # Slack marks no message as edited that has blocks
    shown = message.as_json()
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


@method("chat.delete", "chat:write")
def delete(call: MethodCall) -> Json:
    """Delete the bot's own message."""
    channel = call.channel(member=False)
    message = call.own(call.message(channel), "cant_delete_message")
    call.world.remove(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: MethodCall) -> Json:
    """Show a message to one member of a channel."""
    channel = call.channel()
    user = call.need("user")
    if user not in channel.members:
        raise WebApiError("user_not_in_channel")
    text, blocks = call.content()
    message = ephemeral(call.world, channel, user, text, blocks, thread_ts=_thread(call, channel))
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def permalink(call: MethodCall) -> Json:
    """The address of a message."""
    channel = call.channel(member=False)
    message = call.message(channel, "message_ts")
    link = f"https://local.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != message.ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


@method("chat.startStream", "chat:write")
def start_stream(call: MethodCall) -> Json:
    """Begin a message that grows; it ends by itself after `World.stream_lasts_s`."""
    channel = call.channel()
    call.need("thread_ts")
    thread_ts = _thread(call, channel)
    if channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not call.args.get(name):
                raise WebApiError(f"missing_{name}")
    text, blocks = _chunks(call)
    message = call.world.post(
        channel,
        call.team.bot_user_id,
        text,
        blocks=_stream_blocks(text, blocks),
        thread_ts=thread_ts,
        bot_id=call.team.bot_id,
        streaming=True,
        stream_ends_at=time.monotonic() + call.world.stream_lasts_s,
        stream_text=text,
    )
    _status_over(call, channel, thread_ts)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.appendStream", "chat:write")
def append_stream(call: MethodCall) -> Json:
    """Add to it."""
    channel, message = _stream(call)
    if not call.args.get("markdown_text") and not call.args.get("chunks"):
        call.need("markdown_text")
    text, blocks = _chunks(call)
    message.rewrite(*_grown(message, text, blocks))
    call.world.changed()
    return {"channel": channel.id, "ts": message.ts}


@method("chat.stopStream", "chat:write")
def stop_stream(call: MethodCall) -> Json:
    """End it, with blocks below the text if there are any, and with an agent's session."""
    channel, message = _stream(call)
    if status := call.args.get("session_status"):
        if not call.team.is_agent or status not in SESSION_STATUSES:
            raise WebApiError("invalid_arguments")
        history = call.world.sessions.setdefault((channel.id, message.thread_ts), [])
        history.append({"title": "", **(history[-1] if history else {}), "status": status})
    text, blocks = _chunks(call)
    final = call.args.get("blocks") or []
    checked_blocks(final)
    message.streaming = False
    call.world.rewrite(message, *_grown(message, text, [*blocks, *final]))
    if "metadata" in call.args:
        message.metadata = call.args["metadata"]
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


@method("reactions.add", "reactions:write")
def add_reaction(call: MethodCall) -> Json:
    """React as the bot."""
    message = call.message(call.channel(), "timestamp")
    if not re.fullmatch(r"[a-z0-9_+'-]+", call.need("name")):
        raise WebApiError("invalid_name")
    if (call.args["name"], call.team.bot_user_id) in message.reactions:
        raise WebApiError("already_reacted")
    call.world.react(message, call.team.bot_user_id, call.args["name"])
    return {}


@method("reactions.remove", "reactions:write")
def remove_reaction(call: MethodCall) -> Json:
    """Take the bot's reaction back."""
    message = call.message(call.channel(), "timestamp")
    if (call.need("name"), call.team.bot_user_id) not in message.reactions:
        raise WebApiError("no_reaction")
    call.world.unreact(message, call.team.bot_user_id, call.args["name"])
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


def _thread(call: MethodCall, channel: Channel) -> str | None:
    thread_ts = call.args.get("thread_ts")
    if not thread_ts:
        return None
    parent = channel.messages.get(str(thread_ts))
    if parent is None or (parent.thread_ts or parent.ts) != parent.ts:
        raise WebApiError("invalid_thread_ts")
    parent.thread_ts = parent.ts
    return parent.ts


def _status_over(call: MethodCall, channel: Channel, thread_ts: str | None) -> None:
    pane = call.world.panes.get((channel.id, thread_ts or ""))
    if pane and pane.statuses and pane.statuses[-1]:
        pane.statuses.append("")


def _stream(call: MethodCall) -> tuple[Channel, Message]:
    channel = call.channel()
    message = call.own(call.message(channel), "message_not_owned_by_app")
    if message.stopped_by_user:
        raise WebApiError("stopped_by_user")
    if not message.is_streaming():
        raise WebApiError("message_not_in_streaming_state")
    return channel, message


def _chunks(call: MethodCall) -> tuple[str, list[Json]]:
    text, blocks = call.args.get("markdown_text") or "", []
    chunks = call.args.get("chunks") or []
    if text and chunks:
        raise WebApiError("cannot_provide_both_markdown_text_and_chunks")
    for chunk in chunks:
        match chunk.get("type"):
            case "markdown_text":
                text += chunk["text"]
            case "blocks":
                blocks += chunk["blocks"]
            case "task_update" | "plan_update":
                pass
            case _:
                raise WebApiError("invalid_chunks")
    if len(text) > MAX_MARKDOWN:
        raise WebApiError("msg_too_long")
    checked_blocks(blocks)
    return text, blocks


def _grown(message: Message, text: str, blocks: list[Json]) -> tuple[str, list[Json]]:
    message.stream_text += text
    kept = [block for block in message.blocks if block["type"] != "markdown"]
    return message.stream_text, _stream_blocks(message.stream_text, [*kept, *blocks])


def _stream_blocks(text: str, blocks: list[Json]) -> list[Json]:
    return with_ids(([{"type": "markdown", "text": text}] if text else []) + blocks)
