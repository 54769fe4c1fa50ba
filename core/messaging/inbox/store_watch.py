"""Watches whether the store answers, since leases that lapse while it is away are still kept."""

from __future__ import annotations

import asyncio
from typing import Final

# The share of a lease within which those that lapsed are renewed, once the store is back.
_RENEWED_SHARE: Final = 0.5


class StoreWatch:
    """Knows whether this process may take lapsed leases for those of processes that have died."""

    def __init__(self, *, lease_s: float) -> None:
        self._renewed_s = lease_s * _RENEWED_SHARE
        self._is_away = False
        self._trusted_from = float("-inf")

    @property
    def shows_who_died(self) -> bool:
        """True while the store answers, and after an outage workers have had time to renew."""
        return not self._is_away and asyncio.get_running_loop().time() >= self._trusted_from

    def failed(self) -> None:
        """Note that the store has not answered."""
        self._is_away = True

    def answered(self, began: float) -> None:
        """Note that the store has answered a call that began at this time of the loop's clock."""
        now = asyncio.get_running_loop().time()
        if self._is_away or now - began > self._renewed_s:
            self._is_away = False
            self._trusted_from = now + self._renewed_s
