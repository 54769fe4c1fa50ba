"""What people can do beside asking in a conversation, each in a module of its own."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from slack_bolt.async_app import AsyncApp

from bots.slack import command, feedback, home, pane, sharing
from bots.slack.context import Context

_MODULES: Final[tuple[ModuleType, ...]] = (command, sharing, feedback, home, pane)


def register(app: AsyncApp, context: Context) -> None:
    """Listen to all of it; before whatever acknowledges the rest."""
    for module in _MODULES:
        module.register(app, context)
