"""The backfill after downtime: it reads the messages that were sent while the bot was away.

Slack repeats an event for some minutes only. A message that is handled twice changes nothing, so
the backfill need not know which events arrived. It is bounded in time, channels, threads and
messages.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.slack.api.errors import translated
from bots.slack.api.workspaces import Workspace
from bots.slack.events.lessons import NotYetError
from bots.slack.events.messages import MessageHandler
from core.errors import FaqbotError, PlatformError
from core.retry import until_back, when_allowed, with_pauses

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_FARTHEST: Final = timedelta(hours=24)
_OLD_THREADS: Final = timedelta(days=7)  # the age of the oldest threads whose replies are read
_OVERLAP: Final = timedelta(minutes=1)
_MOST_CHANNELS, _MOST_MESSAGES, _MOST_THREADS = 200, 200, 20
_LONGEST_S: Final = 600.0
_WAITS_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_TYPES: Final = "public_channel,private_channel,mpim,im"


async def look_back(workspace: Workspace, message_handler: MessageHandler, since: datetime) -> None:
    """Handle the messages since then in the bot's channels.

    It never raises: what cannot be read is left out, with a line in the log.
    """
    since = max(since - _OVERLAP, datetime.now(UTC) - _FARTHEST)
    try:
        async with asyncio.timeout(_LONGEST_S):
            async for channel in _channels(workspace):
                try:
                    await _hear_channel(workspace, message_handler, channel, since.timestamp())
                except PlatformError as error:
                    logger.warning("not looked back in %s: %s", channel["id"], error)
    except TimeoutError:
        logger.warning("looking back took too long; the rest is left out")
    except FaqbotError as error:
        logger.error("looking back failed: %s", error)


async def _hear_channel(
    workspace: Workspace, message_handler: MessageHandler, channel: Json, since: float
) -> None:
    client, where = workspace.client, {"channel": channel["id"]}
    oldest = f"{since - _OLD_THREADS.total_seconds():.6f}"
    # Of a span with an end, Slack returns the newest messages first. Its clock may be ahead.
    latest = f"{(datetime.now(UTC) + _OVERLAP).timestamp():.6f}"
    read = partial(client.conversations_history, **where, oldest=oldest, latest=latest)
    messages = await _pages("conversations.history", read, until=since)
    threads = [one["ts"] for one in messages if float(one.get("latest_reply") or 0) > since]
    for ts in threads[:_MOST_THREADS]:
        try:
            read = partial(client.conversations_replies, **where, ts=ts, oldest=f"{since:.6f}")
            replies = await _pages("conversations.replies", read)
        except PlatformError as error:  # this thread may be deleted, and the others not
            logger.warning("not looked back in the thread %s of %s: %s", ts, channel["id"], error)
        else:
            messages += replies
    kind = {"channel_type": "im"} if channel.get("is_im") else {}
    missed = {one["ts"]: one for one in messages if float(one["ts"]) > since}
    settled = _answered_by_people(
        [one for one in missed.values() if not message_handler.teaches(one)]
    )
    for ts in sorted(missed, key=float):
        event = {"channel": channel["id"], **kind, **missed[ts]}
        await _hear(event, workspace, message_handler, answered=ts in settled)


def _answered_by_people(said: list[Json]) -> frozenset[str]:
    """Return the `ts` of messages after which another person has written in the same thread."""
    latest: dict[str, dict[str, float]] = {}  # the last reply of each author, by thread
    for one in said:
        if one.get("user") and not one.get("bot_id") and one.get("thread_ts"):
            spoken = latest.setdefault(one["thread_ts"], {})
            spoken[one["user"]] = max(float(one["ts"]), spoken.get(one["user"], 0.0))
    return frozenset(
        one["ts"]
        for one in said
        if any(
            user != one.get("user") and at > float(one["ts"])
            for user, at in latest.get(one.get("thread_ts") or one["ts"], {}).items()
        )
    )


async def _hear(
    event: Json, workspace: Workspace, message_handler: MessageHandler, *, answered: bool
) -> None:
    """Handle a message, once the store is there.

    A lesson may have to wait for the answer to the message before it.
    """
    hearing = partial(message_handler.hear, event, workspace, late=True, answered=answered)
    hear = partial(until_back, hearing)
    await with_pauses(hear, pauses_s=_WAITS_S, after=(NotYetError,))


async def _channels(workspace: Workspace) -> AsyncIterator[Json]:
    """Return the channels that the bot is in, up to the number that it reads."""
    client, cursor, seen = workspace.client, "", 0
    while seen < _MOST_CHANNELS:
        page = await _patiently(
            "users.conversations",
            partial(
                client.users_conversations,
                types=_TYPES,
                exclude_archived=True,
                limit=_MOST_CHANNELS,
                cursor=cursor or None,
            ),
        )
        for channel in page["channels"][: _MOST_CHANNELS - seen]:
            seen += 1
            yield channel
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


async def _pages(
    what: str, read: Callable[..., Awaitable[AsyncSlackResponse]], *, until: float = 0.0
) -> list[Json]:
    """Return messages page by page, up to the number that is read, or the first before `until`.

    Some apps get 15 messages in a page, whatever they ask for, and one page a minute.
    """
    found: list[Json] = []
    cursor = ""
    while True:
        most = _MOST_MESSAGES - len(found)
        page = await _patiently(what, partial(read, limit=most, cursor=cursor or None))
        found += page["messages"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        is_last = any(float(one["ts"]) < until for one in page["messages"])
        if is_last or not cursor or len(found) >= _MOST_MESSAGES:
            return found


async def _patiently(
    what: str, call: Callable[[], Awaitable[AsyncSlackResponse]]
) -> AsyncSlackResponse:
    """Return the result of a call, repeated after rate limits, since nobody waits for it."""

    async def attempt() -> AsyncSlackResponse:
        with translated(what):
            return await call()

    return await when_allowed(attempt)
