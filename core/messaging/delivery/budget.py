"""The budget of a call: one bucket of the platform's, or several that all count it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol


class Budget(Protocol):
    """Grants single calls; `core.messaging.delivery.pacer.Pacer` is one."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for the turn of a call, which is made inside."""
        ...

    def freeze(self, seconds: float) -> None:
        """Grant nothing for so long, since the platform refused a call."""
        ...


class AllOf:
    """Grants a call when each of some budgets does; the first is that of the smallest place."""

    def __init__(self, *budgets: Budget) -> None:
        self._budgets = budgets

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """See `Budget`."""
        async with AsyncExitStack() as granted:
            for budget in self._budgets:
                await granted.enter_async_context(budget.slot())
            yield

    def freeze(self, seconds: float) -> None:
        """See `Budget`; a refusal is taken for one of the smallest place."""
        self._budgets[0].freeze(seconds)
