"""The addresses at which the server can be reached, and the tokens that they need."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from core.errors import ConfigError

_SHORTEST_TOKEN: Final = 16


def host_of(netloc: str) -> str:
    """Return the host of `host:port`; "" if it is none."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is a loopback, which only this machine can reach."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
