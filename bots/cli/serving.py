"""The serving of a command that runs until it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bots.bootstrap.processes.event_loop import until_stopped
from bots.shared.open_files import raise_open_files


async def serve_until_stopped(
    served: AbstractAsyncContextManager[str], say: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `served` yields its address, which `say` gets.

    Raises:
        ConfigError: nothing can listen there.
    """
    raise_open_files()  # a connection takes one
    async with served as address:
        say(address)
        await until_stopped()
