"""The buttons 👍 and 👎 below an answer, and the form that asks what was missing."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.calls import quietly
from bots.slack.api.response_url import thread_of, whisper
from bots.slack.api.workspaces import Workspaces
from bots.slack.context import Context
from bots.slack.ids import Place
from bots.slack.interactions.press import channel_of
from bots.slack.render.blocks import read_feedback
from bots.slack.render.elements import plain_text
from core.errors import StorageError
from core.profile import Profile
from core.types import Feedback

logger = logging.getLogger(__name__)

Json = dict[str, Any]

# `feedback_buttons` have one action id, plain buttons have two: see `bots.slack.render.blocks`.
_ACTIONS: Final = re.compile(r"^feedback(:up|:down)?$")
_MODAL: Final = "feedback_reason"
_REASON, _EXPECTED, _PERSON = "reason", "expected", "person"
_LONGEST_TEXT: Final = 1_000


def register(app: AsyncApp, context: Context, workspaces: Workspaces) -> None:
    """Handle opinions, and the reasons for them."""

    @app.action(_ACTIONS)
    async def vote(args: AsyncArgs) -> None:
        await args.ack()
        body, client = args.body, args.client
        question_id, helpful = read_feedback(args.payload["value"]) or ("", True)
        team = workspaces.get(args.context.team_id).team
        if not Place(team, channel_of(body), "").owns(question_id):
            stale = context.profile.stale_button
            await whisper(client, body["response_url"], stale, thread=thread_of(body))
            return
        opinion = Feedback(question_id, body["user"]["id"], helpful)
        if said := await _taken_back(context, opinion):
            await whisper(client, body["response_url"], said, thread=thread_of(body))
            return
        # The form is opened first, because its trigger expires after three seconds.
        view_id = "" if helpful else await _ask_why(context, question_id, body, client)
        try:
            trouble = (
                "" if await context.service.feedback.rate(opinion) else context.profile.stale_button
            )
        except StorageError as error:
            logger.error("an opinion is not stored: %s", error)
            trouble = context.profile.not_stored
        if view_id and trouble:
            view = _notice(context.profile, trouble)
            await quietly("the form", client.views_update(view_id=view_id, view=view))
        if trouble or not view_id:  # with a form, the thanks follow its submission
            said = trouble or context.profile.feedback.thanks
            await whisper(client, body["response_url"], said, thread=thread_of(body))

    @app.view(_MODAL)
    async def submit(ack: AsyncAck, body: Json, view: Json, client: AsyncWebClient) -> None:
        about = json.loads(view["private_metadata"])
        reason, expected, asks_person = _written(view)
        opinion = Feedback(
            about["question"], body["user"]["id"], helpful=False, reason=reason, expected=expected
        )
        try:
            known = await context.service.feedback.rate(opinion, asks_person=asks_person)
        except StorageError:  # the form stays open with the person's words
            errors = {_EXPECTED: context.profile.not_stored}
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        said = context.profile.feedback.thanks if known else context.profile.stale_button
        await whisper(client, about["url"], said, thread=about["thread"])


async def _taken_back(context: Context, opinion: Feedback) -> str:
    """Take an opinion back that was given before; return what to say, "" if it is a new one."""
    opinions, profile = context.service.feedback, context.profile
    try:
        if not await opinions.is_repeated(opinion):
            return ""
        await opinions.withdraw(opinion.question_id, opinion.user)
    except StorageError as error:
        logger.error("an opinion is not taken back: %s", error)
        return profile.not_stored
    return profile.feedback.withdrawn


async def _ask_why(context: Context, question_id: str, body: Json, client: AsyncWebClient) -> str:
    """Open the form and return its id, "" if Slack has not opened it."""
    # Owners see neither direct messages nor what one person alone is shown.
    container = body.get("container") or {}
    private = channel_of(body).startswith("D") or container.get("is_ephemeral")
    offers_person = bool(context.owner_ids) and not private
    metadata = _metadata(question_id, body)
    view = form_of(context.profile, metadata, offers_person=offers_person)
    opening = client.views_open(trigger_id=body["trigger_id"], view=view)
    opened = await quietly("the form", opening)
    return str(opened["view"]["id"]) if opened else ""


def _metadata(question_id: str, body: Json) -> str:
    """Return the form's metadata, with the button's `response_url`: a submission has none."""
    return json.dumps(
        {"question": question_id, "url": body["response_url"], "thread": thread_of(body)}
    )


def _written(view: Json) -> tuple[str, str, bool]:
    values = view["state"]["values"]
    chosen = values[_REASON][_REASON].get("selected_option") or {}
    reason = chosen.get("text", {}).get("text", "")
    expected = (values[_EXPECTED][_EXPECTED].get("value") or "").strip()
    asks_person = bool(values.get(_PERSON, {}).get(_PERSON, {}).get("selected_options"))
    return reason, expected, asks_person


def form_of(profile: Profile, metadata: str, *, offers_person: bool) -> Json:
    """Return the form that asks why an answer was no help; Slack sends `metadata` back.

    If it `offers_person`, it has a checkbox to ask the owners, too.
    """
    options = [
        {"text": plain_text(reason), "value": str(number)}
        for number, reason in enumerate(profile.feedback.reasons)
    ]
    reasons = {"type": "radio_buttons", "action_id": _REASON, "options": options}
    text = {
        "type": "plain_text_input",
        "action_id": _EXPECTED,
        "multiline": True,
        "max_length": _LONGEST_TEXT,
    }
    yes = {"text": plain_text(profile.feedback.person_yes), "value": "yes"}
    person = {"type": "checkboxes", "action_id": _PERSON, "options": [yes]}
    blocks = [
        _input(_REASON, profile.feedback.why, reasons),
        _input(_EXPECTED, profile.feedback.expected, text),
        _input(_PERSON, profile.feedback.person, person),
    ]
    return {
        "type": "modal",
        "callback_id": _MODAL,
        "private_metadata": metadata,
        "title": plain_text(profile.feedback.title),
        "submit": plain_text(profile.send),
        "close": plain_text(profile.cancel),
        "blocks": blocks if offers_person else blocks[:-1],
    }


def _notice(profile: Profile, text: str) -> Json:
    """Return the view that replaces the form, with a text and without inputs."""
    return {
        "type": "modal",
        "title": plain_text(profile.feedback.title),
        "close": plain_text(profile.close),
        "blocks": [{"type": "section", "text": plain_text(text)}],
    }


def _input(name: str, label: str, element: Json) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain_text(label),
        "element": element,
    }
