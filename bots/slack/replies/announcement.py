"""Announcements: messages that the bot posts in a channel by itself."""

from __future__ import annotations

from typing import Final

from bots.slack.api.errors import code_of, translated
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspaces
from bots.slack.render.mrkdwn import clipped, mrkdwn
from core.errors import PlatformError, PlatformRefusedError
from core.text.markdown.measure import fitting
from core.text.sanitize import Cleaner

# https://docs.slack.dev/reference/block-kit/blocks/section-block
_SECTION_CHARS: Final = 3_000
_OUTSIDE: Final = ("channel_not_found", "not_in_channel")


class Announcements:
    """Posts into channels of whichever workspace has them."""

    def __init__(self, workspaces: Workspaces, budgets: Budgets, cleaner: Cleaner) -> None:
        self._workspaces = workspaces
        self._budgets = budgets
        self._cleaner = cleaner

    async def post(self, channel: str, text: str) -> None:
        """Post Markdown.

        Raises:
            PlatformError: it is not posted; in no workspace is the bot in that channel.
        """
        shown = mrkdwn(text, self._cleaner)
        parts = fitting(shown, _SECTION_CHARS, cut=clipped)
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in parts]
        refused: PlatformError = PlatformRefusedError(
            f"{channel} is in no workspace of the bot's; invite it there, or correct the id"
        )
        for workspace in self._workspaces:
            try:
                async with self._budgets.posts(channel).slot():
                    with translated("chat.postMessage"):
                        await workspace.client.chat_postMessage(
                            channel=channel, text=parts[0], blocks=blocks, unfurl_links=False
                        )
            except PlatformRefusedError as error:
                if code_of(error) not in _OUTSIDE:
                    raise
            else:
                return
        raise refused
