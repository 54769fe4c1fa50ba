"""Who asks: Discord's users as the core names people."""

from __future__ import annotations

from bots.discord.ids import PREFIX


def asker_of(user_id: int) -> str:
    """A user as `Question.asker` and `Feedback.user` have them, the same in every guild."""
    return f"{PREFIX}{user_id}"


def user_of(asker: str) -> str:
    """The id of the user that `asker_of` named."""
    return asker.removeprefix(PREFIX)
