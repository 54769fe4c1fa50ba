"""Slack's assistant pane: a greeting, suggested prompts, a title, and a status during the work.

Messages there arrive as direct messages in a thread, and are answered like all others.
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
from bots.slack.replies.native_status import NativeStatus
from core.profile import Profile
from core.text.markdown.measure import shortened
from core.types import Question, View

# https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
_MOST_PROMPTS: Final = 4
_LONGEST_TITLE: Final = 60  # characters; Slack names no limit, and its list shows about so many
_LOOKED_AT: Final = 50  # the latest questions of a person that are read to find earlier ones

Json = dict[str, Any]


def register(app: AsyncApp, context: Context) -> None:
    """Greet people who open the pane of an assistant, and suggest prompts in that of an agent."""

    @app.event("assistant_thread_started")
    async def greet(event: Json, client: AsyncWebClient) -> None:
        channel, thread = _thread(event)
        text = context.profile.greeting
        greeting = client.chat_postMessage(channel=channel, thread_ts=thread, text=text)
        await quietly("the greeting", greeting)
        await _suggest(client, channel, context.profile, thread=thread)

    @app.event("app_home_opened", matchers=[_is_messages_tab])
    async def offer(event: Json, client: AsyncWebClient) -> None:
        await _suggest(client, event["channel"], context.profile)

    @app.event("assistant_thread_context_changed")
    async def moved() -> None:
        """Do nothing: the FAQ is the same in every channel, and the prompts are shown already."""


async def set_title(client: AsyncWebClient, channel: str, thread: str, question: str) -> None:
    """Name a thread of the pane after its first question. Never raises."""
    title = shortened(" ".join(question.split()), _LONGEST_TITLE)
    call = client.assistant_threads_setTitle(channel_id=channel, thread_ts=thread, title=title)
    await quietly("the title", call)


def hint_for(
    client: AsyncWebClient,
    context: Context,
    background: BackgroundTasks,
    question: Question,
    status: NativeStatus,
) -> Callable[[View], Awaitable[None]]:
    """Return what `Reply.hint` does: the status, and in direct messages the thread's name."""
    place = place_of(question.session)
    in_pane = bool(place.thread) and place.channel.startswith("D") and not place.private_to

    async def hint(view: View) -> None:
        if in_pane:
            # This may take longer than the answer.
            background.begin(_name_thread(client, context, question))
        await status.show(view)

    return hint


async def _name_thread(client: AsyncWebClient, context: Context, question: Question) -> None:
    """Name the thread, if this is the first question there."""
    asked = await context.service.asked_by(question.asker, _LOOKED_AT)
    if all(
        one.question.session != question.session or one.question.id == question.id for one in asked
    ):
        place = place_of(question.session)
        await set_title(client, place.channel, place.thread, question.text)


async def _suggest(
    client: AsyncWebClient, channel: str, profile: Profile, *, thread: str | None = None
) -> None:
    # An agent shows prompts only if no thread is given, and an assistant only if one is.
    # https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
    prompts = [{"title": text, "message": text} for text in profile.examples[:_MOST_PROMPTS]]
    call = client.assistant_threads_setSuggestedPrompts(
        channel_id=channel, thread_ts=thread, title=profile.try_asking, prompts=prompts
    )
    await quietly("the prompts", call)


async def _is_messages_tab(event: Json) -> bool:
    return event.get("tab") == "messages"


def _thread(event: Json) -> tuple[str, str]:
    thread = event["assistant_thread"]
    return thread["channel_id"], thread["thread_ts"]
