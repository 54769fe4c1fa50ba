"""Calls of a model endpoint: retries after passing failures, and none while it is down."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from core.errors import (
    ModelMisconfiguredError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from core.llm.circuit_breaker import Breaker
from core.llm.dialect import Forms, ModelDialect

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_DELAY_S = 0.4
_LONGEST_QUEUE_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """The time limits of a call: `within_s` in all, with pauses of `waits_s` between attempts.

    What has taken `slow_s` counts as a failure until it comes. `silence_s` is the limit between two
    words of a stream.
    """

    within_s: float = 20.0
    slow_s: float | None = None
    waits_s: float = 6.0
    retries: int = 2
    silence_s: float = 10.0


class Caller:
    """Calls one endpoint for many callers, who share its circuit breaker."""

    def __init__(
        self,
        where: str,
        *,
        dialect: ModelDialect,
        breaker: Breaker,
        patience: Patience = Patience(),
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        """Name the endpoint `where` in errors."""
        self.where = where
        self.dialect = dialect
        self._breaker = breaker
        self.patience = patience
        self._sleep = sleep

    async def call(
        self, attempt: Callable[[Forms], Awaitable[T]], *, within_s: float | None = None
    ) -> T:
        """Return what an attempt returns; each gets the forms that its request should have.

        `within_s` takes the place of the time limit that all calls have.

        Raises:
            ModelError: the last attempt's, or that the endpoint is left alone or takes too long.
        """
        if not self._breaker.allows():
            raise ModelUnavailableError(f"{self.where} failed before; it is not called for a while")
        limit_s = self.patience.within_s if within_s is None else within_s
        try:
            async with asyncio.timeout(limit_s):
                with self._failing_while_slow():
                    result = await self._retried(attempt)
        except TimeoutError as error:
            self._breaker.failed()
            raise ModelTimeoutError(
                f"{self.where} took too long to answer, more than {limit_s:.0f} s; try again later"
            ) from error
        except ModelUnavailableError as error:
            self._breaker.failed(pause_s=error.retry_after_s)
            raise
        except ModelMisconfiguredError:
            self._breaker.failed(pause_s=0.0)
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()
        return result

    @contextmanager
    def _failing_while_slow(self) -> Iterator[None]:
        """Count a call as failed once it has taken too long, so that others use a fallback."""
        if self.patience.slow_s is None:
            yield
            return
        loop = asyncio.get_running_loop()
        slow = loop.call_later(self.patience.slow_s, self._breaker.failed)
        try:
            yield
        finally:
            slow.cancel()

    async def _retried(self, attempt: Callable[[Forms], Awaitable[T]]) -> T:
        waited_s = 0.0
        for number in range(self.patience.retries + 1):
            try:
                return await self._negotiated(attempt)
            except ModelUnavailableError as error:
                delay_s = error.retry_after_s or _backoff_s(number)
                last = number == self.patience.retries or isinstance(error, ModelTimeoutError)
                if last or waited_s + delay_s > self.patience.waits_s:
                    raise
                logger.info("trying again in %.1f s: %s", delay_s, error)
                waited_s += delay_s
                await self._sleep(delay_s)
        raise AssertionError("the last attempt returns or raises")

    async def _negotiated(self, attempt: Callable[[Forms], Awaitable[T]]) -> T:
        """Ask again without what is refused; where nothing is named, once as plainly as can be."""
        forms = self.dialect.forms
        while True:
            try:
                result = await attempt(forms)
            except ModelRequestError as error:
                if fewer := self.dialect.without(error.said, forms):
                    forms = fewer
                    continue
                if forms == self.dialect.plainest:
                    raise
                forms = self.dialect.plainest
                try:
                    result = await attempt(forms)
                except ModelRequestError:
                    raise error from None
            self.dialect.adopt(forms)
            return result


class Slots:
    """Bounds the concurrent requests to a server; later ones wait for a free slot."""

    def __init__(self, count: int) -> None:
        """Allow `count` requests at once; 0 sets no bound."""
        self._places = asyncio.Semaphore(count) if count else None

    @asynccontextmanager
    async def taken(self, where: str) -> AsyncIterator[None]:
        """Hold one slot.

        Raises:
            ModelUnavailableError: none became free within a minute.
        """
        if self._places is None:
            yield
            return
        try:
            async with asyncio.timeout(_LONGEST_QUEUE_S):
                await self._places.acquire()
        except TimeoutError as error:
            raise ModelUnavailableError(f"{where} has been busy for a minute") from error
        try:
            yield
        finally:
            self._places.release()


def _backoff_s(attempt: int) -> float:
    """Return a doubling delay, with jitter so that those who failed together part."""
    return float(_FIRST_DELAY_S * 2**attempt * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
