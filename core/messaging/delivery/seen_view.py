"""The view of an answer that people see at present, and how it has grown."""

from __future__ import annotations

import asyncio
from typing import Final

from core.types import Edit, View

_MOST_EDITS: Final = 64  # edits that the trace of one answer keeps


class SeenView:
    """Records the views that are shown; `is_outdated` while an earlier attempt is still seen."""

    def __init__(self, *, is_outdated: bool) -> None:
        self.is_outdated = is_outdated
        self._chars = 0
        self._status = ""
        self._began = 0.0
        self._edits: list[Edit] = []

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits by which the shown answer has grown so far, in milliseconds since `begin`."""
        return tuple(self._edits)

    def begin(self) -> None:
        """Count the times of edits from now."""
        self._began = asyncio.get_running_loop().time()

    def now(self, view: View) -> None:
        """Record the view that people see now."""
        self.is_outdated = False
        self._chars = len(view.text)
        self._status = view.status
        at_ms = round((asyncio.get_running_loop().time() - self._began) * 1000, 1)
        # Once the list is full, each further edit replaces the last one.
        self._edits = [*self._edits[: _MOST_EDITS - 1], Edit(at_ms, len(view.text))]

    def hidden_chars(self, view: View) -> int:
        """Return the number of a view's characters that people do not see yet.

        It is at least 1 if a status that lasts is not shown yet.
        """
        hidden = max(len(view.text) - self._chars, 0)
        lasts = view.lasts or view.slow
        return max(hidden, 1) if lasts and self._status != view.status else hidden
