"""`/faq` and the commands of skills, answered for the asker alone, and a message's shortcut."""

from __future__ import annotations

import asyncio
import logging
import re
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.intake import refusal
from bots.slack.api.errors import code_of, translated
from bots.slack.api.response_url import whisper
from bots.slack.context import Context
from bots.slack.events.content import app_text, attached_text, own_text
from bots.slack.events.parse import mentions_in, readable
from bots.slack.ids import Place, private_place, triggered_id
from bots.slack.interactions.guests import may_ask
from core.errors import PlatformError
from core.profile import Profile
from core.skills.commands import command_text
from core.types import Question

logger = logging.getLogger(__name__)

Json = dict[str, Any]

COMMAND: Final = "/faq"
SHORTCUT: Final = "answer_this"
_LOOK_UP_S: Final = (
    1.5  # leaves time before Slack reports, after three seconds, that the app failed
)
_OUTSIDE: Final = ("channel_not_found", "not_in_channel")


def register(app: AsyncApp, context: Context) -> None:
    """Take questions from the command and from the shortcut."""

    @app.command(COMMAND)
    async def ask(ack: AsyncAck, command: Json) -> None:
        text = readable(command.get("text", ""), "")
        if text:
            await _take(context, ack, command, text)
        else:
            await ack(_help(context.profile))

    @app.command(re.compile("/.+"), matchers=[partial(_names_a_skill, context.profile)])
    async def call(ack: AsyncAck, command: Json) -> None:
        name = command["command"].removeprefix("/")
        text = readable(command.get("text", ""), "")
        await _take(context, ack, command, command_text(name, text))

    @app.message_shortcut(SHORTCUT)
    async def answer_this(args: AsyncArgs) -> None:
        shortcut, client = args.payload, args.client
        message, url = shortcut["message"], shortcut["response_url"]
        thread = message.get("thread_ts", "")
        bot_user, bot_id = str(args.context.bot_user_id), message.get("bot_id")
        own = app_text(message) if bot_id else own_text(message)
        parts = (own, attached_text(message, linked=True))
        text = "\n".join(filter(None, (readable(part, bot_user) for part in parts)))
        is_ours = message.get("user") == bot_user or (bot_id and bot_id == args.context.bot_id)
        trouble = context.profile.nothing_to_answer if not text or is_ours else ""
        if not may_ask(context, shortcut["user"], shortcut["team"]["id"]):
            trouble = context.profile.guests_off
        if trouble:
            await args.ack()
            await whisper(client, url, trouble, thread=thread)
            return
        openly = await _may_post(client, shortcut["channel"]["id"])
        said = await refusal(
            context.service, context.profile, _of_message(shortcut, text, openly=openly), wake=False
        )
        await args.ack()
        if said or not openly:
            said = said or context.profile.answered_privately
            await whisper(client, url, said, thread=thread)
        context.service.wake()


async def _names_a_skill(profile: Profile, command: Json) -> bool:
    return command["command"].removeprefix("/") in profile.skills


async def _take(context: Context, ack: AsyncAck, command: Json, text: str) -> None:
    """Store the message of a command, which is answered for the asker alone."""
    team, channel, user = command["team_id"], command["channel_id"], command["user_id"]
    question = Question(
        triggered_id(team, channel, command["trigger_id"]),
        private_place(team, channel, user).session,
        text,
        user,
        reply_to=command["response_url"],
        mentions=mentions_in(command.get("text", ""), ""),
    )
    if said := await refusal(context.service, context.profile, question, wake=False):
        await ack(said)
        return
    await ack()
    context.service.wake()


def _of_message(shortcut: Json, text: str, *, openly: bool) -> Question:
    """Return a message as a question, openly in its thread, or for the shortcut's user alone."""
    team, channel = shortcut["team"]["id"], shortcut["channel"]["id"]
    user, message = shortcut["user"]["id"], shortcut["message"]
    thread = message.get("thread_ts") or message["ts"]
    place = Place(team, channel, thread) if openly else private_place(team, channel, user)
    return Question(
        triggered_id(team, channel, shortcut["trigger_id"]),
        place.session,
        text,
        user,
        reply_to=None if openly else shortcut["response_url"],
    )


async def _may_post(client: AsyncWebClient, channel: str) -> bool:
    """Return whether the bot is in the conversation; a shortcut can be used anywhere."""
    try:
        async with asyncio.timeout(_LOOK_UP_S):
            with translated("conversations.info"):
                found = await client.conversations_info(channel=channel)
    except PlatformError as error:
        return code_of(error) not in _OUTSIDE
    except TimeoutError:
        return True
    shown = found["channel"]
    return any(shown.get(name) for name in ("is_member", "is_im", "is_mpim"))


def _help(profile: Profile) -> str:
    examples = [f"`{COMMAND} {example}`" for example in profile.examples]
    return "\n".join([profile.empty_question, f"{profile.try_asking}:", *examples])
