"""Signed events by HTTP, the alternative to Socket Mode.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bots.shared.http_server import listening

EVENTS_PATH: Final = "/slack/events"
_SHUTDOWN_S: Final = 2.0
_SECONDS: Final = re.compile(r"[0-9]{1,12}")  # since 1970


def events_route(app: AsyncApp, signing_secret: str) -> web.RouteDef:
    """The request URL of events, buttons and commands.

    Signatures are checked here: Bolt reads what a request says before it looks who has sent it.
    """
    verifier = SignatureVerifier(signing_secret)

    async def event(request: web.Request) -> web.Response:
        if not _is_signed(verifier, await request.read(), request.headers):
            raise web.HTTPUnauthorized(text="the signature is missing, wrong or too old")
        response = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    return web.post(EVENTS_PATH, event)


def _is_signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Return whether Slack has signed this lately: https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    signed_at = headers.get("X-Slack-Request-Timestamp", "")
    signature = headers.get("X-Slack-Signature", "")
    if not (_SECONDS.fullmatch(signed_at) and signature.isascii()):
        return False
    try:
        return verifier.is_valid(body, signed_at, signature)
    except UnicodeDecodeError:  # the SDK signs text; Slack sends nothing else
        return False


@asynccontextmanager
async def serving(routes: Iterable[web.RouteDef], host: str, port: int) -> AsyncIterator[str]:
    """Serve and yield the address without a slash at its end; port 0 picks a free one.

    Raises:
        ConfigError: nothing can listen there.
    """
    server = web.Application()
    server.add_routes(list(routes))
    served = listening(server, host, port, port_setting="FAQBOT_SLACK_PORT", shutdown_s=_SHUTDOWN_S)
    async with served as address:
        yield address
