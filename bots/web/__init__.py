"""Web: an HTTP API with streaming, and a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from bots.shared.platform import Check, Platform, RunningPlatform

if TYPE_CHECKING:
    from config.settings import Settings
    from core.messaging.service import ChatService
    from core.profile import Profile


def _off(settings: Settings) -> str:
    if settings.has_web:
        return ""
    if settings.web == "auto":
        return "it stands back for chat platforms, FAQBOT_WEB=on turns it on"
    return "FAQBOT_WEB says so"


def _open(
    settings: Settings, service: ChatService, profile: Profile
) -> AbstractAsyncContextManager[RunningPlatform]:
    from bots.web.platform import open_web

    return open_web(settings, service, profile)


def _check(settings: Settings) -> Iterator[Check]:
    from bots.web.checks import check_web

    return check_web(settings)


WEB = Platform(name="Web", off=_off, open=_open, check=_check)
