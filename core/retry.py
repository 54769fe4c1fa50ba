"""Trying again while a store is away: the one policy for all who wait for one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from core.errors import AwayError

T = TypeVar("T")

_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 2.0


async def until_back(
    call: Callable[[], Awaitable[T]], *, tell: Callable[[Exception], None] | None = None
) -> T:
    """Return what a call to a store returns, made again for as long as the store is away.

    Waits without a bound; whoever waits for less cancels it. `tell` is told why, the first time.
    Pauses grow to two seconds, each of a random length, so that a store that comes back is not met
    by all at once.
    """

    def waits(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if tell and state.attempt_number == 1 and isinstance(error, Exception):
            tell(error)

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(AwayError),
        wait=wait_random_exponential(multiplier=_FIRST_PAUSE_S, max=_LONGEST_PAUSE_S),
        before_sleep=waits,
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await call()
    raise AssertionError("it stops with what the call returns or raises")
