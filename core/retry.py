"""The policies of making a call again: to a store that is away, and to a platform.

A model is asked again by `core.llm.caller`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from core.errors import (
    AwayError,
    FaqbotError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)

logger = logging.getLogger(__name__)

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


async def with_pauses(
    call: Callable[[], Awaitable[T]],
    *,
    pauses_s: Sequence[float],
    after: tuple[type[FaqbotError], ...] = (PlatformError,),
) -> T:
    """Return what a call to a platform returns, made again after each pause while it fails.

    It is made again `after` these errors. A pause is as long as the platform asks for, if that is
    longer.

    Raises:
        PlatformRefusedError: the platform refuses the call for good; it is not made again.
        FaqbotError: the call after the last pause has failed, too.
    """
    for pause_s in pauses_s:
        try:
            return await call()
        except PlatformRefusedError:
            raise
        except after as error:
            logger.info("%s; trying again", error)
            asked_s = error.retry_after_s if isinstance(error, RateLimitedError) else 0.0
            await asyncio.sleep(max(pause_s, asked_s))
    return await call()


async def when_allowed(call: Callable[[], Awaitable[T]]) -> T:
    """Return what a call to a platform returns, made again while its rate limit refuses the call.

    Raises:
        PlatformError: the call fails for another reason.
    """
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            logger.info("%s; waiting for %.1f s", error, error.retry_after_s)
            # Others wait for the same moment: they do not all come back at once.
            await asyncio.sleep(error.retry_after_s * random.uniform(1.0, 1.5))  # noqa: S311
