"""The reviews of official entries: which are verified, and which have expired since."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from core.errors import FaqbotError
from core.retrieval.overlay.lessons import SourcedEntry
from core.types import Entry, EntryReview, Source

logger = logging.getLogger(__name__)

_LOOK_S: Final = 30.0  # the interval at which reviews by other processes are looked for


class Reviews:
    """Knows the last review of each entry, by title, and which entries it keeps from readers."""

    def __init__(
        self,
        read: Callable[[], Awaitable[Sequence[EntryReview]]] | None = None,
        *,
        serve_expired: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`read` returns all reviews; without it no entry counts as reviewed."""
        self._read = read
        self._serve_expired = serve_expired
        self._now = now
        self._due_at: Mapping[str, datetime] = {}
        self._looked_at = float("-inf")

    async def catch_up(self) -> None:
        """Load new reviews if they were not loaded lately. A failure of the store is logged."""
        if self._read is None or monotonic() < self._looked_at + _LOOK_S:
            return
        self._looked_at = monotonic()
        try:
            self._due_at = {one.title: one.due_at for one in await self._read()}
        except FaqbotError as error:
            logger.warning("answering with the reviews known so far: %s", error)

    @property
    def hides_some(self) -> bool:
        """True if entries whose review has expired are hidden from everybody."""
        return bool(self._due_at) and not self._serve_expired

    def admits(self, entry: Entry, *, verified: bool) -> bool:
        """Return whether an entry may be served; with `verified` it has to be a reviewed one."""
        if isinstance(entry, SourcedEntry):  # a lesson
            return not (verified and entry.source.expired)
        if verified and entry.title not in self._due_at:
            return False
        return not self._has_expired(entry) or not (verified or not self._serve_expired)

    def marked(self, entry: Entry) -> Entry:
        """Return an entry, marked as expired if its review has expired."""
        if isinstance(entry, SourcedEntry) or not self._has_expired(entry):
            return entry
        parts = {one.name: getattr(entry, one.name) for one in fields(entry)}
        return SourcedEntry(**parts, source=Source(expired=True))

    def _has_expired(self, entry: Entry) -> bool:
        due_at = self._due_at.get(entry.title)
        return due_at is not None and due_at <= self._now()
