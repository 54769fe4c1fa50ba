"""The presenter turns answer events into message edits, with one writer for each answer.

Events only replace the view that is to be shown. When the platform's budget grants a call, the
writer shows the latest view. So no view can overtake another one, and views do not queue up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, Generic

from core.errors import (
    FaqbotError,
    MessageGoneError,
    MovedError,
    MustBeNewError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)
from core.messaging.delivery.attempts import RETRIES_S, Attempts
from core.messaging.delivery.live_view import LiveView
from core.messaging.delivery.pacer import Lane
from core.messaging.delivery.reply import Page, Reply
from core.messaging.delivery.seen_view import SeenView
from core.messaging.delivery.shielded import to_its_end
from core.messaging.delivery.shown import ShownMessages
from core.retry import with_pauses
from core.types import AnswerEvent, Edit, Question, View

logger = logging.getLogger(__name__)

_STATUS_AFTER_S: Final = 0.25  # an answer that is complete by then is sent without a status
# An ending waits this long for its edit; then it is posted as a new message.
_PATIENCE_S: Final = 3.0
# Nobody waits longer for a message: the platform has refused the place then, as by a slow mode.
_LONGEST_WAIT_S: Final = 60.0
_NOTED_WITHIN_S: Final = 2.0  # how long a process that leaves waits for the store


class Presenter(Generic[Page]):
    """Shows one answer. Make one for each answer, and call `present` once."""

    def __init__(
        self,
        reply: Reply[Page],
        *,
        note: Callable[[Sequence[str]], Awaitable[None]],
        references: Sequence[str] = (),
    ) -> None:
        """`references` are the messages in which an earlier attempt began to show the answer.

        What they show is replaced by the status at once, before interim edits of other answers.
        `note` is called with all references when there is a new message, and before each change.
        If it raises, the presenter stops, for example since another process has the question now.
        """
        self._reply = reply
        self._note = note
        self._shown = ShownMessages[Page](references)
        self._live = LiveView(self._view_changed)
        self._seen = SeenView(is_outdated=bool(references))
        self._rendered: tuple[View, Sequence[Page]] | None = None
        self._changed = asyncio.Event()
        self._lane: Lane | None = None
        self._patience: asyncio.Timeout | None = None
        self.attempts = Attempts(lambda: self._current.done)
        self._confirmed = False
        self._may_be_posted = False

    def stop(self, note: str) -> bool:
        """End the answer with the note below its text; return False if it has ended already."""
        return self._live.stop(note)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits by which the shown answer has grown so far."""
        return self._seen.edits

    @property
    def references(self) -> Sequence[str]:
        """The references of all messages, including those that will be deleted."""
        return [*self._shown.references, *self._shown.outdated]

    async def present(
        self, question: Question, events: AsyncGenerator[AnswerEvent], *, status: str
    ) -> View:
        """Show events until the last one; return the view that is shown in the end.

        Raises:
            PlatformError: the ending could not be shown; `PlatformRefusedError` if it never can.
            FaqbotError: what `note` raised.
        """
        self._seen.begin()
        reading = self._live.read(question, events, status=status, lasts=self._seen.is_outdated)
        writing = asyncio.create_task(self._write())
        hinting = asyncio.create_task(self._reply.hint(self._current))
        try:
            await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
            await writing
        except MessageGoneError:
            raise
        except PlatformRefusedError as error:
            await reading
            await self._show_privately(error)
        finally:
            tasks = (reading, writing, hinting)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self._current

    def _view_changed(self) -> None:
        loop = asyncio.get_running_loop()
        self._changed.set()
        self._tell_lane()
        if self._current.done and self._patience:
            self._patience.reschedule(loop.time() + _PATIENCE_S)

    def _tell_lane(self) -> None:
        """Tell the pacer how much text is hidden, and whether the answer has ended."""
        if self._lane:
            hidden = self._seen.hidden_chars(self._current)
            must_not_wait = self._seen.is_outdated or self._current.done
            self._reply.edits.update(self._lane, hidden=hidden, ends=must_not_wait)

    @property
    def _current(self) -> View:
        return self._live.current

    async def _write(self) -> None:
        await self._see_whether_it_is_quick()
        while not await self._write_in_place():
            logger.info("the answer goes on in another place")
        for reference in self._shown.outdated:
            await self._delete(reference)

    async def _write_in_place(self) -> bool:
        """Write until the ending is shown; return False if the answer has moved before that."""
        with self._reply.edits.lane() as self._lane:
            self._tell_lane()
            while True:
                try:
                    if await self._step():
                        return True
                except MovedError:
                    return False
                except PlatformError as error:
                    self._rendered = None  # after a failure, the reply may render more simply
                    await self.attempts.failed(error)
                else:
                    self.attempts.succeeded()

    async def _show_privately(self, error: PlatformRefusedError) -> None:
        """Show the answer privately to its asker, and delete its messages from the refusing place.

        Raises:
            PlatformRefusedError: the private message is refused, too.
        """
        await self._note(self._shown.references)
        while True:
            try:
                await self._reply.show_privately(self._current)
                break
            except RateLimitedError as failure:
                await asyncio.sleep(failure.retry_after_s)
            except PlatformError as failure:
                logger.warning("nor can it be shown to the asker alone: %s", failure)
                raise error from failure
        logger.warning("shown to the asker alone: %s", error)
        for reference in self.references:
            await self._delete(reference)
        await self._reply.abandon()

    async def _see_whether_it_is_quick(self) -> None:
        try:
            async with asyncio.timeout(_STATUS_AFTER_S):
                while not self._current.done:
                    await self._changed.wait()
                    self._changed.clear()
        except TimeoutError:
            pass

    async def _step(self) -> bool:
        """Make one call that updates the messages; return True once the ending is shown."""
        self._changed.clear()
        if self._may_be_posted:
            await self._find()
        place = self._first_different()
        if place is None:
            if self._current.done:
                return True
            await self._changed.wait()
        elif place == len(self._shown):
            await self._post()
        else:
            await self._edit()
        return False

    def _first_different(self) -> int | None:
        """Return the index of the first outdated or missing message; None if there is none."""
        pages = self._pages()
        if self._current.done:
            self._shown.outdate_from(len(pages))
        place = self._shown.first_different(pages)
        if place is None:
            self._seen.now(self._current)
        return place

    async def _post(self) -> None:
        before = len(self._shown)
        try:
            await self._post_next()
            if len(self._shown) > before:
                await self._note(self._shown.references)
        except asyncio.CancelledError:
            if len(self._shown) > before:
                await self._note_at_the_end()
            raise

    async def _note_at_the_end(self) -> None:
        """Note a message that was sent while this process was leaving, if the store takes it soon.

        Some messages cannot be found, as those that Slack shows to one person alone: the next
        process would send them a second time.
        """
        with suppress(FaqbotError, TimeoutError):
            async with asyncio.timeout(_NOTED_WITHIN_S):
                await self._note(self._shown.references)

    async def _post_next(self) -> None:
        posts = self._reply.posts
        if (left_s := posts.frozen_s) > _LONGEST_WAIT_S:
            raise PlatformRefusedError(f"no message is taken here for {left_s:.0f} s")
        async with posts.slot():
            view = await self._confirmed_view()
            place = self._first_different()
            if place is None or place < len(self._shown):
                return
            page = self._pages()[place]
            try:
                await to_its_end(self._send(page, place))
            except (MovedError, PlatformRefusedError, RateLimitedError):
                raise
            except PlatformError:
                self._may_be_posted = True
                raise
        self._seen.now(view)
        if self._lane and view.text:
            self._reply.edits.note_written(self._lane)
            self._tell_lane()

    async def _send(self, page: Page, place: int) -> None:
        self._shown.add(await self._reply.post(page, place), page)

    async def _edit(self) -> None:
        edits = self._reply.edits
        assert self._lane  # noqa: S101 - the loop that calls this holds it
        try:
            async with asyncio.timeout(_PATIENCE_S if self._current.done else None) as patience:
                self._patience = patience
                async with edits.turn(self._lane):
                    self._patience = None
                    patience.reschedule(None)
                    await self._edit_now()
        except TimeoutError:
            # Edits have used up their budget for a while; new messages have another budget.
            self._shown.outdate_from(0)
        finally:
            self._patience = None

    async def _edit_now(self) -> None:
        view = await self._confirmed_view()
        place = self._first_different()
        if place is None or place == len(self._shown):
            return
        page = self._pages()[place]
        try:
            await to_its_end(self._reply.edit(self._shown[place].reference, page))
        except MustBeNewError:
            self._shown.outdate_from(place)
            return
        self._shown[place].page = page
        self._seen.now(view)
        self._tell_lane()

    def _pages(self) -> Sequence[Page]:
        """Return the pages of the latest view; a long one takes some milliseconds to render."""
        if self._rendered is None or self._rendered[0] is not self._current:
            self._rendered = (self._current, self._reply.render(self._current))
        return self._rendered[1]

    async def _confirmed_view(self) -> View:
        """Return the latest view, once `note` has confirmed that this process may still write.

        Interim writes need the confirmation, too: another process may have written the ending by
        now. The very first message is noted right after it was sent.
        """
        while not self._confirmed and (self._current.done or self._shown):
            ends = self._current.done
            await self._note(self._shown.references)
            self._confirmed = ends
            if self._current.done == ends:
                break
        return self._current

    async def _find(self) -> None:
        """Adopt a message that was posted although its call seemed to fail."""
        try:
            found = await self._reply.find()
        except RateLimitedError as error:
            await asyncio.sleep(error.retry_after_s)  # calls of this kind have no pacer
            raise
        taken_over = self._shown.take_over(found)
        self._may_be_posted = False
        if taken_over:
            await self._note(self._shown.references)

    async def _delete(self, reference: str) -> None:
        """Delete a message that is not needed any more; a failure is only logged."""
        try:
            await with_pauses(lambda: self._reply.delete(reference), pauses_s=RETRIES_S)
        except PlatformError as error:
            logger.warning("%s stays where it is: %s", reference, error)
