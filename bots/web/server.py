"""The listening of the server, with a clear error if it cannot listen."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from aiohttp import web

from bots.shared.addresses import Network
from bots.shared.http_server import listening
from core.errors import ConfigError

_SHUTDOWN_S: Final = 1.0  # requests in work get this time; streams end at once


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, *, proxies: Sequence[Network] = ()
) -> AsyncIterator[str]:
    """Serve and yield the address; port 0 picks a free one.

    Raises:
        ConfigError: nothing can listen there; the line says what to do.
    """
    async with AsyncExitStack() as stack:
        served = listening(app, host, port, shutdown_s=_SHUTDOWN_S, proxies=proxies)
        try:
            there = await stack.enter_async_context(served)
        except OSError as error:
            raise ConfigError(_refused(host, port, error)) from error
        yield address_of(host, there)


def address_of(host: str, port: int) -> str:
    """Return the address to open in a browser."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared with
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _refused(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"the port {port} is taken, perhaps by another faqbot: end that, or set "
            "FAQBOT_WEB_PORT to another one (0 is any that is free)"
        )
    if error.errno == errno.EACCES:
        return f"the port {port} is for administrators: set FAQBOT_WEB_PORT to 1024 or above"
    reason = error.strerror or str(error)
    return f"FAQBOT_WEB_HOST: nothing can listen at {host}:{port} ({reason})"
