"""Checks of `faqbot doctor` on the web page."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from typing import Final

from bots.shared.addresses import is_loopback, url_of
from bots.shared.platform import FAIL, NOTE, PASS, Check
from bots.web.exposure import check_exposure
from bots.web.texts import load_texts
from config.settings import Settings
from core.errors import ConfigError

_NAME: Final = "Web"
_WAIT_S: Final = 2.0


def check_web(settings: Settings) -> Iterator[Check]:
    """Yield the findings about the web page; no finding shows a token."""
    load_texts(settings)
    token = settings.web_token.get_secret_value().strip()
    service_token = settings.web_service_token.get_secret_value().strip()
    host, port = settings.web_host, settings.web_port
    try:
        check_exposure(host, token, service_token)
    except ConfigError as error:
        yield Check(FAIL, _NAME, str(error), "set both in the environment or in .env")
        return
    for_whom = (
        "for everybody who has the token" if token else "for this machine only, without a token"
    )
    address = url_of(host, port)
    yield Check(PASS, _NAME, f"on at {address}, {for_whom}")
    if port and not _is_free(host, port):
        if _is_faqbot("127.0.0.1" if not is_loopback(host) else host, port):
            yield Check(PASS, "web port", f"a faqbot is running at {address}")
        else:
            fix = "end that program, or set FAQBOT_WEB_PORT to another port"
            yield Check(NOTE, "web port", f"another program has the port {port}", fix)


def _is_free(host: str, port: int) -> bool:
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
    except OSError:
        return False
    return True


def _is_faqbot(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=_WAIT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read() == b'{"status":"ok"}'
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
