"""App Home: what the bot can do, buttons with popular questions, and the person's last questions.

https://docs.slack.dev/surfaces/app-home
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.intake import refusal
from bots.slack.api.calls import quietly
from bots.slack.context import Context
from bots.slack.ids import Place, triggered_id
from bots.slack.render.blocks import BlockOptions, render
from bots.slack.render.elements import plain_text
from bots.slack.render.mrkdwn import escaped
from core.errors import StorageError
from core.messaging.endings import view_of
from core.profile import Profile
from core.text.markdown.measure import shortened
from core.types import Question, Turn

Json = dict[str, Any]

_ASK: Final = "home_ask"
_OPEN: Final = "home_open"
_IN_MODALS: Final = ("section", "context")
_MOST_BLOCKS: Final = 100
_TITLE: Final = 24
_RECENT: Final = 10
# https://docs.slack.dev/reference/block-kit/blocks: a header, a button, buttons in a row
_HEADER, _LABEL, _IN_A_ROW = 150, 75, 25
_QUESTION: Final = 300  # characters of a past question; a section would take 3,000


def register(app: AsyncApp, context: Context) -> None:
    """Show the home, and ask the questions of its buttons."""

    @app.event("app_home_opened", matchers=[_is_home_tab])
    async def opened(event: Json, client: AsyncWebClient) -> None:
        await _publish(context, client, event["user"], event["channel"])

    @app.action(re.compile(rf"^{_OPEN}_\d+$"))
    async def open_answer(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        await ack()
        turn = await context.service.turn(action["value"])
        theirs = turn is not None and turn.question.asker == body["user"]["id"]
        view = _answer_view(context, turn if theirs else None)
        opening = client.views_open(trigger_id=body["trigger_id"], view=view)
        await quietly("the answer", opening)

    @app.action(re.compile(rf"^{_ASK}_\d+$"))
    async def ask(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
        team, user = body["view"]["team_id"], body["user"]["id"]
        channel = body["view"]["private_metadata"]  # the direct messages with this person
        question = Question(
            triggered_id(team, channel, body["trigger_id"]),
            Place(team, channel, "").session,
            action["value"],
            user,
        )
        trouble = await refusal(context.service, context.profile, question)
        await ack()
        notice = trouble or _answered_where(context.profile, question.text, body)
        await _publish(context, client, user, channel, notice)


async def _publish(
    context: Context, client: AsyncWebClient, user: str, channel: str, notice: str = ""
) -> None:
    try:
        asked = await context.service.asked_by(user, _RECENT)
    except StorageError:  # the home is useful without the last questions
        asked = []
    view = home_view(context.profile, asked, channel=channel, notice=notice)
    await quietly("the home", client.views_publish(user_id=user, view=view))


async def _is_home_tab(event: Json) -> bool:
    return event.get("tab") == "home"


def home_view(profile: Profile, asked: Sequence[Turn], *, channel: str, notice: str = "") -> Json:
    """Return the home of a person with their questions `asked`, newest first; `notice` is mrkdwn.

    `channel` is the conversation between the bot and the person, where presses are answered.
    """
    blocks = [_header(profile.name), _section(profile.home.about)]
    if notice:
        blocks += [{"type": "section", "text": {"type": "mrkdwn", "text": notice}}]
    blocks += [{"type": "divider"}, _header(profile.home.popular), _buttons(profile.examples)]
    blocks += [{"type": "divider"}, _header(profile.home.yours)]
    for number, turn in enumerate(asked[:_RECENT]):
        question = _section(shortened(turn.question.text, _QUESTION))
        button: Json = {"type": "button", "action_id": f"{_OPEN}_{number}"}
        button["value"] = turn.question.id
        button["text"] = plain_text(shortened(profile.open_answer, _LABEL))
        blocks += [question | {"accessory": button}, _when(turn)]
    if not asked:
        blocks.append(_section(profile.home.nothing_yet))
    return {"type": "home", "private_metadata": channel, "blocks": blocks}


def _answer_view(context: Context, turn: Turn | None) -> Json:
    """Return the modal that shows an answer again, cut to the size of a modal."""
    profile = context.profile
    blocks: list[Json] = [_section(profile.stale_button)]
    if turn:
        look = BlockOptions(profile, context.cleaner, quoted=True, named=False, feedback=False)
        pages = render(replace(view_of(turn, profile), note=""), look)
        shown = [block for page in pages for block in page.blocks if not page.calls]
        blocks = [block for block in shown if block["type"] in _IN_MODALS][:_MOST_BLOCKS]
    return {
        "type": "modal",
        "title": plain_text(shortened(profile.open_answer, _TITLE)),
        "close": plain_text(profile.close),
        "blocks": blocks,
    }


def _answered_where(profile: Profile, text: str, body: Json) -> str:
    asked = profile.home.asked.format(question=escaped(shortened(text, _QUESTION)))
    # https://docs.slack.dev/interactivity/deep-linking
    team, app_id = body["view"]["team_id"], body["api_app_id"]
    return f"{asked} <slack://app?team={team}&id={app_id}&tab=messages|{profile.home.open}>"


def _buttons(questions: Sequence[str]) -> Json:
    buttons = [
        {
            "type": "button",
            "action_id": f"{_ASK}_{number}",
            "text": plain_text(shortened(question, _LABEL)),
            "value": question,
        }
        for number, question in enumerate(questions[:_IN_A_ROW])
    ]
    return {"type": "actions", "elements": buttons}


def _when(turn: Turn) -> Json:
    """Return a turn's time, which Slack shows in the reader's time zone.

    See https://docs.slack.dev/messaging/formatting-message-text.
    """
    asked_at = turn.question.asked_at
    shown = f"{asked_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    when = f"<!date^{int(asked_at.timestamp())}^{{date_short_pretty}} {{time}}|{shown}>"
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": when}]}


def _header(text: str) -> Json:
    return {"type": "header", "text": plain_text(shortened(text, _HEADER))}


def _section(text: str) -> Json:
    return {
        "type": "section",
        "text": plain_text(text or "…"),
    }  # plain, since anybody may have written it
