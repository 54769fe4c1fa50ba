"""The clients, the budgets and the texts with which answers are written on Discord."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bots.discord.api.rate_limits import Budgets
from bots.discord.api.rest import Rest
from bots.discord.render.components import Page
from core.profile import Profile
from core.types import View

Render = Callable[[View], Sequence[Page]]


@dataclass(frozen=True, slots=True)
class MessageWriter:
    """The clients and budgets for writing answers; `me` is the id of the bot's user."""

    rest: Rest
    budgets: Budgets
    render: Render
    me: str
    profile: Profile
