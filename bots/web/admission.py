"""Limits on the questions of one address, whatever names and cookies its people have.

An address may ask a number of questions in a minute and in a day. It may have at most as many open
questions as there is still room for. So one address can fill half of the room and six of them a
seventh each, and there is always room left for the next one: these are the dynamic thresholds of
shared buffers, https://doi.org/10.1109/90.664262. Each process counts in its own memory.
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
_AGAIN_S: Final = 0.5  # the interval at which ended questions are looked for
_OPINIONS_A_MINUTE: Final = 30
_FAILURES_A_MINUTE: Final = 10


class Admission:
    """Counts the latest questions of addresses, and those that are still open."""

    def __init__(
        self, service: ChatService, profile: Profile, *, limits: UserLimits, room: int
    ) -> None:
        """`limits` are those of one address; `room` is the most open questions of all addresses."""
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
            Problem: the address has asked too much.
            StorageError: as `store`, or the open questions cannot be read.
        """
        if self._open.get(question_id) == source:  # the question was sent again
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
            Problem: the address has given too many opinions.
        """
        if not self._opinions.allow(source):
            raise self._too_much()

    def check_failure(self, source: str) -> None:
        """Count a wrong token; the right token is never locked out by that.

        Raises:
            Problem: the address has tried too many tokens.
        """
        if not self._failures.allow(source):
            raise self._too_much()

    async def _has_room(self, source: str) -> bool:
        """Return whether an address has fewer open questions than there is room left.

        If there is no room at all, this returns True, and the inbox refuses the question.
        """
        if not self._leaves_room(source):
            await self._look_again()
        return len(self._open) >= self._room or self._leaves_room(source)

    def _leaves_room(self, source: str) -> bool:
        left = self._room - len(self._open)
        return Counter(self._open.values())[source] < left

    async def _look_again(self) -> None:
        """Stop counting the questions that have ended meanwhile."""
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
