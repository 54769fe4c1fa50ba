"""The buttons below answers, and the reaction 🛑 that stops an answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any, Final

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.background_tasks import BackgroundTasks
from bots.shared.intake import reason_for
from bots.slack.api.calls import quietly, tell
from bots.slack.api.errors import translated
from bots.slack.api.people import Owners
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspace, Workspaces
from bots.slack.context import Context
from bots.slack.ids import Place, question_id
from bots.slack.interactions.guests import may_ask
from bots.slack.interactions.press import Press, on_press
from bots.slack.render.blocks import Page, feedback_block_id, read_followup
from bots.slack.render.elements import LABEL_CHARS, USED
from bots.slack.replies.messages import METADATA, metadata_of, reference_of, split, update
from bots.slack.replies.native_status import end_session
from bots.slack.replies.thread import Answers
from core.errors import StorageError
from core.messaging.handler import references_of
from core.text.markdown.measure import shortened
from core.types import Question, Receipt, SessionId

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_FOLLOWUP: Final = re.compile(r"^followup:(\d+|menu)$")
_STOP: Final = "stop"
_STOP_SIGNS: Final = ("octagonal_sign", "stop_sign")


class Buttons:
    """Handles the buttons below answers."""

    def __init__(self, context: Context, budgets: Budgets, answers: Answers) -> None:
        self._context = context
        self._service = context.service
        self._profile = context.profile
        self._budgets = budgets
        self._answers = answers
        self._owners = Owners(context.owner_ids)

    async def follow_up(self, press: Press) -> None:
        """Ask the button's question, and mark the button as used."""
        question, index = read_followup(press.value) or ("", 0)
        trouble, receipt = self._profile.stale_button, None
        if not may_ask(self._context, press.body["user"], press.workspace.team):
            trouble = self._profile.guests_off
        elif press.seen_in.owns(question):
            trouble, receipt = await self._ask(press, question, index)
        if receipt is Receipt.KNOWN:
            trouble = await self._asked_before(press, question, index)
        if trouble:
            await tell(press.workspace.client, press.seen_in, press.user, trouble)
        else:
            await self._mark_used(press, question)

    async def stop(self, press: Press) -> None:
        """Stop the answer to a question."""
        trouble = self._profile.nothing_to_stop
        if press.seen_in.owns(press.value):
            if not await self._may_stop(press.workspace, press.user, press.value):
                trouble = self._profile.not_yours_to_stop
            elif await self._service.stop(press.value):
                return
        await tell(press.workspace.client, press.seen_in, press.user, trouble)

    async def stop_at(
        self, workspace: Workspace, channel: str, ts: str, *, user: str, answer: bool
    ) -> None:
        """Stop the answer that a message shows, or the answer to the question that it asks."""
        asked = self._answers.question_of(reference_of(channel, ts))
        if asked is None and answer:  # another process may have posted the answer
            asked = await _answered_in(workspace.client, channel, ts)
        elif asked is None:
            asked = question_id(workspace.team, channel, ts)
        if asked and await self._may_stop(workspace, user, asked):
            await self._service.stop(asked)

    async def stop_session(
        self, workspace: Workspace, channel: str, thread: str, *, user: str, streams: Sequence[str]
    ) -> None:
        """Stop the answer in an agent's session, as Slack's own stop button was pressed."""
        root = question_id(workspace.team, channel, thread)
        shown = [self._answers.question_of(reference_of(channel, ts)) for ts in streams]
        live = self._service.live_in(Place(workspace.team, channel, thread).session)
        for asked in dict.fromkeys(filter(None, [live, *shown, root])):
            if await self._may_stop(workspace, user, asked) and await self._service.stop(asked):
                break
        await end_session(workspace.client, channel, thread)

    async def _may_stop(self, workspace: Workspace, user: str, question: str) -> bool:
        """Return whether a person is the asker or an owner; Slack's channels have no moderators."""
        if await self._service.was_asked_by(question, user):
            return True
        return await self._owners.include(workspace, user)

    async def _ask(self, press: Press, question: str, index: int) -> tuple[str, Receipt | None]:
        """Return the text for the person ("" if there will be an answer), and the receipt."""
        try:
            receipt = await self._service.press(question, index, _asked(press))
        except StorageError as error:
            logger.error("a press is not stored: %s", error)
            return self._profile.not_stored, None
        return reason_for(self._profile, receipt), receipt

    async def _asked_before(self, press: Press, question: str, index: int) -> str:
        """Return that the button was pressed before, with a link to the answer if there is one."""
        asked = await self._service.answer_to_press(question, index)
        shown = (references_of(asked) if asked else ())[:1]
        links = [await _permalink(press.workspace.client, reference) for reference in shown]
        return " ".join(filter(None, [self._profile.already_asked, *links]))

    async def _mark_used(self, press: Press, question: str) -> None:
        """Mark all pressed buttons, and change nothing else in the message."""
        blocks = press.message.get("blocks") or []
        used = await self._service.pressed(question)
        marked = [_marked(block, used) for block in blocks]
        if marked == blocks:
            return
        page = Page(press.message.get("text") or "…", tuple(_renewed(marked, question, used)))
        reference = reference_of(press.channel, press.ts)
        metadata = await self._metadata(question, reference)
        edits = self._budgets.edits(press.workspace.team)
        async with edits.slot(ends=False):  # endings of answers go first
            await update(press.workspace.client, reference, page, metadata)

    async def _metadata(self, question: str, reference: str) -> Json:
        """Return the metadata of a message of the answer to a question."""
        stored = await self._service.find(question)
        shown = list(references_of(stored)) if stored else []
        place = shown.index(reference) if reference in shown else 0
        asked = stored.question if stored else Question(question, SessionId(""), "")
        return metadata_of(asked, place)


