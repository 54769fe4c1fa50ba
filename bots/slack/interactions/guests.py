"""Guests of another workspace who press a button or use a shortcut, by Slack Connect."""

from __future__ import annotations

from typing import Any

from bots.slack.context import Context

Json = dict[str, Any]


def may_ask(context: Context, user: Json, team: str) -> bool:
    """Return whether a person may ask by an interaction in this workspace; `user` is its own."""
    return context.settings.slack_guests or user.get("team_id", team) == team
