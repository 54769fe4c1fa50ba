"""The messages around a message on Slack: those above it, and the people in its thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Final

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.slack.api.errors import translated
from bots.slack.api.workspaces import Workspace
from bots.slack.events.content import app_text, attached_text, own_text
from bots.slack.events.parse import is_said, readable
from bots.slack.ids import Place, question_id
from core.errors import PlatformError
from core.messaging.questions_above import NEARBY_S, SaidAbove

Json = dict[str, Any]

# https://docs.slack.dev/reference/methods/conversations.replies: apps that are distributed without
# Slack's review get fifteen messages in a call, and one call in a minute.
_READ: Final = 15
_NEARBY: Final = 5
_PEOPLE: Final = ("U", "W")
_WITHIN_S: Final = 1.5  # meanwhile Slack waits for our OK, three seconds at most


async def said_above(workspace: Workspace, place: Place, ts: str) -> Sequence[SaidAbove]:
    """Return what was said in a thread before the message `ts`, the first message first.

    A message may be that of a workflow or another app, since people also ask by forms. The bot's
    own messages and Slack's notices have no text.

    Raises:
        PlatformError: Slack does not answer.
    """
    messages = await _read(workspace, place)
    return [_said(one, workspace, place) for one in messages if float(one["ts"]) < float(ts)]


async def said_nearby(workspace: Workspace, place: Place, ts: str) -> Sequence[SaidAbove]:
    """Return what was said in a channel shortly before the message `ts`, in order.

    Raises:
        PlatformError: Slack does not answer.
    """
    oldest = f"{float(ts) - NEARBY_S:.6f}"
    read = workspace.client.conversations_history(
        channel=place.channel, oldest=oldest, latest=ts, limit=_NEARBY
    )
    messages = await _soon("conversations.history", read)
    return [_said(one, workspace, place) for one in reversed(messages)]


def _said(message: Json, workspace: Workspace, place: Place) -> SaidAbove:
    ours = message.get("user") == workspace.bot_user
    text = "" if ours else _text_of(message, workspace.bot_user)
    return SaidAbove(question_id(place.team, place.channel, message["ts"]), text)


def _text_of(message: Json, bot_user: str) -> str:
    if not (message.get("bot_id") or is_said(message)):
        return ""  # "A huddle started", "This message was deleted."
    own = app_text(message) if message.get("bot_id") else own_text(message)
    parts = (own, attached_text(message))
    return "\n".join(filter(None, (readable(part, bot_user) for part in parts)))


async def people_in(workspace: Workspace, place: Place) -> frozenset[str]:
    """Return the people, without bots, who have written on the first page of a thread.

    Raises:
        PlatformError: Slack does not answer.
    """
    messages = await _read(workspace, place)
    bots = {one.get("user") for one in messages if one.get("bot_id")} | {workspace.bot_user}
    slack = {one.get("user") for one in messages if not is_said(one)}
    said = {one["user"] for one in messages if one.get("user") and is_said(one)}
    named = {user for one in messages[:1] for user in one.get("reply_users") or []} - slack
    # `reply_users` may have the ids of bots (B…) in place of those of their users.
    return frozenset(one for one in (named | said) - bots if one.startswith(_PEOPLE))


async def _read(workspace: Workspace, place: Place) -> list[Json]:
    read = workspace.client.conversations_replies(
        channel=place.channel, ts=place.thread, limit=_READ
    )
    return await _soon("conversations.replies", read)


async def _soon(what: str, read: Awaitable[AsyncSlackResponse]) -> list[Json]:
    try:
        async with asyncio.timeout(_WITHIN_S):
            with translated(what):
                page = await read
    except TimeoutError as error:
        raise PlatformError(f"{what} takes too long") from error
    return list(page["messages"])
