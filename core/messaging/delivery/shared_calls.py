"""Budgets of calls that several processes share, counted in their store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from core.errors import StorageError
from core.messaging.delivery.window import Window
from core.ports import Cluster
from core.types import CallBudget, CountedCalls

logger = logging.getLogger(__name__)

_PATIENCE_S: Final = 1.0  # an answer does not wait longer for the store
_PAUSE_S: Final = 5.0  # the store is not asked again for so long after it was away


class SharedCalls:
    """Counts the calls of all processes of an installation, if there are several.

    While the store is away, each process takes its share by their number.
    """

    def __init__(
        self, cluster: Cluster | None = None, *, processes: Callable[[], int] = lambda: 1
    ) -> None:
        """`processes` returns the current number of processes, including this one."""
        self.processes = processes
        self._cluster = cluster
        self._away_until = float("-inf")

    @property
    def weight(self) -> int:
        """The number of calls that one call of this process stands for, as far as it knows."""
        return 1 if self._store else self.processes()

    async def count(self, budget: CallBudget, uncounted_s: Sequence[float]) -> CountedCalls | None:
        """Count one more call, if all may make one; None if this process decides by itself."""
        if not (store := self._store):
            return None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await store.count_call(budget, uncounted_s=uncounted_s)
        except (StorageError, TimeoutError) as error:
            if self._store is not None:  # the first call that finds it away tells of it
                logger.warning("each process takes its share of what may be called: %s", error)
            self._away_until = _now() + _PAUSE_S
            return None

    @property
    def _store(self) -> Cluster | None:
        """The store, if it is to be asked."""
        return self._cluster if self.processes() > 1 and _now() >= self._away_until else None


class SharedWindow(Window):
    """A budget of which any process may use all that the others leave.

    Interim writes go by the process's share of what is left, so that one process's interim writes
    do not delay another one's endings.
    """

    def __init__(self, budget: CallBudget, calls: SharedCalls) -> None:
        super().__init__(budget.limit, budget.window_s, drips=budget.drips)
        self._budget = budget
        self._calls = calls
        self._uncounted: list[float] = []  # the calls of this process that the store has not
        self._known = 0  # calls in flight about which the store has decided

    @property
    def share(self) -> int:
        """See `Window`."""
        return max(self.limit // self._calls.processes(), 1)

    def free(self, now: float) -> int:
        """See `Window`."""
        weight = self._calls.weight
        return super().free(now) if weight == 1 else max(self._left(weight, now) // weight, 0)

    def coming(self, now: float, seconds: float) -> int:
        """See `Window`."""
        return super().coming(now, seconds) // self._calls.processes()

    async def take(self) -> bool:
        """See `Window`."""
        now = _now()
        reported = [at for at in self._uncounted if at > now - self.window_s]
        self._uncounted = []
        counted = await self._calls.count(self._budget, [now - at for at in reported])
        now = _now()
        if counted is None:
            self._uncounted += reported
            if self._left(self._calls.weight, now) >= 0:
                return True
        else:
            self._landed.clear()
            self._landed.extend(now - age_s for age_s in counted.ages_s)
        self._in_flight -= 1
        self._known += 1
        return bool(counted and counted.granted)

    def end(self, now: float) -> None:
        """See `Window`."""
        if self._known:
            self._known -= 1
            return
        self._in_flight -= 1
        for _ in range(self._calls.weight):
            self._land(now)
        self._uncounted = [at for at in self._uncounted if at > now - self.window_s] + [now]

    def _left(self, weight: int, now: float) -> int:
        """Return how many calls all may make if each makes as many as this process.

        Below 0, there are more calls in flight than may be.
        """
        if self.frozen_s(now):
            return -1
        self._forget(now)
        return max(self.limit, weight) - weight * self._in_flight - len(self._landed)


def _now() -> float:
    return asyncio.get_running_loop().time()
