"""Slack's own streams: an answer grows by appended text, and by edits once that fails.

A stream takes only text, at its end. It has no metadata until it is stopped, and Slack ends it
after about five minutes. So a stream shows what fits in one message, is replaced by edits of the
same message in time, and after an unclear failure an edit replaces the whole message.
https://docs.slack.dev/reference/methods/chat.startStream
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import code_of, translated
from bots.slack.api.rate_limits import Budgets
from bots.slack.context import Context
from bots.slack.ids import home_team_of, place_of
from bots.slack.render.blocks import Page
from bots.slack.render.mrkdwn import stream_markdown
from bots.slack.replies.messages import metadata_of, reference_of, split, stop_stream
from bots.slack.replies.thread import Answers, SlackReply
from core.errors import MessageGoneError, PlatformError, RateLimitedError
from core.messaging.delivery.pacer import Pacer
from core.press_ids import is_press
from core.text.languages import in_language_of
from core.text.markdown.split import settled
from core.types import File, Question, View

logger = logging.getLogger(__name__)

_MOST_CHARS: Final = 11_000  # a message may have 12,000
_LEFT_AFTER_S: Final = 230.0  # the stream is left at this age, before Slack ends it


@dataclass(frozen=True, slots=True)
class StreamPage:
    """A page, with its `markdown` for a stream if it can be shown `by_stream`."""

    page: Page = field(compare=False)
    markdown: str = field(compare=False)
    by_stream: bool = field(compare=False)
    done: bool
    seen: str | Page  # the streamed text or the page that people see


@dataclass(slots=True)
class _Stream:
    """An open stream of this process; after a lost call, `sent` may be wrong."""

    reference: str
    sent: str
    left_at: float
    in_doubt: bool = False


class StreamingReply:
    """Implements `Reply` by a stream, and by edits once the stream has failed."""

    def __init__(  # noqa: PLR0913 - its collaborators
        self,
        by_edits: SlackReply,
        *,
        client: AsyncWebClient,
        context: Context,
        budgets: Budgets,
        answers: Answers,
        question: Question,
        stop: Callable[[], None],
    ) -> None:
        """`stop` is called when a person has stopped the stream with Slack's own button."""
        self._by_edits = by_edits
        self._client = client
        spoken = in_language_of(context.profile, question.text)
        self._cleaner = context.cleaner.saying(spoken.link_left_out)
        self._budgets = budgets
        self._answers = answers
        self._question = question
        self._place = place_of(question.session)
        self._streams = budgets.streams(self._place.team)
        self._stop = stop
        self._may_stream: bool | None = None
        self._appending = False
        self._stream: _Stream | None = None

    @property
    def posts(self) -> Pacer:
        """The budget of new messages in this channel."""
        return self._by_edits.posts

    @property
    def edits(self) -> Pacer:
        """The budget of `chat.appendStream`, or of edits if the answer may not be streamed."""
        if self._may_stream is None:
            self._may_stream = self._appending = self._plan()
        if self._appending:
            return self._budgets.appends(self._place.team)
        return self._by_edits.edits

    async def hint(self, view: View) -> None:
        """See `core.messaging.delivery.reply.Reply`."""
        await self._by_edits.hint(view)

    def render(self, view: View) -> Sequence[StreamPage]:
        """Render the view as edits do; one page can be streamed, too."""
        # A message with its steps could not become a stream.
        pages = self._by_edits.render(replace(view, slow=view.slow and not self._may_stream))
        markdown = ""
        one = sum(not page.calls for page in pages) == 1
        if one and self._may_stream:
            text = view.text if view.ending else settled(view.text, close=False)
            markdown = stream_markdown(text, self._cleaner)
        by_stream = one and bool(self._may_stream) and len(markdown) <= _MOST_CHARS
        by_stream &= not view.lasts  # a status line could not be removed from a stream
        growing = by_stream and not view.done
        return [
            StreamPage(
                page,
                markdown,
                by_stream and not page.calls,
                view.done,
                markdown if growing else page,
            )
            for page in pages
        ]

    async def post(self, page: StreamPage, place: int) -> str:
        """Begin a stream, or post a complete page."""
        if page.by_stream and not page.done and place == 0 and not self._stream:
            try:
                return await self._start(page)
            except PlatformError as error:
                if not (code_of(error) or isinstance(error, RateLimitedError)):
                    raise  # the stream may have begun: `find` looks for it
                self._streams.unsupported |= code_of(error) == "unknown_method"
                logger.info("no stream: %s", error)
        if place == 0:
            self._give_up()
        return await self._by_edits.post(page.page, place)

    async def edit(self, reference: str, page: StreamPage) -> None:
        """Append new text, or stop the stream with its last blocks; after a failure, edit."""
        stream = self._stream
        if stream is None or stream.reference != reference:
            await self._update(reference, page)
            return
        in_time = stream.left_at > asyncio.get_running_loop().time()
        fits = page.by_stream and page.markdown.startswith(stream.sent) and not stream.in_doubt
        if fits and in_time:
            try:
                await self._grow(stream, page)
            except MessageGoneError:
                raise
            except PlatformError as error:
                stream.in_doubt = True
                if code_of(error) == "stopped_by_user":
                    self._stop()
                logger.info("the stream is left: %s", error)
            else:
                return
        await stop_stream(self._client, reference)
        self._give_up()
        await self._update(reference, page)

    async def delete(self, reference: str) -> None:
        """See `core.messaging.delivery.reply.Reply`."""
        await self._by_edits.delete(reference)

    async def attach(self, file: File) -> None:
        """See `core.messaging.delivery.reply.Reply`."""
        await self._by_edits.attach(file)

    async def show_privately(self, view: View) -> None:
        """See `core.messaging.delivery.reply.Reply`."""
        await self._by_edits.show_privately(view)

    async def abandon(self) -> None:
        """See `core.messaging.delivery.reply.Reply`."""
        await self._by_edits.abandon()

    async def find(self) -> Sequence[str]:
        """See `core.messaging.delivery.reply.Reply`; an open stream is among the messages."""
        return await self._by_edits.find()

    def _plan(self) -> bool:
        # The answer to a press shows its question above the text, where a stream takes nothing.
        # Outside of threads there are no streams.
        if is_press(self._question.id) or not (self._place.thread and self._question.asker):
            return False
        return self._streams.plan(self._question.id, asyncio.get_running_loop().time())

    async def _start(self, page: StreamPage) -> str:
        self._streams.begin(self._question.id, asyncio.get_running_loop().time())
        with translated("chat.startStream"):
            started = await self._client.chat_startStream(
                channel=self._place.channel,
                thread_ts=self._place.thread,
                markdown_text=page.markdown or None,
                recipient_team_id=home_team_of(self._question.reply_to) or self._place.team,
                recipient_user_id=self._question.asker,
            )
        reference = reference_of(self._place.channel, started["ts"])
        self._answers.note(reference, self._question.id)
        left_at = asyncio.get_running_loop().time() + _LEFT_AFTER_S
        self._stream = _Stream(reference, page.markdown, left_at)
        return reference

    async def _grow(self, stream: _Stream, page: StreamPage) -> None:
        new = page.markdown[len(stream.sent) :]
        if page.done:
            await stop_stream(
                self._client,
                stream.reference,
                markdown_text=new or None,
                blocks=_below(page.page),
                metadata=metadata_of(self._question, 0),
                session_status="active" if self._by_edits.in_session else None,
            )
            self._end()
        elif new:
            channel, ts = split(stream.reference)
            with translated("chat.appendStream"):
                await self._client.chat_appendStream(channel=channel, ts=ts, markdown_text=new)
            stream.sent = page.markdown

    async def _update(self, reference: str, page: StreamPage) -> None:
        """Edit under the budget of edits, although the caller holds a turn of another budget."""
        if not self._appending:
            await self._by_edits.edit(reference, page.page)
            return
        async with self._by_edits.edits.slot():
            await self._by_edits.edit(reference, page.page)

    def _end(self) -> None:
        """Note that the stream is closed."""
        if self._may_stream:
            self._streams.end(self._question.id, asyncio.get_running_loop().time())
        self._stream = None

    def _give_up(self) -> None:
        """Use no stream any more for this answer."""
        self._end()
        self._may_stream = False


def _below(page: Page) -> list[dict[str, object]]:
    """Return the blocks of a page below its text."""
    return [block for block in page.blocks if not str(block.get("block_id")).startswith("text:")]
