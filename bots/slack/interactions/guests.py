"""Guests of another workspace who press a button or use a shortcut, by Slack Connect."""

from __future__ import annotations

from typing import Any

from bots.slack.context import Context

Json = dict[str, Any]


def may_ask(context: Context, user: Json, team: str) -> bool:
    """Return whether a user may ask by an interaction in a workspace, which may not be theirs."""
    return context.settings.slack_guests or user.get("team_id", team) == team
