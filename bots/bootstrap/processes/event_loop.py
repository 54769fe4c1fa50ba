"""The event loop for what serves many at once: uvloop where it is installed, else Python's own."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

# A thread that searches waits so long for its turn while the loop is busy, and does so several
# times a search. Python's 5 ms made 500 questions at once a tenth slower.
_TURN_S = 0.001


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine as `asyncio.run` does.

    With hundreds of answers at once uvloop halves the cost of each piece.
    """
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):  # no wheel of it exists for Windows
        import uvloop

        new_loop = uvloop.new_event_loop
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(main)
    finally:
        sys.setswitchinterval(before)


async def until_stopped() -> None:
    """Wait for SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    if sys.platform != "win32":  # there, Python ends the loop on Ctrl-C
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
