"""Replies that teach: they are learnt before Slack hears OK, marked with ✅, and confirmed.

The mark is set each time that a lesson is delivered, since setting it twice does no harm. The
confirmation is posted once, when something has changed. Only the author is told of problems.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.shared.background_tasks import BackgroundTasks
from bots.slack.api.calls import tell
from bots.slack.api.errors import code_of, translated
from bots.slack.api.people import Names, Owners
from bots.slack.api.rate_limits import Budgets
from bots.slack.api.workspaces import Workspace
from bots.slack.context import Context
from bots.slack.events.parse import IncomingMessage
from bots.slack.ids import PREFIX, Place, place_of
from bots.slack.render.lesson_blocks import lesson_message, offer_message
from bots.slack.replies.messages import NOT_UNFURLED
from core.bounded import BoundedDict
from core.errors import MessageGoneError, PlatformError, PlatformRefusedError, RateLimitedError
from core.lessons.book import Outcome, Taught
from core.lessons.remarks import Remark
from core.lessons.tag import is_lesson
from core.lessons.wording import SHOWN_OPENLY, said_of
from core.retry import with_pauses
from core.types import Turn

logger = logging.getLogger(__name__)

Json = dict[str, Any]

MARK: Final = "white_check_mark"
_ALREADY: Final = ("already_reacted", "no_reaction")
_AT_ONCE_S: Final = 0.7  # how long Slack's event waits for the mark, before a task sets it later
_WAITS_S: Final = (1.0, 5.0, 30.0)
_IDLE_WITHIN_S: Final = 1.5
_KEPT: Final = 1_000


class NotYetError(PlatformError):
    """Raised while the question above a reply is still being answered: Slack sends it again."""


class LessonHandler:
    """Handles replies with the tag, of people who may teach and of others."""

    def __init__(self, context: Context, background: BackgroundTasks, budgets: Budgets) -> None:
        self._service = context.service
        self._profile = context.profile
        self._background = background
        self._budgets = budgets
        self._owners = Owners(context.owner_ids)
        self._names = Names()
        # Slack sends one mention as two events.
        self._told: BoundedDict[str, None] = BoundedDict(_KEPT)

    def is_lesson(self, message: IncomingMessage) -> bool:
        """Return whether a message has the tag of lessons."""
        return is_lesson(message.text, self._profile.learning_tag)

    async def teach(self, message: IncomingMessage, workspace: Workspace) -> None:
        """Learn from a new or edited message with the tag; handling it twice changes nothing.

        Raises:
            StorageError, PlatformError: it is not learnt; the event has to be delivered again.
        """
        remark = await self._remark(message, workspace)
        if remark.may_teach:
            await self._have_answered(message)
        taught = await self._service.learning.teach(remark)
        if taught.is_learnt:
            await self._mark(message, workspace, there=True)
        if taught.outcome in SHOWN_OPENLY:
            self._say(message.place, taught, workspace)
        elif taught.outcome is not Outcome.KNOWN:
            self._tell(message, taught, workspace)

    async def adopt(self, message: IncomingMessage, user: str, workspace: Workspace) -> str:
        """Learn another person's message for an owner; return the text for the owner.

        The text is "" if the confirmation was posted openly.

        Raises:
            StorageError, PlatformError: it is not learnt.
        """
        if not await self._owners.include(workspace, user):
            return said_of(Taught(Outcome.NOT_ALLOWED), self._profile)
        taught = await self._service.learning.adopt(await self._said_by(message, user, workspace))
        if taught.is_learnt:
            await self._mark(message, workspace, there=True)
        if taught.outcome in SHOWN_OPENLY:
            self._say(message.place, taught, workspace)
            return ""
        return said_of(taught, self._profile)

    async def offers(self, message: IncomingMessage, workspace: Workspace) -> bool:
        """Ask an owner who contradicts the bot's answer whether to learn it; return whether so.

        Only the owner sees that, and only once. Such a message is no question to the bot.

        Raises:
            StorageError: the answer cannot be looked up.
        """
        try:
            if not await self._owners.include(workspace, message.user):
                return False
        except PlatformError as error:
            logger.info("%s is not treated as an owner: %s", message.user, error)
            return False
        # What is being written now is what they see; it is stored when it is complete.
        if not await self._service.has_answered(message.place.session, within_s=_IDLE_WITHIN_S):
            return False
        bare = replace(_bare(message), may_teach=True)
        turn = await self._service.learning.contradicted(bare)
        if turn is None:
            return False
        self._background.begin(self._offer(message, turn, workspace))
        return True

    async def _offer(self, message: IncomingMessage, turn: Turn, workspace: Workspace) -> None:
        remark = await self._said_by(message, message.user, workspace)
        if lesson := await self._service.learning.offer(remark, turn):
            shown = offer_message(lesson, self._profile)
            await tell(workspace.client, message.seen_in, message.user, **shown)

    def learnt(self, lesson_id: str, taught: Taught, workspace: Workspace) -> None:
        """Confirm openly that an offered message was learnt, and set its mark."""
        if taught.lesson:
            self._say(place_of(taught.lesson.session), taught, workspace)
        self._mark_of(lesson_id, workspace, there=True)

    def unmark(self, lesson_id: str, workspace: Workspace) -> None:
        """Remove the mark from the message that taught a lesson, if there is one."""
        self._mark_of(lesson_id, workspace, there=False)

    def _mark_of(self, lesson_id: str, workspace: Workspace, *, there: bool) -> None:
        message, _, _ = lesson_id.removeprefix(PREFIX).partition(">")
        team, _, rest = message.partition(":")
        channel, _, ts = rest.partition(":")
        if team == workspace.team and ts:
            marking = partial(_set_mark, workspace.client, channel, ts, there=there)
            self._background.begin(with_pauses(marking, pauses_s=_WAITS_S))

    async def untag(self, message: IncomingMessage, workspace: Workspace) -> bool:
        """Remove the lesson of an edited message without the tag; False if it had no lesson.

        Raises:
            StorageError: the lesson is not removed.
        """
        remark = _bare(message)
        taught = await self._service.learning.revise(remark)
        if taught is None:
            return False
        await self._mark(message, workspace, there=False)
        self._say(message.place, taught, workspace)
        return True

    async def unteach(self, message_id: str, workspace: Workspace) -> None:
        """Remove the lesson of a deleted message, if it has one; Slack has removed the mark.

        Raises:
            StorageError: the lesson is not removed.
        """
        taught = await self._service.learning.unteach(message_id)
        if taught and taught.lesson:
            self._say(place_of(taught.lesson.session), taught, workspace)

    async def is_aside(self, message: IncomingMessage, workspace: Workspace, *, late: bool) -> bool:
        """Return whether an owner's message is meant for a colleague and not for the bot.

        It is while a question of the thread waits for a person. For a `late` message it is always
        taken to be so, since the state at its time is not known.

        Raises:
            StorageError: the questions of the thread cannot be read.
        """
        if message.direct or message.to_bot or not message.in_thread:
            return False
        try:
            if not await self._owners.include(workspace, message.user):
                return False
        except PlatformError as error:
            logger.info("%s is not treated as an owner: %s", message.user, error)
            return False
        return late or await self._service.awaits_person(message.place.session)

    async def _remark(self, message: IncomingMessage, workspace: Workspace) -> Remark:
        if not await self._owners.include(workspace, message.user):
            return _bare(message)
        return await self._said_by(message, message.user, workspace)

    async def _said_by(self, message: IncomingMessage, user: str, workspace: Workspace) -> Remark:
        """Return another person's message as a remark on behalf of a person who may teach."""
        name = await self._names.name_of(workspace, user)
        return Remark(
            id=message.question.id,
            session=message.place.session,
            text=await self._names.with_names(workspace, message.markdown),
            author=user,
            author_name=name or self._profile.teach.author,
            may_teach=True,
            said_at=message.said_at,
            has_media=message.has_media,
        )

    async def _have_answered(self, message: IncomingMessage) -> None:
        """Wait until the thread's questions are answered, so that the right one is learnt.

        Raises:
            NotYetError: a question is still being answered after some time.
        """
        if not await self._service.has_answered(message.place.session, within_s=_IDLE_WITHIN_S):
            raise NotYetError(f"{message.question.id} comes before the answer to a question")

    async def _mark(self, message: IncomingMessage, workspace: Workspace, *, there: bool) -> None:
        """Set or remove the mark: at once, or in a task as soon as Slack allows it."""
        channel, ts = message.place.channel, message.ts
        try:
            async with asyncio.timeout(_AT_ONCE_S):
                await _set_mark(workspace.client, channel, ts, there=there)
        except PlatformRefusedError as error:
            logger.warning("no mark at %s: %s", message.question.id, error)
        except (PlatformError, TimeoutError):
            marking = partial(_set_mark, workspace.client, channel, ts, there=there)
            self._background.begin(with_pauses(marking, pauses_s=_WAITS_S))

    def _say(self, place: Place, taught: Taught, workspace: Workspace) -> None:
        shown = lesson_message(taught, self._profile) | NOT_UNFURLED
        self._background.begin(self._post(workspace.client, place, shown))

    async def _post(self, client: AsyncWebClient, place: Place, shown: Json) -> None:
        """Post a message in its turn of the channel's budget; an unclear failure is not repeated.

        Raises:
            PlatformError: the message may not be posted.
        """
        posts = self._budgets.posts(place.channel)
        while True:
            with suppress(RateLimitedError):  # the next turn comes when Slack allows it
                async with posts.slot():
                    with translated("chat.postMessage"):
                        await client.chat_postMessage(
                            channel=place.channel, thread_ts=place.thread or None, **shown
                        )
                    return

    def _tell(self, message: IncomingMessage, taught: Taught, workspace: Workspace) -> None:
        """Tell the author alone about a problem, once for each version of the message."""
        version = f"{message.question.id} {message.said_at.isoformat()}"
        if version in self._told:
            return
        self._told[version] = None
        text = said_of(taught, self._profile)
        self._background.begin(tell(workspace.client, message.seen_in, message.user, text))


def _bare(message: IncomingMessage) -> Remark:
    """Return a message as a remark whose author may not teach."""
    return Remark(
        id=message.question.id,
        session=message.place.session,
        text=message.text,
        author=message.user,
        author_name="",
        may_teach=False,
        said_at=message.said_at,
    )


async def _set_mark(client: AsyncWebClient, channel: str, ts: str, *, there: bool) -> None:
    """Set or remove the mark; do nothing if it is so already, or if the message is gone.

    Raises:
        PlatformError: the mark may not be as wanted.
    """
    where = {"channel": channel, "timestamp": ts, "name": MARK}
    try:
        with translated("reactions.add" if there else "reactions.remove"):
            await (client.reactions_add(**where) if there else client.reactions_remove(**where))
    except MessageGoneError:
        pass
    except PlatformError as error:
        if code_of(error) not in _ALREADY:
            raise
