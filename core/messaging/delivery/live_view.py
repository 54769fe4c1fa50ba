"""The view of an answer as it should be: each event changes it, and a stop ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Escalated,
    Failed,
    Question,
    Status,
    View,
)


class LiveView:
    """Reads the events of one answer into its latest view."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called after each change of the view."""
        self._changed = changed
        self._view: View | None = None
        self._reading: asyncio.Task[None] | None = None
        self._stop_note = ""

    @property
    def current(self) -> View:
        """The latest view."""
        assert self._view is not None  # noqa: S101 - `read` sets it before anything is shown
        return self._view

    def read(
        self, question: Question, events: AsyncGenerator[AnswerEvent], *, status: str
    ) -> asyncio.Task[None]:
        """Begin with a status, and return the task that reads the events to the end."""
        self._view = View(question, status=status)
        self._reading = asyncio.create_task(self._read(events))
        return self._reading

    def stop(self, note: str) -> bool:
        """End the answer where it is, with a line that says so; False if it has ended already."""
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
        if not self.current.done:
            self._put(replace(self.current, status="", note=self._stop_note))

    def _take(self, event: AnswerEvent) -> None:
        view = self.current
        match event:
            case Status(text, lasts):
                self._put(replace(view, status=text, lasts=lasts))
            case Delta(text, used):
                self._put(replace(view, text=view.text + text, used=used, lasts=False))
            case Answered(text) | Declined(text) | Escalated(text) | Failed(text):
                self._put(replace(view, status="", text=text, ending=event, lasts=False))

    def _put(self, view: View) -> None:
        self._view = view
        self._changed()
