"""The report of an ended answer: its measurements, without any text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.messaging.delivery.presenter import Presenter
from core.types import AnswerEvent, Claim, InboxState, Status


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """The measurements of one answer.

    Seconds are counted from the claim; `asked_s` is the time from the question to the end.
    `first_text_s` is None where no text came. `rate_limited` and `retried` are calls to the
    platform.
    """

    question_id: str
    platform: str
    state: InboxState
    attempt: int
    asked_s: float
    first_text_s: float | None
    end_s: float
    rate_limited: int
    retried: int
    cost_usd: float = 0.0


class AnswerWatch:
    """Measures the times of one answer while it is written."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._began = _now()
        self._first_text: float | None = None
        self.presenter: Presenter[Any] | None = None

    async def seen(self, events: AsyncGenerator[AnswerEvent]) -> AsyncGenerator[AnswerEvent]:
        """Yield the events, and note when the first text came."""
        async with aclosing(events):
            async for event in events:
                if self._first_text is None and not isinstance(event, Status):
                    self._first_text = _now()
                yield event

    def ended(self, state: InboxState, *, cost_usd: float) -> AnswerReport:
        """Return the report of the answer, which has ended in this state."""
        question, now = self._claim.question, _now()
        first, presenter = self._first_text, self.presenter
        return AnswerReport(
            question_id=question.id,
            platform=question.session.partition(":")[0],
            state=state,
            attempt=self._claim.attempt,
            # The platform's clock may be ahead of ours.
            asked_s=max((datetime.now(UTC) - question.asked_at).total_seconds(), 0.0),
            first_text_s=None if first is None else first - self._began,
            end_s=now - self._began,
            rate_limited=presenter.attempts.rate_limited if presenter else 0,
            retried=presenter.attempts.retried if presenter else 0,
            cost_usd=cost_usd,
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
