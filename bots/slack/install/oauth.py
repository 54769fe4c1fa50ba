"""The installation of the bot in several workspaces by OAuth, with Slack's consent page.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.api.errors import translated
from bots.slack.api.workspaces import sdk_logger
from bots.slack.install.installations import Installations
from bots.slack.install.manifest import SCOPES
from config.settings import Settings
from core.errors import PlatformError

logger = logging.getLogger(__name__)

INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
_STATE_S: Final = 600
_GOV: Final = re.compile(r"https://(?:[a-z0-9-]+\.)?slack-gov\.com/")


class SignedStates(AsyncOAuthStateStore):
    """OAuth states that are signed, so that any replica can verify them.

    A process takes each state once. Bolt ties it to the browser by a cookie, and Slack takes the
    code beside it once, also where another process gets it.
    """

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()
        self._consumed: dict[str, int] = {}  # when each was issued

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a new state."""
        del args, kwargs
        issued = f"{int(time.time())}-{secrets.token_hex(8)}"
        return f"{issued}-{self._signature(issued)}"

    async def async_consume(self, state: str) -> bool:
        """Return whether this bot has issued the state, and it is neither used nor expired."""
        issued, _, signature = state.rpartition("-")
        if not hmac.compare_digest(signature.encode(), self._signature(issued).encode()):
            return False
        now, at = time.time(), int(issued.partition("-")[0])
        if issued in self._consumed or not 0 <= now - at <= _STATE_S:
            return False
        self._consumed = {one: at for one, at in self._consumed.items() if now - at <= _STATE_S}
        self._consumed[issued] = at
        return True

    def _signature(self, issued: str) -> str:
        return hmac.new(self._key, issued.encode(), hashlib.sha256).hexdigest()


def oauth_routes(
    settings: Settings, installations: Installations, client: AsyncWebClient
) -> list[web.RouteDef]:
    """Return the routes of the page before Slack's consent page and of the one after it."""
    secret = settings.slack_client_secret.get_secret_value()
    host = "slack-gov.com" if _GOV.match(settings.slack_api_url) else "slack.com"
    flow = AsyncOAuthFlow(
        client=client,
        logger=sdk_logger(),
        settings=AsyncOAuthSettings(
            authorization_url=f"https://{host}/oauth/v2/authorize",
            client_id=settings.slack_client_id,
            client_secret=secret,
            scopes=SCOPES,
            user_scopes=[],
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            installation_store=installations,
            state_store=SignedStates(secret),
            state_expiration_seconds=_STATE_S,
            logger=sdk_logger(),
        ),
    )

    async def install(request: web.Request) -> web.Response:
        response = await flow.handle_installation(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    async def redirected(request: web.Request) -> web.Response:
        try:
            with translated("oauth.v2.access"):
                response = await flow.handle_callback(await to_bolt_request(request))
        except PlatformError as error:
            logger.error("not installed: %s", error)
            return web.Response(status=502, text="Slack does not answer. Try again later.")
        return await to_aiohttp_response(response)

    return [web.get(INSTALL_PATH, install), web.get(REDIRECT_PATH, redirected)]
