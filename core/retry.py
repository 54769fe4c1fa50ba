"""The retry policies for calls to a store that is away, and to a platform.

Some others are different policies, and lie with what they need to know:

- `core.llm.caller` calls a model: it has a circuit breaker, leaves out what the model refuses, and
  has a time limit for all attempts together.
- `core.llm.classifier` and `core.llm.question_writer` ask once more after a reply that they cannot
  read, the classifier also after one that breaks off before its label. The model is there, so there
  is no pause.
- `core.skills.api.client` repeats a call of an API only if its method may be repeated, and makes
  three at most: a person waits for it.
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
    PlatformUnclearError,
    RateLimitedError,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 2.0


async def until_back(
    call: Callable[[], Awaitable[T]], *, tell: Callable[[Exception], None] | None = None
) -> T:
    """Return the result of a call to a store, repeated for as long as the store is away.

    There is no time limit; cancel it to stop waiting. `tell` gets the first error. The pauses grow
    to two seconds with a random jitter, so that not all callers return to the store at once.
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
    """Return the result of a call to a platform, repeated after each pause while it fails.

    It is repeated `after` these errors. A pause is longer if the platform asks for that.

    Raises:
        PlatformRefusedError: the platform refuses the call for good, or a second time for a reason
            that is not known; it is not repeated.
        FaqbotError: the call after the last pause has failed, too.
    """
    was_unclear = False
    for pause_s in pauses_s:
        try:
            return await call()
        except PlatformRefusedError:
            raise
        except after as error:
            if isinstance(error, PlatformUnclearError):
                if was_unclear:
                    raise PlatformRefusedError(str(error)) from error
                was_unclear = True
            logger.info("%s; trying again", error)
            asked_s = error.retry_after_s if isinstance(error, RateLimitedError) else 0.0
            await asyncio.sleep(max(pause_s, asked_s))
    return await call()


async def when_allowed(call: Callable[[], Awaitable[T]]) -> T:
    """Return the result of a call to a platform, repeated while the rate limit refuses it.

    Raises:
        PlatformError: the call fails for another reason.
    """
    while True:
        try:
            return await call()
        except RateLimitedError as error:
            logger.info("%s; waiting for %.1f s", error, error.retry_after_s)
            # A jitter, since other callers wait for the same moment.
            await asyncio.sleep(error.retry_after_s * random.uniform(1.0, 1.5))  # noqa: S311
