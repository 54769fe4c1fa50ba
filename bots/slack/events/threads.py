"""The threads of messages on Slack: their first message, and the people in them."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from bots.slack.api.errors import translated
from bots.slack.api.workspaces import Workspace
from bots.slack.events.content import attached_text
from bots.slack.events.parse import readable
from bots.slack.ids import Place
from core.errors import PlatformError

Json = dict[str, Any]

# https://docs.slack.dev/reference/methods/conversations.replies: apps that are distributed without
# Slack's review get fifteen messages in a call, and one call in a minute.
_READ: Final = 15
_WITHIN_S: Final = 1.5  # meanwhile Slack waits for our OK, three seconds at most


async def question_above(workspace: Workspace, place: Place) -> str:
    """Return the text of a thread's first message; "" if it is the bot's own.

    It may be the message of a workflow or another app, since people also ask by forms.

    Raises:
        PlatformError: Slack does not answer.
    """
    root = next(iter(await _read(workspace, place)), None)
    if root is None or root.get("user") == workspace.bot_user:
        return ""
    parts = (root.get("text") or "", attached_text(root))
    return "\n".join(filter(None, (readable(part, workspace.bot_user) for part in parts)))


async def people_in(workspace: Workspace, place: Place) -> frozenset[str]:
    """Return the people, without bots, who have written on the first page of a thread.

    Raises:
        PlatformError: Slack does not answer.
    """
    messages = await _read(workspace, place)
    bots = {one.get("user") for one in messages if one.get("bot_id")} | {workspace.bot_user}
    named = {user for one in messages[:1] for user in one.get("reply_users") or []}
    said = {one["user"] for one in messages if one.get("user")}
    return frozenset((named | said) - bots)


async def _read(workspace: Workspace, place: Place) -> list[Json]:
    try:
        async with asyncio.timeout(_WITHIN_S):
            with translated("conversations.replies"):
                page = await workspace.client.conversations_replies(
                    channel=place.channel, ts=place.thread, limit=_READ
                )
    except TimeoutError as error:
        raise PlatformError("conversations.replies takes too long") from error
    return list(page["messages"])
