"""Limits on how much one address may ask, whatever names and cookies its people have.

An address has so many questions a minute and a day; and of the questions that are open at a time it
has at most as many as there is still room for. So one address fills half of the room, six of them
fill a seventh each, and there is always some left for whoever comes next: the dynamic thresholds of
shared buffers, https://doi.org/10.1109/90.664262. Kept in memory: each process counts for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from time import monotonic
from typing import Final

from bots.web.problems import Problem
from core.messaging.service import ChatService
from core.messaging.user_limits import UserLimits
from core.profile import Profile
from core.types import InboxState, Receipt

_OPEN: Final = (InboxState.RECEIVED, InboxState.ANSWERING)
_AGAIN_S: Final = 0.5  # between two looks at which questions have ended
_OPINIONS_A_MINUTE: Final = 30
_FAILURES_A_MINUTE: Final = 10


class Admission:
    """Counts what addresses have asked lately, and which of their questions are open."""

    def __init__(
        self, service: ChatService, profile: Profile, *, limits: UserLimits, room: int
    ) -> None:
        """`limits` are those of one address; `room` is how many questions may be open in all."""
        self._service = service
        self._profile = profile
        self._limits = limits
        self._room = room
        self._opinions = UserLimits(per_minute=_OPINIONS_A_MINUTE, per_day=0)
        self._failures = UserLimits(per_minute=_FAILURES_A_MINUTE, per_day=0)
        self._open: dict[str, str] = {}  # the address that asked, by question
        self._looked_at = 0.0

    async def take(
        self, source: str, question_id: str, store: Callable[[], Awaitable[Receipt | None]]
    ) -> Receipt | None:
        """Store a question if its address may ask it; return what `store` returns.

        Raises:
            Problem: that address has asked too much.
            StorageError: see `store`, or what has ended cannot be found out.
        """
        if self._open.get(question_id) == source:  # sent again
            return await store()
        if not await self._has_room(source) or not self._limits.allow(source):
            raise self._too_much()
        self._open[question_id] = source
        receipt = None
        try:
            receipt = await store()
        finally:
            if receipt is not Receipt.STORED:
                self._limits.take_back(source)
                self._open.pop(question_id, None)
        return receipt

    def check_opinion(self, source: str) -> None:
        """Count an opinion.

        Raises:
            Problem: that address has given too many.
        """
        if not self._opinions.allow(source):
            raise self._too_much()

    def check_failure(self, source: str) -> None:
        """Count a wrong token; the right token is never locked out by that.

        Raises:
            Problem: that address has tried too many.
        """
        if not self._failures.allow(source):
            raise self._too_much()

    async def _has_room(self, source: str) -> bool:
        """Return whether an address has fewer open questions than there is room left.

        Where there is no room at all the inbox says so, as that is not the address's doing.
        """
        if not self._leaves_room(source):
            await self._look_again()
        return len(self._open) >= self._room or self._leaves_room(source)

    def _leaves_room(self, source: str) -> bool:
        left = self._room - len(self._open)
        return Counter(self._open.values())[source] < left

    async def _look_again(self) -> None:
        """Forget the questions that have ended meanwhile."""
        now = monotonic()
        if now - self._looked_at < _AGAIN_S:
            return
        self._looked_at = now
        for question_id in list(self._open):
            found = await self._service.find(question_id)
            if found is None or found.state not in _OPEN:
                self._open.pop(question_id, None)

    def _too_much(self) -> Problem:
        headers = {"Retry-After": "60"}
        return Problem(HTTPStatus.TOO_MANY_REQUESTS, self._profile.limited, headers=headers)
