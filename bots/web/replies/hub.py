"""The hub between the writers of answers and their readers.

It holds the latest page and no queue: a slow reader misses pages in between and delays nobody.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from bots.shared.open_files import most_open_files
from bots.web.problems import Problem
from bots.web.render.page import Page
from core.bounded import BoundedDict
from core.profile import Profile

_MOST_KEPT: Final = 2_000
_MOST: Final = 2_000
_MOST_OF_ONE: Final = 100


@dataclass(eq=False, slots=True)
class AnswerSlot:
    """One answer. `reference` names the message that its writer has made, if one here has."""

    page: Page | None = None
    reference: str = ""
    readers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, page: Page | None) -> None:
        """Show a page, and wake everybody who waits for `changed`."""
        self.page = page
        self.changed.set()
        self.changed = asyncio.Event()


class Hub:
    """The slots of this process, by question id."""

    def __init__(self) -> None:
        # What is forgotten is looked up in the stores, which know its ending.
        self._slots: BoundedDict[str, AnswerSlot] = BoundedDict(
            _MOST_KEPT, in_use=lambda slot: slot.readers > 0
        )
        self.closing = False

    def post(self, question_id: str, page: Page) -> str:
        """Show a new message in the place of an earlier one; return its reference."""
        slot = self._slot(question_id)
        slot.reference = secrets.token_hex(4)
        slot.show(page)
        return slot.reference

    def show(self, question_id: str, page: Page) -> None:
        """Show another page."""
        self._slot(question_id).show(page)

    def reference(self, question_id: str) -> str:
        """The message that stands there; "" if none does."""
        slot = self._slots.get(question_id)
        return slot.reference if slot else ""

    def page(self, question_id: str) -> Page | None:
        """Return the page as it is now, as far as this process knows."""
        slot = self._slots.get(question_id)
        return slot.page if slot else None

    @contextmanager
    def reading(self, question_id: str) -> Iterator[AnswerSlot]:
        """The slot, which stays for as long as somebody reads it."""
        slot = self._slot(question_id)
        slot.readers += 1
        try:
            yield slot
        finally:
            slot.readers -= 1
            self._slots[question_id] = slot

    def close(self) -> None:
        """End the streams of all readers."""
        self.closing = True
        for slot in self._slots.values():
            slot.show(slot.page)

    def _slot(self, question_id: str) -> AnswerSlot:
        slot = self._slots.get(question_id) or AnswerSlot()
        self._slots[question_id] = slot
        return slot


class Readers:
    """Counts the readers, in all and by person."""

    def __init__(self, profile: Profile, most: int = 0) -> None:
        """`most` 0 stands for a quarter of the files that the process may open."""
        self._profile = profile
        self._most = most or min(_MOST, most_open_files() // 4)
        self._there: Counter[str] = Counter()

    @contextmanager
    def one(self, person: str) -> Iterator[None]:
        """Count one more reader for as long as this lasts.

        Raises:
            Problem: there are too many, or too many of this person.
        """
        if self._there[person] >= _MOST_OF_ONE:
            raise _problem(HTTPStatus.TOO_MANY_REQUESTS, self._profile.limited)
        if self._there.total() >= self._most:
            raise _problem(HTTPStatus.SERVICE_UNAVAILABLE, self._profile.inbox_full)
        self._there[person] += 1
        try:
            yield
        finally:
            self._there[person] -= 1
            if not self._there[person]:
                del self._there[person]


def _problem(status: HTTPStatus, text: str) -> Problem:
    return Problem(status, text, headers={"Retry-After": "5"})
