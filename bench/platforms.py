"""The local platform that the benchmark of lag needs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from core.types import SessionId


class TooManyCallsError(Exception):
    """Answered with 429."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"refused for {retry_after_s} s")
        self.retry_after_s = retry_after_s


class LocalPlatform(Protocol):
    """A fresh local platform, whose budgets are unused."""

    session: SessionId

    @property
    def calls(self) -> int:
        """Posts and edits so far."""
        ...

    @property
    def refused(self) -> int:
        """Return how many of them got a 429."""
        ...

    def most_edits(self, seconds: float, count: int, *, together: bool) -> float:
        """The most edits that so many answers can have in that time within the limits."""
        ...

    def first_posts_s(self, count: int, *, together: bool) -> list[float]:
        """The earliest that the first message of each can be there, asked at once."""
        ...

    def squares_known_s2(self, seconds: float, count: int, *, together: bool) -> float | None:
        """The least sum of squared gaps for a client that knows what one can; None: the optimum."""
        ...

    async def places(self, count: int, *, together: bool) -> Sequence[Any]:
        """Channels to ask in: one for all, or one each."""
        ...

    def bot(self, assistant: Any) -> AbstractAsyncContextManager[None]:  # noqa: ANN401
        """The real adapter, with this assistant."""
        ...

    async def ask(self, place: Any) -> str:  # noqa: ANN401
        """A person asks; the id of the question."""
        ...

    async def answered(self, question: str) -> list[tuple[float, str]]:
        """Return the texts of an answer's message with their times, once it has ended."""
        ...

    async def post(self, place: Any, text: str) -> Any:  # noqa: ANN401
        """A bare message; `TooManyCallsError` on 429."""
        ...

    async def edit(self, message: Any, text: str) -> None:  # noqa: ANN401 - see `LocalPlatform`
        """A bare edit; `TooManyCallsError` on 429."""
        ...

    def states(self, message: Any) -> list[tuple[float, str]]:  # noqa: ANN401 - see `LocalPlatform`
        """Return the texts of a bare message, with their times."""
        ...