def register(
    app: AsyncApp, buttons: Buttons, workspaces: Workspaces, background: BackgroundTasks
) -> None:
    """Listen to presses and to 🛑."""
    for actions, does in ((_FOLLOWUP, buttons.follow_up), (_STOP, buttons.stop)):
        on_press(app, actions, does, workspaces=workspaces, background=background)

    @app.event("agent_session_stopped")
    async def stopped(event: Json, context: AsyncBoltContext) -> None:
        stopping = buttons.stop_session(
            workspaces.get(context.team_id),
            event["channel"],
            event.get("thread_ts") or "",
            user=event.get("user", ""),
            streams=event.get("streaming_message_ts") or [],
        )
        background.begin(stopping)

    @app.event("reaction_added")
    async def reaction(event: Json, context: AsyncBoltContext) -> None:
        item = event.get("item") or {}
        if event.get("reaction") in _STOP_SIGNS and item.get("type") == "message":
            workspace = workspaces.get(context.team_id)
            answer = event.get("item_user") == workspace.bot_user
            where = (workspace, item["channel"], item["ts"])
            background.begin(buttons.stop_at(*where, user=event.get("user", ""), answer=answer))


def _asked(press: Press) -> Question:
    """Return the question that a press asks, without its text."""
    channel = press.channel
    thread = press.thread if channel.startswith("D") else press.thread or press.ts
    session = Place(press.workspace.team, channel, thread).session
    return Question("", session, "", press.user, reply_to=press.ts)


def _marked(block: Json, used: frozenset[int]) -> Json:
    """Return a block whose used follow-ups, as buttons or in a menu, have a mark."""
    if block.get("type") != "actions":
        return block
    elements = []
    for element in block["elements"]:
        if not _FOLLOWUP.match(element.get("action_id") or ""):
            elements.append(element)
        elif "options" in element:
            options = [_with_mark(option, used) for option in element["options"]]
            elements.append(element | {"options": options})
        else:
            elements.append(_with_mark(element, used))
    return block | {"elements": elements}


def _with_mark(choice: Json, used: frozenset[int]) -> Json:
    _, index = read_followup(choice.get("value") or "") or ("", -1)
    text = choice.get("text") or {}
    label = text.get("text", "")
    if index not in used or label.startswith(USED):
        return choice
    return choice | {"text": text | {"text": shortened(f"{USED}{label}", LABEL_CHARS)}}


def _renewed(blocks: list[Json], question: str, used: frozenset[int]) -> list[Json]:
    """Return the blocks with a new id for the block of opinions, which each edit requires."""
    block_id = feedback_block_id(question, used)
    return [
        block | {"block_id": block_id} if block.get("type") == "context_actions" else block
        for block in blocks
    ]


async def _permalink(client: AsyncWebClient, reference: str) -> str:
    """Return the address of a message, "" if Slack does not return one."""
    channel, ts = split(reference)
    call = client.chat_getPermalink(channel=channel, message_ts=ts)
    found = await quietly("chat.getPermalink", call)
    return f"<{found['permalink']}>" if found else ""


async def _answered_in(client: AsyncWebClient, channel: str, ts: str) -> str | None:
    """Return the question that a message of the bot answers, by the message's metadata."""
    with translated("conversations.replies"):
        page = await client.conversations_replies(
            channel=channel,
            ts=ts,
            oldest=ts,
            latest=ts,
            inclusive=True,
            limit=1,
            include_all_metadata=True,
        )
    for message in page["messages"]:
        metadata = message.get("metadata") or {}
        if message["ts"] == ts and metadata.get("event_type") == METADATA:
            return str(metadata["event_payload"]["question"])
    return None
