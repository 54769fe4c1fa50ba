"""The button beside an answer's sources, which opens the entries without an address."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bots.slack.api.errors import translated
from bots.slack.api.response_url import thread_of, whisper
from bots.slack.api.workspaces import Workspaces
from bots.slack.context import Context
from bots.slack.ids import Place
from bots.slack.interactions.press import channel_of
from bots.slack.render.blocks import SOURCE_DETAILS
from bots.slack.render.source_view import source_view
from core.errors import PlatformError, StorageError
from core.types import Passage

logger = logging.getLogger(__name__)

Json = dict[str, Any]


def register(app: AsyncApp, context: Context, workspaces: Workspaces) -> None:
    """Open the sources of an answer for the person who presses."""

    @app.action(SOURCE_DETAILS)
    async def open_sources(args: AsyncArgs) -> None:
        await args.ack()
        body = args.body
        place = Place(workspaces.get(args.context.team_id).team, channel_of(body), "")
        trouble = context.profile.stale_button
        try:
            if passages := await _passages(context, place, args.payload.get("value") or ""):
                view = source_view(passages, context.profile, context.cleaner)
                with translated("views.open"):
                    await args.client.views_open(trigger_id=body["trigger_id"], view=view)
                return
        except (StorageError, PlatformError) as error:
            logger.error("the sources are not shown: %s", error)
            trouble = context.profile.not_opened
        await whisper(args.client, body["response_url"], trouble, thread=thread_of(body))


async def _passages(context: Context, place: Place, question_id: str) -> tuple[Passage, ...]:
    """Return the passages of an answer in this place; none if the answer is not stored."""
    turn = await context.service.turn(question_id) if place.owns(question_id) else None
    return turn.passages if turn else ()
