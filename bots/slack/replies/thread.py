"""The reply in a thread on Slack: the messages of one answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import code_of, translated
from bots.slack.api.rate_limits import Budgets
from bots.slack.context import Context
from bots.slack.ids import place_of
from bots.slack.render.blocks import BlockOptions, Page, render
from bots.slack.replies.messages import (
    METADATA,
    NOT_UNFURLED,
    calls_in,
    metadata_of,
    reference_of,
    send_directly,
    split,
    update,
    upload,
    without_questions,
)
from bots.slack.replies.native_status import NativeStatus
from core.bounded import BoundedDict
from core.errors import (
    MessageGoneError,
    MustBeNewError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)
from core.messaging.delivery.pacer import Pacer
from core.press_ids import is_press
from core.types import File, Question, View

logger = logging.getLogger(__name__)

_NO_THREAD: Final = "invalid_thread_ts"
_DELETED_THREAD: Final = "thread_not_found"

Json = dict[str, Any]
Hint = Callable[[View], Awaitable[None]]

_SEARCHED_PAGES, _PAGE_SIZE = 5, 200  # the messages that are searched after a crash
_CLOCKS_S: Final = 60.0  # the most that Slack's clock and ours may differ


class Answers:
    """Remembers which questions are answered by the messages that this process has posted."""

    def __init__(self, most: int = 5_000) -> None:
        self._questions: BoundedDict[str, str] = BoundedDict(most)

    def note(self, reference: str, question_id: str) -> None:
        """Note that a message was posted."""
        self._questions[reference] = question_id

    def question_of(self, reference: str) -> str | None:
        """Return the question that a message answers; None if this process does not know it."""
        return self._questions.get(reference)


@dataclass(slots=True)
class _Search:
    """A search for the messages of an answer: those found by their places, and what was read."""

    found: list[tuple[int, str]] = field(default_factory=list)
    cursor: str = ""
    pages: int = 0


class SlackReply:
    """Implements `Reply` in a thread, or in a direct message outside of threads."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        *,
        client: AsyncWebClient,
        context: Context,
        budgets: Budgets,
        answers: Answers,
        question: Question,
        bot_user: str = "",
        plain_in: set[str] | None = None,
        hint: Hint | None = None,
        status: NativeStatus | None = None,
    ) -> None:
        """`hint` shows the status beside the messages; with a `status`, no message shows it.

        `bot_user` is the bot's own id, by which its streams are found, as they have no metadata.
        `plain_in` are the workspaces without the newer blocks; refusals add to it.
        """
        self._client = client
        self._budgets = budgets
        self._answers = answers
        self._question = question
        self._place = place_of(question.session)
        self._plain_in = set() if plain_in is None else plain_in
        # In a direct message nobody can be called, and it is plain to whom the bot speaks.
        alone = self._place.channel.startswith("D")
        self._profile = context.profile
        self._asked_ts = question.id.rpartition(":")[2]
        self._look = BlockOptions(
            context.profile,
            context.cleaner,
            quoted=is_press(question.id),
            named=not alone,
            owners=() if alone else context.settings.slack_owner_ids,
        )
        self._places: dict[str, int] = {}  # the index of the page, by message
        self._calling: dict[str, bool] = {}  # whether a message calls the owners
        self._search: _Search | None = None  # the one that a rate limit has interrupted
        self._bot_user = bot_user
        self._hint = hint
        self._status = status

    @property
    def posts(self) -> Pacer:
        """The budget of `chat.postMessage` in this channel."""
        return self._budgets.posts(self._place.channel)

    @property
    def edits(self) -> Pacer:
        """The budget of `chat.update` in this workspace."""
        return self._budgets.edits(self._place.team)

    @property
    def in_session(self) -> bool:
        """Return whether an agent's session says that there is work."""
        return bool(self._status and self._status.in_session)

    async def hint(self, view: View) -> None:
        """See `core.messaging.delivery.reply.Reply`."""
        if self._hint:
            await self._hint(view)

    def render(self, view: View) -> Sequence[Page]:
        """See `core.messaging.delivery.reply.Reply`."""
        beside = bool(self._status and self._status.shown)
        if beside and not (view.text or view.done or view.lasts or view.slow):
            return ()
        plain = self._place.team in self._plain_in
        return render(view, replace(self._look, newer_blocks=not plain, steps=beside))

    async def post(self, page: Page, place: int) -> str:
        """Send a page, with the question's id in its metadata."""
        async with self._budgets.messages(self._place.team).slot():
            with self._telling_what_is_unknown(page), translated("chat.postMessage"):
                posted = await self._client.chat_postMessage(
                    channel=self._place.channel,
                    thread_ts=self._place.thread or None,
                    text=page.text,
                    blocks=list(page.blocks),
                    metadata=metadata_of(self._question, place, calls=page.calls),
                    **NOT_UNFURLED,
                )
        reference = reference_of(self._place.channel, posted["ts"])
        self._answers.note(reference, self._question.id)
        self._calling[reference] = page.calls
        self._places[reference] = place
        return reference

    async def edit(self, reference: str, page: Page) -> None:
        """Let the message show this page instead; nobody would notice a call that replaced text."""
        if page.calls and reference not in self._calling:
            await self.find()  # another process or an earlier question wrote it, maybe with a call
        if self._calling.get(reference, page.calls) != page.calls:
            raise MustBeNewError(f"{reference} calls the owners, and the page does not, or it does")
        place = self._places.get(reference, 0)
        metadata = metadata_of(self._question, place, calls=page.calls)
        with self._telling_what_is_unknown(page):
            await update(self._client, reference, page, metadata)

    async def delete(self, reference: str) -> None:
        """Delete the message; nothing happens if it is gone."""
        channel, ts = split(reference)
        try:
            async with self._budgets.deletes(self._place.team).slot():
                with translated("chat.delete"):
                    await self._client.chat_delete(channel=channel, ts=ts)
        except MessageGoneError:
            pass

    async def find(self) -> Sequence[str]:
        """The messages of this answer, by their metadata, in the order of their places.

        After a rate limit, the next call reads on where this one has stopped: if each began anew,
        apps that may read one page a minute would never come to the second.
        """
        search, self._search = self._search or _Search(), None
        try:
            await self._read_on(search)
        except RateLimitedError:
            self._search = search
            raise
        except PlatformRefusedError as error:
            if code_of(error) != _DELETED_THREAD:  # its first message was deleted before any reply
                raise
        return [reference for _, reference in sorted(search.found)]

    async def attach(self, file: File) -> None:
        """Upload the file to where the answer is."""
        await upload(self._client, file, channel=self._place.channel, thread=self._place.thread)

    async def show_privately(self, view: View) -> None:
        """Show the answer where it was asked so that the asker alone sees it, else directly."""
        look = replace(self._look, quoted=True, stoppable=False, feedback=False, owners=())
        pages = render(replace(view, note=self._profile.shown_privately), look)
        user, in_thread = self._question.asker, self._place.thread != self._asked_ts
        thread = self._place.thread if in_thread else ""
        try:
            with translated("chat.postEphemeral"):
                for page in pages:
                    await self._client.chat_postEphemeral(
                        channel=self._place.channel,
                        thread_ts=thread or None,
                        user=user,
                        **without_questions(page),
                    )
        except PlatformError as error:
            logger.info("not shown to %s alone, but directly: %s", user, error)
            await send_directly(self._client, user, pages)

    async def abandon(self) -> None:
        """Do nothing: a thread of Slack is only its messages."""

    @contextmanager
    def _telling_what_is_unknown(self, page: Page) -> Iterator[None]:
        """Try again without the newer blocks where Slack refuses them, as GovSlack does."""
        try:
            yield
        except PlatformRefusedError as error:
            if code_of(error) == _NO_THREAD:
                raise MessageGoneError(
                    "the question was deleted, and its thread with it"
                ) from error
            newer = any(block["type"] in ("context_actions", "plan") for block in page.blocks)
            if code_of(error) != "invalid_blocks" or not newer:
                raise
            self._plain_in.add(self._place.team)
            raise PlatformError(f"{error}; plain buttons from now on") from error

    def _place_in_answer(self, message: Json) -> int | None:
        """Return the number of a message among the pages of this answer.

        None if it is something else.
        """
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == METADATA:
            return int(payload["place"]) if payload["question"] == self._question.id else None
        # One question of a thread is answered at a time, so a stream there is of this answer.
        streaming = message.get("streaming_state") == "in_progress"
        return 0 if streaming and message.get("user") == self._bot_user else None

    async def _read_on(self, search: _Search) -> None:
        """Read what was said since the question."""
        since = self._question.asked_at.timestamp() - _CLOCKS_S
        window: Json = {
            "channel": self._place.channel,
            "oldest": f"{since:.6f}",
            "include_all_metadata": True,
            "limit": _PAGE_SIZE,
        }
        while search.pages < _SEARCHED_PAGES:
            page = await self._page(window | {"cursor": search.cursor or None})
            search.pages += 1
            for message in page["messages"]:
                place = self._place_in_answer(message)
                if place is not None:
                    reference = reference_of(self._place.channel, message["ts"])
                    self._calling[reference] = calls_in(message)
                    self._places[reference] = place
                    search.found.append((place, reference))
            search.cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not search.cursor:
                return

    async def _page(self, window: Json) -> Any:  # noqa: ANN401 - JSON
        thread, team = self._place.thread, self._place.team
        method = "conversations.replies" if thread else "conversations.history"
        async with self._budgets.searches(team, method).call():
            with translated(method):
                if thread:
                    return await self._client.conversations_replies(ts=thread, **window)
                return await self._client.conversations_history(**window)
