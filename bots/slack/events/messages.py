"""The handling of messages: questions and lessons that are new, edited or deleted.

Events are handled before Slack hears OK: an event that fails is not acknowledged, and Slack sends
it again. No handler waits for an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse

from bots.shared.background_tasks import BackgroundTasks
from bots.shared.intake import reason_for
from bots.slack.api.calls import quietly
from bots.slack.api.people import Names
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspace, Workspaces
from bots.slack.context import Context
from bots.slack.events.content import is_edited
from bots.slack.events.lessons import LessonHandler
from bots.slack.events.notices import Notices
from bots.slack.events.parse import IncomingMessage, read_message
from bots.slack.events.threads import people_in, said_above, said_nearby
from bots.slack.ids import question_id
from bots.slack.replies.native_status import rename_session
from core.bounded import BoundedDict
from core.errors import AwayError, PlatformError, PlatformRefusedError, StorageError
from core.lessons.tag import is_lesson
from core.messaging.manners import Manners
from core.messaging.questions_above import is_about_media, with_question_above
from core.messaging.thread_rules import ThreadRule
from core.text.utterances.mentions import has_words
from core.types import Receipt

logger = logging.getLogger(__name__)

Json = dict[str, Any]

MESSAGES: Final = ("message", "app_mention")
_WELCOME: Final = "blush"  # 😊
_KEPT: Final = 1_000
_SHOWN_S: Final = 60.0  # the time in which Slack shows what a link leads to, or writes speech down
_FOR_EVER: Final = float("inf")


class MessageHandler:
    """Handles the messages of all workspaces."""

    def __init__(
        self,
        context: Context,
        background: BackgroundTasks,
        teaching: LessonHandler,
        budgets: Budgets,
    ) -> None:
        self._context = context
        self._service = context.service
        self._profile = context.profile
        self._ids = context.channel_ids
        self._channels = context.settings.slack_channel_ids
        self._manners = Manners(context.service, context.settings.thread_rules)
        self._background = background
        self._teaching = teaching
        self._names = Names()
        self._notices = Notices(background, budgets)
        # The time of the latest change of each message.
        self._changes: BoundedDict[str, float] = BoundedDict(_KEPT)

    async def hear(
        self, event: Json, workspace: Workspace, *, late: bool = False, answered: bool = False
    ) -> None:
        """Handle a `message` or `app_mention` event; handling one twice changes nothing.

        A `late` message was sent while the bot was away; a person may have `answered` it since.

        Raises:
            AwayError, StorageError, PlatformError: the event has to be delivered again.
        """
        match event.get("subtype"):
            case "message_changed":
                await self._changed(event, workspace)
            case "message_deleted":
                await self._withdraw(event, event.get("deleted_ts"), workspace)
            case _:
                message = read_message(event, workspace)
                if not message or self._changes.get(message.question.id) == _FOR_EVER:
                    return
                if message.was_edited_late:  # a mention that was added to an old message
                    return
                await self._take(message, workspace, late=late, answered=answered)

    def teaches(self, event: Json) -> bool:
        """Return whether a message has the tag of lessons, so that it is no question."""
        return is_lesson(event.get("text") or "", self._profile.learning_tag)

    async def _take(
        self,
        message: IncomingMessage,
        workspace: Workspace,
        *,
        late: bool = False,
        answered: bool = False,
    ) -> None:
        if message.by_app and not await self._is_a_persons(message, workspace):
            await self._hear_bot(message, workspace, late=late)
            return
        self._manners.note(message.place.session, message.user)
        if self._teaching.is_lesson(message):
            if await self._concerns_bot(message):
                await self._teaching.teach(message, workspace)
            return
        if answered:
            return
        talks = message.in_thread or message.direct
        if talks and not late and await self._teaching.offers(message, workspace):
            return
        if message.direct or message.to_bot:
            await self._called(message, workspace, late=late)
        elif message.to_others:
            return
        elif await self._is_for_bot(message, workspace, late=late):
            await self._receive(message, workspace, late=late)
        elif message.in_thread and not late and await self._is_thanked(message, workspace):
            channel, client = message.place.channel, workspace.client
            thanks = client.reactions_add(channel=channel, timestamp=message.ts, name=_WELCOME)
            self._background.begin(quietly("a reaction to thanks", thanks))

    async def _hear_bot(
        self, message: IncomingMessage, workspace: Workspace, *, late: bool
    ) -> None:
        """Answer another bot if it takes part in something with this one, and else never."""
        if await self._service.negotiates(message.question, called=message.to_bot):
            await self._receive(message, workspace, late=late)

    async def _concerns_bot(self, message: IncomingMessage) -> bool:
        """Return whether a message is in a place where the bot listens, for whomever it is."""
        if message.direct or message.to_bot:
            return True
        if message.in_thread:
            session = message.place.session
            return message.below_bot or await self._service.takes_part(session)
        return not self._channels.isdisjoint(self._ids.all_of(message.place.channel))

    async def _is_for_bot(
        self, message: IncomingMessage, workspace: Workspace, *, late: bool
    ) -> bool:
        """Return whether a message without a mention is a question that the bot should answer."""
        if not (self._may_ask(message) and await self._concerns_bot(message)):
            return False
        rule = self._rule_in(message)
        if not message.in_thread:
            return await self._manners.begins(message.question, rule)
        if await self._teaching.is_aside(message, workspace, late=late):
            return False
        present = partial(people_in, workspace, message.place)
        return await self._manners.goes_on(message.question, rule, present)

    async def _is_thanked(self, message: IncomingMessage, workspace: Workspace) -> bool:
        rule = self._rule_in(message)
        present = partial(people_in, workspace, message.place)
        return await self._manners.is_thanked(message.question, rule, present)

    def _rule_in(self, message: IncomingMessage) -> ThreadRule:
        return self._manners.rule_of(*self._ids.all_of(message.place.channel))

    async def _is_a_persons(self, message: IncomingMessage, workspace: Workspace) -> bool:
        """Return whether an app has sent this message to the bot on behalf of a person."""
        called = message.direct or message.to_bot
        return called and await self._names.is_person(workspace, message.user)

    def _may_ask(self, message: IncomingMessage) -> bool:
        return self._context.settings.slack_guests or not message.is_from_outside

    async def _called(self, message: IncomingMessage, workspace: Workspace, *, late: bool) -> None:
        """Answer a message that calls the bot, or tell its author why not."""
        if not self._may_ask(message):
            self._notices.tell(message, self._profile.guests_off, workspace)
            return
        if not message.direct and await self._manners.is_for_people(
            message.question, to_others=message.to_others
        ):
            return
        message = await self._with_what_it_points_to(message, workspace)
        if not has_words(message.text):
            profile = self._profile
            trouble = profile.unreadable if message.has_media else profile.empty_mention
            self._notices.tell(message, trouble, workspace)
        elif message.has_media and await is_about_media(self._service, message.question):
            self._notices.tell(message, self._profile.unreadable, workspace)
        else:
            await self._receive(message, workspace, late=late)

    async def _with_what_it_points_to(
        self, message: IncomingMessage, workspace: Workspace
    ) -> IncomingMessage:
        """Return a message with the question above it added, if it has no question of its own.

        This is the case if a person mentions the bot below a colleague's question, or a moment
        after their own.
        """
        nearby = not message.in_thread
        if (nearby and message.direct) or message.has_media:
            return message
        read = said_nearby if nearby else said_above
        above = partial(read, workspace, message.place, message.ts)
        question = await with_question_above(self._service, message.question, above, nearby=nearby)
        return replace(message, text=question.text)

    async def _receive(self, message: IncomingMessage, workspace: Workspace, *, late: bool) -> None:
        mentions = await self._names.of_mentions(workspace, message.mentions)
        question = replace(message.question, mentions=mentions)
        receipt = await self._service.receive(question, late=late)
        self._explain(message, receipt, workspace)

    async def _changed(self, event: Json, workspace: Workspace) -> None:
        now, before = event.get("message") or {}, event.get("previous_message") or {}
        if now.get("subtype") == "tombstone":  # a deleted message that has replies
            await self._withdraw(event, now.get("ts"), workspace)
            return
        message = read_message(now, workspace, channel=event.get("channel", ""))
        if message is None:
            return
        if not is_edited(now, before):  # Slack has unfurled a link or counted a reply
            was = (
                read_message(before, workspace, channel=event.get("channel", ""))
                if before
                else None
            )
            had_words = has_words(was.text) if was else not message.links_alone
            if has_words(message.text) and not had_words:
                await self._shown(event, message, workspace)
            return
        if not self._is_news(message.question.id, float(event["ts"])):
            return
        if not message.text:
            await self._withdraw(event, message.ts, workspace)
            return
        await self._revise(replace(message, edited_ts=event["ts"]), workspace)

    async def _shown(self, event: Json, message: IncomingMessage, workspace: Workspace) -> None:
        """Handle a message without words, since Slack shows what is said by its link or in it."""
        is_new = float(event["ts"]) - float(message.ts) < _SHOWN_S
        if is_new and (message.direct or message.to_bot):
            await self._take(message, workspace)

    async def _revise(self, message: IncomingMessage, workspace: Workspace) -> None:
        """Handle the new text of an edited message."""
        question = message.question
        withdraw = partial(self._service.withdraw, question.id, edited_at=question.edited_at)
        if self._teaching.is_lesson(message):
            await withdraw()  # it may have been a question before
            await self._take(message, workspace)
            return
        if await self._teaching.untag(message, workspace):
            return
        rule, still_calls = self._rule_in(message), partial(_calls, message)
        if await self._manners.is_taken_back(question, rule, still_calls=still_calls):
            await withdraw()
            return
        receipt = await self._service.revise(question)
        if receipt is Receipt.STORED and not message.in_thread:  # it has named the session
            channel, text = message.place.channel, message.text
            naming = rename_session(workspace.client, channel, message.ts, text)
            self._background.begin(naming)
        if receipt:
            self._explain(message, receipt, workspace)
        elif not message.was_edited_late:
            await self._take(message, workspace)  # the edit has made it a question

    async def _withdraw(self, event: Json, ts: str | None, workspace: Workspace) -> None:
        if ts and (channel := event.get("channel")):
            question = question_id(workspace.team, channel, ts)
            self._is_news(question, _FOR_EVER)
            # The withdrawal is first, as it is kept while the store is away; the rest then fails.
            await self._service.withdraw(question)
            await self._teaching.unteach(question, workspace)

    def _is_news(self, question: str, changed_at: float) -> bool:
        """Return whether this is the latest change; Slack repeats failed events out of order."""
        if self._changes.get(question, 0.0) > changed_at:
            return False
        self._changes[question] = changed_at
        return True

    def _explain(self, message: IncomingMessage, receipt: Receipt, workspace: Workspace) -> None:
        """Tell the asker why there will be no answer, if there will be none."""
        if reason := reason_for(self._profile, receipt):
            self._notices.tell(message, reason, workspace)


async def _calls(message: IncomingMessage) -> bool:
    return message.direct or message.to_bot


def register(app: AsyncApp, message_handler: MessageHandler, workspaces: Workspaces) -> None:
    """Handle messages in a global middleware, because Bolt acknowledges before listeners run."""

    @app.middleware
    async def keep(
        body: Json, context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        event = body.get("event") or {}
        if event.get("type") in MESSAGES:
            try:
                await message_handler.hear(event, workspaces.get(context.team_id))
            except PlatformRefusedError as error:  # a repeated event would be refused again
                logger.error("a message is left alone: %s", error)
            except (AwayError, StorageError, PlatformError) as error:
                logger.error("a message is not stored: %s", error)
                return BoltResponse(status=503, body="")
        return await next_()
