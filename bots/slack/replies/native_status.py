"""Slack's own status of an answer: its words, and for agents a session with a stop button.

Where it is shown, no message has to tell the status. Apps that are no agents have the words alone,
in threads of channels, too.
https://docs.slack.dev/ai/agent-sessions, https://docs.slack.dev/reference/methods/assistant.threads.setStatus
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.background_tasks import BackgroundTasks
from bots.shared.titles import title_of
from bots.slack.api.calls import quietly
from bots.slack.api.errors import code_of, translated
from bots.slack.ids import Place, place_of
from core.errors import PlatformError, RateLimitedError
from core.types import Question, View

logger = logging.getLogger(__name__)

_PROCESSING, _ACTIVE = "processing", "active"
_SESSION: Final = "agents.sessions.setStatus"
_WORDS: Final = "assistant.threads.setStatus"
# Codes that speak of the app or of the workspace. All others may speak of one place or person.
_NOT_FOR_APP: Final = frozenset(
    {
        "access_denied",
        "feature_disabled",
        "feature_not_enabled",
        "method_deprecated",
        "method_not_supported_for_channel_type",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authorized",
        "unknown_method",
    }
)
_TITLE_CHARS: Final = 200  # https://docs.slack.dev/reference/methods/agents.sessions.setStatus
_ATTEMPTS: Final = 4
_PAUSE_S: Final = 1.0


_Ending = Callable[[AsyncWebClient, str, str], Awaitable[None]]


class NativeStatus:
    """The status of one answer: `shown` to people, `in_session` if an agent's session has it."""

    def __init__(
        self,
        client: AsyncWebClient,
        question: Question,
        background: BackgroundTasks,
        without: set[tuple[str, str]],
    ) -> None:
        """`without` has the workspaces where a method is refused to the app; refusals add to it."""
        self._client = client
        self._question = question
        self._place = place_of(question.session)
        self._thread = thread_of(question)
        self._background = background
        self._without = without
        self.shown = self.in_session = False
        self._is_over = False

    async def show(self, view: View) -> None:
        """Show the status until this is cancelled. Never raises anything else."""
        # Slack may have taken a call that is given up, so the calls go on when this is cancelled.
        begun = asyncio.create_task(self._begin(view.status))
        try:
            if await asyncio.shield(begun):
                await asyncio.Event().wait()
        finally:
            self._is_over = True
            self._background.begin(self._end(begun))

    async def _begin(self, status: str) -> _Ending | None:
        """Show the status; return the call that removes it, None if it is not shown."""
        ending = end_session if await self._takes(_SESSION, self._begin_session) else None
        self.shown = self.in_session = ending is not None
        if self._is_over or not (ending or self._place.thread):
            return ending
        if await self._takes(_WORDS, partial(self._say, status)):
            self.shown, ending = True, ending or clear_status
        return ending

    async def _end(self, begun: asyncio.Task[_Ending | None]) -> None:
        if ending := await begun:
            await ending(self._client, self._place.channel, self._thread)
        # The answer to a direct message outside of threads is no message in its thread.
        if ending is end_session and not self._place.thread:
            await clear_status(self._client, self._place.channel, self._thread)

    async def _takes(self, method: str, call: Callable[[], Awaitable[object]]) -> bool:
        """Make a call; return False if Slack refuses it, or has refused it to the app before."""
        place = self._place
        if place.private_to or (place.team, method) in self._without:
            return False
        try:
            with translated(method):
                await call()
        except PlatformError as error:
            if code_of(error) in _NOT_FOR_APP:
                self._without.add((place.team, method))
            logger.info("no status: %s", error)
            return False
        return True

    async def _begin_session(self) -> None:
        await self._client.agents_sessions_setStatus(
            channel_id=self._place.channel,
            status=_PROCESSING,
            thread_ts=self._thread,
            title=title_of(self._question.text, _TITLE_CHARS),
            initiator_user_id=self._question.asker or None,
        )

    async def _say(self, text: str) -> None:
        await self._client.assistant_threads_setStatus(
            channel_id=self._place.channel, thread_ts=self._thread, status=text
        )


def thread_of(question: Question) -> str:
    """Return the thread of a question; in direct messages its own message may be the root."""
    place: Place = place_of(question.session)
    return place.thread or question.id.rpartition(":")[2].partition(">")[0]


async def clear_status(client: AsyncWebClient, channel: str, thread: str) -> None:
    """Remove the words of the status, which would stay for two minutes without a message.

    Never raises.
    """
    call = client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status="")
    await quietly("the status", call)


async def rename_session(client: AsyncWebClient, channel: str, thread: str, text: str) -> None:
    """Name a session after its edited question, as a new status would keep the old name.

    Never raises: without an agent or a session there is nothing to name.
    """
    call = client.agents_sessions_rename(
        channel_id=channel, thread_ts=thread, title=title_of(text, _TITLE_CHARS)
    )
    await quietly("a session's name", call)


async def end_session(client: AsyncWebClient, channel: str, thread: str) -> None:
    """Set a session to wait for the person, as Slack would show it as being in work for ever.

    Never raises.
    """
    for _ in range(_ATTEMPTS):
        try:
            with translated(_SESSION):
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
