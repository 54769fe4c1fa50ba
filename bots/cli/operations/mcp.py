"""`faqbot mcp`: the FAQ over the Model Context Protocol."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from bots.bootstrap.assistant import open_operations
from bots.bootstrap.processes.event_loop import run
from bots.cli.serving import serve_until_stopped
from bots.web.exposure import check_exposure
from config.profiles import profile_of
from config.settings import Settings
from core.errors import ConfigError


def mcp(settings: Settings, *, http: bool, host: str, port: int) -> int:
    """Serve on stdin and stdout, or over HTTP, until it is ended.

    Raises:
        ConfigError: the extra is not installed, nothing can listen there, or others could come in
            without a token.
        FaqbotError: no FAQ was ingested, or a store is unusable.
    """
    if find_spec("mcp") is None:
        raise ConfigError("`faqbot mcp` needs an extra: pip install 'faqbot[mcp]'")
    run(_serve(settings, http=http, host=host, port=port))
    return 0


async def _serve(settings: Settings, *, http: bool, host: str, port: int) -> None:
    # The package takes a second to import, and is an extra.
    from bots.mcp.http import serving
    from bots.mcp.server import Faq, make_server

    token = settings.web_token.get_secret_value().strip()
    service_token = settings.web_service_token.get_secret_value().strip()
    async with open_operations(settings) as (operations, append):
        server = make_server(Faq(operations, append, profile_of(settings)))
        if not http:
            await server.run_stdio_async()
            return
        check_exposure(host, token, service_token)
        known = service_token or token
        await serve_until_stopped(serving(server, host=host, port=port, token=known), _say)


def _say(address: str) -> None:
    print(f"faqbot: MCP at {address}/mcp", file=sys.stderr, flush=True)
