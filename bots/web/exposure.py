"""The tokens that a server needs at the addresses at which it can be reached."""

from __future__ import annotations

from typing import Final

from bots.shared.addresses import is_loopback
from core.errors import ConfigError

_SHORTEST_TOKEN: Final = 16


def check_exposure(host: str, token: str, service_token: str = "") -> None:
    """Refuse settings that open the server without a token, or with a short or reused one.

    Raises:
        ConfigError: the settings are refused; the error says what to do.
    """
    if token and len(token) < _SHORTEST_TOKEN:
        raise ConfigError(
            f"FAQBOT_WEB_TOKEN: at least {_SHORTEST_TOKEN} characters; "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(24))' makes one"
        )
    if service_token and (len(service_token) < _SHORTEST_TOKEN or service_token == token):
        raise ConfigError(
            f"FAQBOT_WEB_SERVICE_TOKEN: at least {_SHORTEST_TOKEN} characters, and not those of "
            "FAQBOT_WEB_TOKEN, which people have"
        )
    if not token and not is_loopback(host):
        raise ConfigError(
            f"FAQBOT_WEB_HOST={host} lets others in: set FAQBOT_WEB_TOKEN as well "
            "(python3 -c 'import secrets; print(secrets.token_urlsafe(24))' makes one), "
            "or leave FAQBOT_WEB_HOST at 127.0.0.1"
        )
