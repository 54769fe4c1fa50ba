"""Notices that only the author of a message sees, in the place of the message."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import tell
from bots.slack.api.errors import translated
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspace
from bots.slack.events.parse import IncomingMessage
from core.bounded import BoundedDict
from core.errors import PlatformRefusedError, PlatformUnclearError

logger = logging.getLogger(__name__)

_KEPT: Final = 1_000


class Notices:
    """Tells each author once, as Slack sends one mention as two events."""

    def __init__(self, background: BackgroundTasks, budgets: Budgets) -> None:
        self._background = background
        self._budgets = budgets
        self._told: BoundedDict[str, None] = BoundedDict(_KEPT)

    def tell(self, message: IncomingMessage, text: str, workspace: Workspace) -> None:
        """Show a text to the author of a message alone, soon.

        If the place takes no such message, it comes as a direct one.
        """
        if message.question.id in self._told:
            return
        self._told[message.question.id] = None
        whispers = self._budgets.whispers(workspace.team)
        if not whispers.window.free(asyncio.get_running_loop().time()):
            # A later repetition would be out of date, as the question may be answered by then.
            logger.info("not said, because Slack limits the calls: %s", message.question.id)
            return

        async def whisper() -> None:
            try:
                async with whispers.slot():
                    await tell(workspace.client, message.seen_in, message.user, text)
            except (PlatformRefusedError, PlatformUnclearError) as error:
                logger.info("told in a direct message: %s", error)
                with translated("chat.postMessage"):
                    await workspace.client.chat_postMessage(channel=message.user, text=text)

        self._background.begin(whisper())
