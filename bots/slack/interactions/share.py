"""The buttons below a private answer: private follow-ups, and sharing with the channel."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.intake import reason_for
from bots.slack.api.errors import code_of, translated
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.response_url import send, whisper
from bots.slack.context import Context
from bots.slack.ids import place_of
from bots.slack.interactions.press import channel_of, value_of
from bots.slack.render.blocks import BlockOptions, Page, read_followup, render
from bots.slack.render.elements import Block
from bots.slack.replies.ephemeral import PRIVATE_FOLLOWUP, SHARE, private_pages
from bots.slack.replies.messages import NOT_UNFURLED
from core.errors import PlatformError, PlatformRefusedError, RateLimitedError, StorageError
from core.messaging.delivery.pacer import Pacer
from core.types import Question, View

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_ASKING: Final = ("next", "followups")  # by their block ids, see `bots.slack.render.blocks`
_PATIENCE: Final = 2  # the number of rate limits after which posting is given up
_OUTSIDE: Final = ("channel_not_found", "not_in_channel")


def register(app: AsyncApp, context: Context, budgets: Budgets) -> None:
    """Listen to the buttons of private answers; `budgets` are those of the answers in channels."""
    sharing: set[str] = set()

    @app.action(re.compile(rf"^{PRIVATE_FOLLOWUP}:(\d+|menu)$"))
    async def followup(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        try:
            question_id, index = read_followup(value_of(action)) or ("", 0)
            view = await _own(context, body, question_id)
            said = await _press(context, body, view, index) if view else ""
        except StorageError as error:
            logger.error("a press is not stored: %s", error)
            view, said = None, context.profile.not_stored
        await ack()
        if view and not said:
            await _show_again(context, client, body["response_url"], view)
        else:
            said = said or context.profile.stale_button
            await whisper(client, body["response_url"], said)

    @app.action(SHARE)
    async def share(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        url, question_id = body["response_url"], action["value"]
        if question_id in sharing:  # a second press before the button disappeared
            return
        sharing.add(question_id)
        try:
            view = await _own(context, body, question_id)
            if view is None:
                await whisper(client, url, context.profile.stale_button)
            elif openly := await context.service.view_for_everybody(question_id):
                posts = budgets.posts(channel_of(body))
                await _share(context, client, body, openly, posts)
                await _show_again(context, client, url, view, shared=True)
            else:
                await whisper(client, url, context.profile.not_for_all)
        except (PlatformError, StorageError) as error:
            logger.warning("not shared: %s", error)
            await whisper(client, url, context.profile.not_shared)
        finally:
            sharing.discard(question_id)


async def _own(context: Context, body: Json, question_id: str) -> View | None:
    """Return a private answer to the person who pressed; None if there is none of theirs."""
    view = await context.service.view(question_id)
    if view and place_of(view.question.session).private_to == body["user"]["id"]:
        return view
    return None


async def _press(context: Context, body: Json, view: View, index: int) -> str:
    """Ask the button's question; return the reason if it is refused, else ""."""
    asked = view.question
    pressed = Question("", asked.session, "", asked.asker, reply_to=body["response_url"])
    receipt = await context.service.press(asked.id, index, pressed)
    return reason_for(context.profile, receipt)


async def _show_again(
    context: Context, client: AsyncWebClient, url: str, view: View, *, shared: bool = False
) -> None:
    """Show the answer's last page, which has the buttons, in its current state."""
    try:
        used = await context.service.pressed(view.question.id)
        profile, cleaner = context.profile, context.cleaner
        page = private_pages(view, profile, cleaner, used=used, shared=shared)[-1]
        await send(client, url, _message(page) | {"replace_original": True})
    except (PlatformError, StorageError) as error:
        logger.warning("the buttons stay as they are: %s", error)


async def _share(
    context: Context, client: AsyncWebClient, body: Json, view: View, posts: Pacer
) -> None:
    """Post the answer into the channel, as fast as the channel's budget allows.

    Raises:
        PlatformError, StorageError: the answer, or a part of it, is not posted.
    """
    used = await context.service.pressed(view.question.id)
    look = BlockOptions(context.profile, context.cleaner, quoted=True, named=False, used=used)
    first, *more = render(view, look)
    name, words = f"<@{body['user']['id']}>", look.spoken_to(view).profile
    first = replace(first, blocks=(_shared_by(words.shared_by.format(name=name)), *first.blocks))
    channel, url = channel_of(body), body["response_url"]
    root = await _in_turn(posts, partial(_post, client, channel, url, first))
    for page in more:
        await _in_turn(posts, partial(_post, client, channel, url, page, thread=root))


async def _in_turn(posts: Pacer, post: Callable[[], Awaitable[str]]) -> str:
    """Post in turn, and repeat that after a rate limit, since half an answer is of no use."""
    for _ in range(_PATIENCE):
        with suppress(RateLimitedError):
            async with posts.slot():
                return await post()
    async with posts.slot():
        return await post()


async def _post(
    client: AsyncWebClient, channel: str, url: str, page: Page, *, thread: str = ""
) -> str:
    """Post a page for everybody; return its `ts`, "" where the bot is no member.

    Raises:
        PlatformError: it is not posted.
    """
    message = _message(page)
    try:
        with translated("chat.postMessage"):
            posted = await client.chat_postMessage(
                channel=channel, thread_ts=thread or None, **message
            )
        return str(posted["ts"])
    except PlatformRefusedError as error:
        if code_of(error) not in _OUTSIDE:
            raise
    openly: Json = {"response_type": "in_channel", "replace_original": False}
    # The bot could not answer there either, so the message has no buttons with questions.
    openly["blocks"] = [block for block in page.blocks if block["block_id"] not in _ASKING]
    if not await send(client, url, message | openly):
        raise PlatformError("the response_url is used up")
    return ""


def _message(page: Page) -> Json:
    blocks = list(page.blocks)
    return {"text": page.text, "blocks": blocks, **NOT_UNFURLED}


def _shared_by(text: str) -> Block:
    return {
        "type": "context",
        "block_id": "shared",
        "elements": [{"type": "mrkdwn", "text": text}],
    }
