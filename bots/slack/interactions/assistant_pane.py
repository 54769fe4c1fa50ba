"""Slack's assistant pane: a greeting, prompts to begin with, a title, and a status while working.

What people write there arrives as direct messages in a thread, which are answered as any others.
https://docs.slack.dev/ai/developing-agents
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import quietly
from bots.slack.context import Context
from bots.slack.ids import place_of
from core.profile import Profile
from core.text.markdown.measure import shortened
from core.types import Question, View

# https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
_MOST_PROMPTS: Final = 4
_LONGEST_TITLE: Final = 60  # characters; Slack names no limit, and its list shows about so many
_LOOKED_AT: Final = 50  # of a person's questions, for an earlier one in the same thread

Json = dict[str, Any]


def register(app: AsyncApp, context: Context) -> None:
    """Greet whoever opens the pane."""

    @app.event("assistant_thread_started")
    async def greet(event: Json, client: AsyncWebClient) -> None:
        channel, thread = _thread(event)
        text = context.profile.greeting
        greeting = client.chat_postMessage(channel=channel, thread_ts=thread, text=text)
        await quietly("the greeting", greeting)
        await _suggest(client, channel, thread, context.profile)

    @app.event("assistant_thread_context_changed")
    async def moved() -> None:
        """The FAQ is the same beside every channel; prompts again would be in the way."""


async def set_status(client: AsyncWebClient, channel: str, thread: str, text: str) -> None:
    """Show what is being done, in a thread of the pane; it goes with the next message there.

    Never raises: outside of the pane, or where the app has no assistant, nothing is shown.
    """
    call = client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=text)
    await quietly("the status", call)


async def set_title(client: AsyncWebClient, channel: str, thread: str, question: str) -> None:
    """Name a thread of the pane after its first question; never raises, as above."""
    title = shortened(" ".join(question.split()), _LONGEST_TITLE)
    call = client.assistant_threads_setTitle(channel_id=channel, thread_ts=thread, title=title)
    await quietly("the title", call)


def hint_for(
    client: AsyncWebClient, context: Context, background: BackgroundTasks, question: Question
) -> Callable[[View], Awaitable[None]] | None:
    """Return what `Reply.hint` does in a thread of the pane; None for questions from elsewhere."""
    place = place_of(question.session)
    if not (place.thread and place.channel.startswith("D")) or place.private_to:
        return None

    async def hint(view: View) -> None:
        background.begin(_name_thread(client, context, question))  # it may outlast the answer
        await set_status(client, place.channel, place.thread, view.status)

    return hint


async def _name_thread(client: AsyncWebClient, context: Context, question: Question) -> None:
    """Name the thread, if this is the first question there."""
    asked = await context.service.asked_by(question.asker, _LOOKED_AT)
    if all(
        one.question.session != question.session or one.question.id == question.id for one in asked
    ):
        place = place_of(question.session)
        await set_title(client, place.channel, place.thread, question.text)


async def _suggest(client: AsyncWebClient, channel: str, thread: str, profile: Profile) -> None:
    prompts = [{"title": text, "message": text} for text in profile.examples[:_MOST_PROMPTS]]
    call = client.assistant_threads_setSuggestedPrompts(
        channel_id=channel, thread_ts=thread, title=profile.try_asking, prompts=prompts
    )
    await quietly("the prompts", call)


def _thread(event: Json) -> tuple[str, str]:
    thread = event["assistant_thread"]
    return thread["channel_id"], thread["thread_ts"]
