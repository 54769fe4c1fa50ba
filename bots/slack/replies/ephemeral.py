"""Answers that only one person sees: those of `/faq`, and of the buttons below such an answer.

Such a message can be edited only by the `response_url` of a button in it, and a command has no
button. So an answer is shown once, when it is complete. That takes one or a few of the five uses of
a `response_url`; after these, or after its half hour, `chat.postEphemeral` shows the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import translated
from bots.slack.api.response_url import send
from bots.slack.context import Context
from bots.slack.ids import place_of
from bots.slack.render.blocks import BlockOptions, Page, render
from bots.slack.render.elements import Block
from bots.slack.replies.messages import send_directly
from core.errors import PlatformError, PlatformRefusedError
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.window import Window
from core.profile import Profile
from core.text.safety.sanitize import Cleaner
from core.types import Answered, File, Question, View

logger = logging.getLogger(__name__)

Json = dict[str, Any]

SHARE: Final = "share"
PRIVATE_FOLLOWUP: Final = "private_followup"
_OPEN_FOLLOWUP: Final = "followup"
_PATIENCE_S: Final = 1.5
_POSTS_A_MINUTE: Final = 60  # the posts of one answer, which needs one for each page


def is_ephemeral(question: Question) -> bool:
    """Return whether the answer is for the asker alone."""
    return bool(place_of(question.session).private_to)


class EphemeralReply:
    """Implements `Reply` for one person. `Question.reply_to` is a `response_url`.

    Messages cannot be found again, so one may be shown twice if the process dies meanwhile.
    """

    def __init__(self, client: AsyncWebClient, context: Context, question: Question) -> None:
        self._client = client
        self._context = context
        self._place = place_of(question.session)
        self._url = question.reply_to or ""
        self._begun = False
        self._posts = Pacer(Window(_POSTS_A_MINUTE, 60.0))
        self._edits = Pacer(Window(_POSTS_A_MINUTE, 60.0))

    @property
    def posts(self) -> Pacer:
        """The budget of this answer alone."""
        return self._posts

    @property
    def edits(self) -> Pacer:
        """The budget of edits, which endings wait for although there are no edits."""
        return self._edits

    async def hint(self, view: View) -> None:
        """Tell the person after a while that the answer takes long.

        Slack lets nobody remove that line: the address of a command replaces no message, and that
        of a button replaces the message with the button.
        https://github.com/slackapi/bolt-python/issues/1268
        """
        await asyncio.sleep(_PATIENCE_S)
        if self._begun:
            return
        status = {"text": view.status, "response_type": "ephemeral", "replace_original": False}
        try:
            if self._url:
                await send(self._client, self._url, status)
        except PlatformError as error:
            logger.info("no hint is shown: %s", error)

    def render(self, view: View) -> Sequence[Page]:
        """Return the pages of a complete answer; none as long as it grows."""
        if not view.done:
            return ()
        return private_pages(view, self._context.profile, self._context.cleaner)

    async def post(self, page: Page, place: int) -> str:
        """Show a page; the reference is only a number."""
        self._begun = True
        message: Json = {"text": page.text, "blocks": list(page.blocks)}
        private = message | {"response_type": "ephemeral", "replace_original": False}
        if not (self._url and await send(self._client, self._url, private)):
            self._url = ""
            await self._post_unasked(message)
        return f"private:{place}"

    async def edit(self, reference: str, page: Page) -> None:
        """Do nothing, since only complete pages were shown."""

    async def delete(self, reference: str) -> None:
        """Do nothing, since the message disappears when the person reloads."""

    async def attach(self, file: File) -> None:
        """Raise an error, since Slack cannot show a file to one person in a channel."""
        raise PlatformRefusedError(f"{file.name} cannot be shown to one person alone")

    async def show_privately(self, view: View) -> None:
        """Show the answer in the person's direct messages."""
        await send_directly(self._client, self._place.private_to, self.render(view))

    async def abandon(self) -> None:
        """Do nothing, since no place was opened for this answer."""

    async def find(self) -> Sequence[str]:
        """Return no references, since Slack does not list such messages."""
        return ()

    async def _post_unasked(self, message: Json) -> None:
        with translated("chat.postEphemeral"):
            await self._client.chat_postEphemeral(
                channel=self._place.channel, user=self._place.private_to, **message
            )


def private_pages(
    view: View,
    profile: Profile,
    cleaner: Cleaner,
    *,
    used: frozenset[int] = frozenset(),
    shared: bool = False,
) -> list[Page]:
    """Return the pages of a private answer, with a button that shares it with the channel."""
    look = BlockOptions(profile, cleaner, quoted=True, used=used, stoppable=False).spoken_to(view)
    if shared:
        view = replace(view, note=look.profile.shared)
    *full, last = render(view, look)
    blocks = [_kept_private(block) for block in last.blocks]
    if not shared and _can_be_shared(view):
        blocks.append(_share(view, look.profile))
    return [*full, replace(last, blocks=tuple(blocks))]


def _can_be_shared(view: View) -> bool:
    there_are_others = not place_of(view.question.session).channel.startswith("D")
    return there_are_others and isinstance(view.ending, Answered) and view.ending.shareable


def _kept_private(block: Block) -> Block:
    """Return a block with buttons whose answers are private, too."""
    if block.get("block_id") != "followups":
        return block
    elements = [
        button | {"action_id": button["action_id"].replace(_OPEN_FOLLOWUP, PRIVATE_FOLLOWUP, 1)}
        for button in block["elements"]
    ]
    return block | {"elements": elements}


def _share(view: View, profile: Profile) -> Block:
    button = {
        "type": "button",
        "action_id": SHARE,
        "text": {"type": "plain_text", "text": profile.share},
        "value": view.question.id,
    }
    return {"type": "actions", "block_id": SHARE, "elements": [button]}
