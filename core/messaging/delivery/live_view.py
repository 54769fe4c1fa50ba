"""The desired view of an answer: each event replaces it, and a stop ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from core.types import AnswerEvent, Delta, Question, Status, View

_SLOW_AFTER_S: Final = 8.0  # an answer without text by then is slow


class LiveView:
    """Holds the latest view of an answer, made from its events."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called after each change of the view."""
        self._changed = changed
        self._view: View | None = None
        self._reading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stop_note = ""
        self._keeps_status = False

    @property
    def current(self) -> View:
        """The latest view."""
        assert self._view is not None  # noqa: S101 - `read` sets it before anything is shown
        return self._view

    def read(
        self,
        question: Question,
        events: AsyncGenerator[AnswerEvent],
        *,
        status: str,
        lasts: bool = False,
    ) -> asyncio.Task[None]:
        """Show a status, and return the task that reads the events to the end.

        A status that `lasts` is shown in a message, and stays until there is text.
        """
        self._view = View(question, status=status, lasts=lasts)
        self._keeps_status = lasts
        self._timer = asyncio.get_running_loop().call_later(_SLOW_AFTER_S, self._is_slow)
        self._reading = asyncio.create_task(self._read(events))
        return self._reading

    def stop(self, note: str) -> bool:
        """End the answer with the note below its text; return False if it has ended already."""
        if self._view and self._view.done:
            return False
        self._stop_note = note
        if self._reading:
            self._reading.cancel()
        return True

    async def _read(self, events: AsyncGenerator[AnswerEvent]) -> None:
        try:
            if not self._stop_note:
                async with aclosing(events):
                    async for event in events:
                        self._take(event)
        except asyncio.CancelledError:
            if not self._stop_note:
                raise
        finally:
            if self._timer:
                self._timer.cancel()
        if not self.current.done:
            self._put(replace(self.current, status="", note=self._stop_note))

    def _take(self, event: AnswerEvent) -> None:
        view = self.current
        match event:
            case Status(lasts=False, found=found) if self._keeps_status:
                self._put(replace(view, found=found or view.found))
            case Status(text, lasts, found):
                self._put(replace(view, status=text, lasts=lasts, found=found or view.found))
            case Delta(text, used):
                text = view.text + text
                self._put(replace(view, text=text, used=used, lasts=False, slow=False))
            case ending:
                ended = replace(view, status="", text=ending.text, ending=ending)
                self._put(replace(ended, lasts=False, slow=False))

    def _is_slow(self) -> None:
        if not (self.current.text or self.current.done):
            self._put(replace(self.current, slow=True))

    def _put(self, view: View) -> None:
        self._view = view
        self._changed()
