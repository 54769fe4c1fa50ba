"""The context that every listener on Discord works with."""

from __future__ import annotations

from dataclasses import dataclass

from bots.discord.api.people import Owners
from bots.discord.render.components import Renderer
from bots.discord.replies.message_writer import MessageWriter
from bots.discord.replies.notices import Notices
from config.settings import Settings
from core.messaging.service import ChatService
from core.profile import Profile


@dataclass(frozen=True, slots=True)
class Context:
    """Values for the client and its listeners."""

    service: ChatService
    profile: Profile
    settings: Settings
    writer: MessageWriter
    renderer: Renderer
    notices: Notices
    owners: Owners
