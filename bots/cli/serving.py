"""The serving of a command that runs until it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from bots.bootstrap.processes.event_loop import until_stopped
from bots.shared.open_files import raise_open_files
from core.errors import ConfigError


async def serve_until_stopped(
    served: AbstractAsyncContextManager[int], host: str, port: int, say: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `served` listens at `port` and yields the port it has got.

    `say` gets the address without a slash at its end, once there is one.

    Raises:
        ConfigError: nothing can listen there.
    """
    raise_open_files()  # a connection takes one
    async with AsyncExitStack() as stack:
        try:
            there = await stack.enter_async_context(served)
        except OSError as error:
            raise ConfigError(f"nothing can listen at {host}:{port}: {error.strerror}") from error
        say(f"http://[{host}]:{there}" if ":" in host else f"http://{host}:{there}")
        await until_stopped()
