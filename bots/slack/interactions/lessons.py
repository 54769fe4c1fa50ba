"""The acts of owners on lessons: learn a message as the answer, undo, correct and approve.

A button holds only the lesson's id, so that it works after a restart, in any process, and twice.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import quietly, tell
from bots.slack.api.errors import translated
from bots.slack.api.people import Names, Owners
from bots.slack.api.response_url import send, whisper
from bots.slack.api.workspaces import Workspace, Workspaces
from bots.slack.context import Context
from bots.slack.events.lessons import LessonHandler
from bots.slack.events.parse import IncomingMessage, said
from bots.slack.ids import Place
from bots.slack.interactions.press import Press, on_press
from bots.slack.render.lesson_blocks import (
    ANSWER,
    FORM,
    QUESTION,
    lesson_form,
    lesson_message,
)
from bots.slack.render.mrkdwn import escaped
from core.errors import FaqbotError
from core.lessons.book import Outcome, Taught
from core.lessons.remarks import Teacher
from core.lessons.wording import SHOWN_OPENLY, LessonAct, said_of

Json = dict[str, Any]

SHORTCUT: Final = "teach_this"
_BRAIN: Final = "brain"  # 🧠
_ACT: Final = re.compile(r"^lesson:(approve|edit|undo)$")
_OFFER: Final = re.compile(r"^lesson:(learn|leave)$")


class LessonButtons:
    """Handles the buttons of lessons, and tells people who are not owners so."""

    def __init__(self, context: Context, lessons: LessonHandler) -> None:
        self._context = context
        self._profile = context.profile
        self._learning = context.service.learning
        self._lessons = lessons
        self._owners = Owners(context.owner_ids)
        self._names = Names()
        self.trouble = context.profile.not_stored

    async def press(self, press: Press) -> None:
        """Approve or undo a lesson and confirm it in place of the button, or open the form.

        Raises:
            FaqbotError: it is not done; the person who pressed was told so.
        """
        act = _act(press)
        work = self._opened(press) if act is LessonAct.EDIT else self._done(press, act)
        await self._excused(press, work)

    async def decide(self, press: Press) -> None:
        """Learn an offered lesson, or leave it; the offer disappears.

        Raises:
            FaqbotError: it is not done; the person who pressed was told so.
        """
        await self._excused(press, self._decided(press))

    async def submit(self, press: Press, question: str, answer: str) -> None:
        """Store a corrected lesson from the form that a press has opened.

        Raises:
            FaqbotError: the lesson is unchanged; the person who sent the form was told so.
        """
        await self._excused(press, self._corrected(press, question, answer))

    async def adopt(self, workspace: Workspace, message: IncomingMessage | None, user: str) -> str:
        """Learn a message as the answer; return the text for the owner, "" if it was posted.

        Raises:
            FaqbotError: it is not learnt.
        """
        if message is None or not message.text:
            return self._profile.teach.no_text
        return await self._lessons.adopt(message, user, workspace)

    async def adopt_at(self, workspace: Workspace, channel: str, ts: str, user: str) -> None:
        """Learn the message to which an owner has added 🧠; a reaction of others does nothing.

        Raises:
            FaqbotError: it is not learnt.
        """
        if not await self._owners.include(workspace, user):
            return
        with translated("conversations.replies"):
            page = await workspace.client.conversations_replies(
                channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True, limit=1
            )
        found = next((one for one in page["messages"] if one.get("ts") == ts), None)
        message = _message(found, workspace, channel) if found else None
        if told := await self.adopt(workspace, message, user):
            thread = (found or {}).get("thread_ts") or ""
            place = Place(workspace.team, channel, thread)
            await tell(workspace.client, place, user, escaped(told))

    async def _excused(self, press: Press, work: Any) -> None:  # noqa: ANN401 - a coroutine
        try:
            said_back = await work
        except FaqbotError:
            await tell(press.workspace.client, press.seen_in, press.user, self.trouble)
            raise
        if said_back:
            await tell(press.workspace.client, press.seen_in, press.user, escaped(said_back))

    async def _done(self, press: Press, act: LessonAct) -> str:
        if not await self._owners.include(press.workspace, press.user):
            return self._profile.case.owners_alone
        person = await self._person(press)
        does = self._learning.approve if act is LessonAct.APPROVE else self._learning.undo
        return await self._shown(press, await does(press.value, person))

    async def _decided(self, press: Press) -> str:
        if not await self._owners.include(press.workspace, press.user):
            return self._profile.case.owners_alone
        said_back = self._profile.teach.offer_left
        if _act(press) is LessonAct.LEARN:
            taught = await self._learning.approve(press.value, await self._person(press))
            said_back = self._profile.teach.gone
            if taught and taught.outcome is Outcome.CONFIRMED:  # the button was pressed before
                said_back = ""
            elif taught and taught.outcome in SHOWN_OPENLY:
                self._lessons.learnt(press.value, taught, press.workspace)
                said_back = ""
            elif taught:
                said_back = said_of(taught, self._profile)
        await send(press.workspace.client, press.body["response_url"], {"delete_original": True})
        return said_back

    async def _opened(self, press: Press) -> str:
        if not await self._owners.include(press.workspace, press.user):
            return self._profile.case.owners_alone
        lesson = await self._learning.find(press.value)
        if lesson is None:
            return self._profile.teach.gone
        view = lesson_form(lesson, self._profile, _metadata(press))
        with translated("views.open"):
            await press.workspace.client.views_open(trigger_id=press.body["trigger_id"], view=view)
        return ""

    async def _corrected(self, press: Press, question: str, answer: str) -> str:
        if not await self._owners.include(press.workspace, press.user):
            return self._profile.case.owners_alone
        person = await self._person(press)
        taught = await self._learning.correct(press.value, question, answer, person)
        return await self._shown(press, taught)

    async def _shown(self, press: Press, taught: Taught | None) -> str:
        """Replace the message of the button by the outcome; return "" if that is done."""
        if taught is None:
            return self._profile.teach.gone
        if taught.outcome not in SHOWN_OPENLY:
            return said_of(taught, self._profile)
        if taught.outcome is Outcome.UNLEARNED:
            self._lessons.unmark(press.value, press.workspace)
        call = press.workspace.client.chat_update(
            channel=press.channel, ts=press.ts, **lesson_message(taught, self._profile)
        )
        await quietly("chat.update", call)
        return ""

    async def _person(self, press: Press) -> Teacher:
        name = await self._names.name_of(press.workspace, press.user)
        return Teacher(press.user, name or self._profile.teach.author)


def register(
    app: AsyncApp, buttons: LessonButtons, workspaces: Workspaces, background: BackgroundTasks
) -> None:
    """Listen to the acts of owners; each is acknowledged at once."""
    for actions, does in ((_ACT, buttons.press), (_OFFER, buttons.decide)):
        on_press(app, actions, does, workspaces=workspaces, background=background)

    @app.view(FORM)
    async def submit(ack: AsyncAck, body: Json, view: Json, context: AsyncBoltContext) -> None:
        await ack()
        values = view["state"]["values"]
        press = _from_form(view, body["user"]["id"], workspaces.get(context.team_id))
        question = values[QUESTION][QUESTION].get("value") or ""
        answer = values[ANSWER][ANSWER].get("value") or ""
        background.begin(buttons.submit(press, question, answer))

    @app.message_shortcut(SHORTCUT)
    async def teach_this(ack: AsyncAck, shortcut: Json, context: AsyncBoltContext) -> None:
        await ack()
        workspace = workspaces.get(context.team_id)
        background.begin(_taught(buttons, workspace, shortcut))

    @app.event("reaction_added", matchers=[_is_brain])
    async def sign(event: Json, context: AsyncBoltContext) -> None:
        item, user = event["item"], event.get("user", "")
        workspace = workspaces.get(context.team_id)
        background.begin(buttons.adopt_at(workspace, item["channel"], item["ts"], user))


async def _taught(buttons: LessonButtons, workspace: Workspace, shortcut: Json) -> None:
    channel, user = shortcut["channel"]["id"], shortcut["user"]["id"]
    message, url = shortcut["message"], shortcut["response_url"]
    thread = message.get("thread_ts") or ""
    try:
        told = await buttons.adopt(workspace, _message(message, workspace, channel), user)
    except FaqbotError:
        await whisper(workspace.client, url, buttons.trouble, thread=thread)
        raise
    if told:
        await whisper(workspace.client, url, escaped(told), thread=thread)


def _message(shown: Json, workspace: Workspace, channel: str) -> IncomingMessage | None:
    """Return a person's message; None if an app has written it."""
    if shown.get("bot_id"):
        return None
    return said(shown, team=workspace.team, bot_user=workspace.bot_user, channel=channel)


def _act(press: Press) -> LessonAct:
    return LessonAct(press.act.split(":")[1])


def _metadata(press: Press) -> str:
    """Return the form's metadata, which holds the press that opened it."""
    about = {"channel": press.channel, "thread": press.thread, "ts": press.ts}
    return json.dumps(about | {"lesson": press.value})


def _from_form(view: Json, user: str, workspace: Workspace) -> Press:
    """Return the press that has opened a form, with the sender of the form as its person."""
    about = json.loads(view["private_metadata"])
    at = (about["channel"], about["thread"], about["ts"])
    return Press(workspace, *at, user, value=about["lesson"])


async def _is_brain(event: Json) -> bool:
    item = event.get("item") or {}
    return event.get("reaction") == _BRAIN and item.get("type") == "message"
