"""What every listener on Discord works with."""

from __future__ import annotations

from dataclasses import dataclass

from bots.discord.api.people import Owners
from bots.discord.render.components import Renderer
from bots.discord.replies.notices import Notices
from bots.discord.replies.thread import Pen
from config.settings import Settings
from core.messaging.service import Desk
from core.profile import Profile


@dataclass(frozen=True, slots=True)
class Context:
    """Values for the client and its listeners."""

    desk: Desk
    profile: Profile
    settings: Settings
    pen: Pen
    renderer: Renderer
    notices: Notices
    owners: Owners
