"""The cancellations of tasks that a library below loses."""

from __future__ import annotations

import asyncio


def check_cancelled() -> None:
    """Raise a cancellation that was swallowed.

    Before Python 3.12, `asyncio.wait_for`, which MongoDB's driver uses, swallows a cancellation
    that comes at the moment of its result (https://github.com/python/cpython/issues/86296).
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
