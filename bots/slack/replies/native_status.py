"""Slack's own status of an answer: its words, and for agents a session with a stop button.

Where it is shown, no message has to tell the status.
https://docs.slack.dev/ai/agent-sessions, https://docs.slack.dev/reference/methods/assistant.threads.setStatus
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import quietly
from bots.slack.api.errors import code_of, translated
from bots.slack.ids import Place, place_of
from core.errors import PlatformError, RateLimitedError
from core.text.markdown.measure import shortened
from core.types import Question, View

logger = logging.getLogger(__name__)

_PROCESSING, _ACTIVE = "processing", "active"
_TITLE_CHARS: Final = 200  # https://docs.slack.dev/reference/methods/agents.sessions.setStatus
_ATTEMPTS: Final = 4
_PAUSE_S: Final = 1.0


class NativeStatus:
    """The status of one answer. `shown` says that people see it."""

    def __init__(
        self,
        client: AsyncWebClient,
        question: Question,
        background: BackgroundTasks,
        without: set[str],
    ) -> None:
        """`without` are the workspaces where the app is no agent; refusals add to it."""
        self._client = client
        self._question = question
        self._place = place_of(question.session)
        self._thread = thread_of(question)
        self._background = background
        self._without = without
        self.shown = False

    async def show(self, view: View) -> None:
        """Show the status until this is cancelled. Never raises anything else."""
        self.shown = await self._begin()
        if not self.shown:
            return
        try:
            await set_status(self._client, self._place.channel, self._thread, view.status)
            await asyncio.Event().wait()
        finally:
            self._background.begin(end_session(self._client, self._place.channel, self._thread))

    async def _begin(self) -> bool:
        place = self._place
        if place.private_to or place.team in self._without:
            return False
        try:
            with translated("agents.sessions.setStatus"):
                await self._client.agents_sessions_setStatus(
                    channel_id=place.channel,
                    status=_PROCESSING,
                    thread_ts=self._thread,
                    title=_title_of(self._question.text),
                    initiator_user_id=self._question.asker or None,
                )
        except PlatformError as error:
            if code_of(error):  # the app is no agent in that workspace
                self._without.add(place.team)
            logger.info("no session: %s", error)
            return False
        return True


def thread_of(question: Question) -> str:
    """Return the thread of a question; in direct messages its own message may be the root."""
    place: Place = place_of(question.session)
    return place.thread or question.id.rpartition(":")[2].partition(">")[0]


async def set_status(client: AsyncWebClient, channel: str, thread: str, text: str) -> None:
    """Show the status in a thread; it disappears with the next message there.

    Never raises: a place without a status shows none.
    """
    call = client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=text)
    await quietly("the status", call)


async def rename_session(client: AsyncWebClient, channel: str, thread: str, text: str) -> None:
    """Name a session after its edited question, as a new status would keep the old name.

    Never raises: without an agent or a session there is nothing to name.
    """
    call = client.agents_sessions_rename(
        channel_id=channel, thread_ts=thread, title=_title_of(text)
    )
    await quietly("a session's name", call)


async def end_session(client: AsyncWebClient, channel: str, thread: str) -> None:
    """Set a session to wait for the person, as Slack would show it as being in work for ever.

    Never raises.
    """
    for _ in range(_ATTEMPTS):
        try:
            with translated("agents.sessions.setStatus"):
                await client.agents_sessions_setStatus(
                    channel_id=channel, status=_ACTIVE, thread_ts=thread
                )
        except RateLimitedError as error:
            await asyncio.sleep(error.retry_after_s)
        except PlatformError as error:
            if code_of(error):
                logger.info("the session stays as it is: %s", error)
                return
            await asyncio.sleep(_PAUSE_S)
        else:
            return


def _title_of(text: str) -> str:
    return shortened(" ".join(text.split()), _TITLE_CHARS)
