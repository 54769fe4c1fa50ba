"""Waiting for a server, in a way that may be cancelled on Python 3.11.

There `asyncio.wait_for` waits in a task of its own. If a call is cancelled just when the driver's
own time is up, the call ends before that task, and gives back a lock that another call holds: that
one fails with "Lock is not acquired", and the lock that the task then takes is never given back, so
that every later call waits for ever. From Python 3.12 on, `wait_for` waits as this does.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final

from pymongo.asynchronous import pool, topology
from pymongo.lock import Condition

_NAME: Final = "_async_cond_wait"


async def wait(condition: Condition, timeout: float | None) -> bool:  # noqa: ASYNC109 - the driver's
    """Wait until a condition is notified; return False if that takes longer than `timeout` s."""
    try:
        async with asyncio.timeout(timeout):
            return await condition.wait()
    except TimeoutError:
        return False


def mend() -> None:
    """Let the driver wait as this does, where its own way is at fault."""
    if sys.version_info < (3, 12):
        for module in (topology, pool):
            setattr(module, _NAME, wait)
