"""Slack: answers in threads, streamed by edits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from bots.shared.platform import Check, Command, Platform, RunningPlatform

if TYPE_CHECKING:
    from config.settings import Settings
    from core.messaging.service import ChatService
    from core.profile import Profile


def _off(settings: Settings) -> str:
    return "" if settings.has_slack else "SLACK_BOT_TOKEN is not set"


def _open(
    settings: Settings, service: ChatService, profile: Profile
) -> AbstractAsyncContextManager[RunningPlatform]:
    from bots.slack.platform import open_slack

    return open_slack(settings, service, profile)


def _check(settings: Settings) -> Iterator[Check]:
    from bots.slack.checks import check_slack

    return check_slack(settings)


def _check_live(settings: Settings) -> Iterator[Check]:
    from bots.slack.live_checks import check_live

    return check_live(settings)


def _manifest(settings: Settings) -> int:
    from bots.slack.install.manifest import print_manifest

    return print_manifest(settings)


SLACK = Platform(
    name="Slack",
    off=_off,
    open=_open,
    check=_check,
    check_live=_check_live,
    commands=(
        Command("manifest", "Print the app manifest, to paste at api.slack.com/apps.", _manifest),
    ),
)
