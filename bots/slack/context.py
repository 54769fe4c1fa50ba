"""The context that every listener on Slack works with."""

from __future__ import annotations

from dataclasses import dataclass, field

from bots.slack.api.channel_ids import ChannelIds
from config.settings import Settings
from core.messaging.service import ChatService
from core.profile import Profile
from core.text.safety.sanitize import Cleaner


@dataclass(frozen=True, slots=True)
class Context:
    """Values for the `register(app, context)` of each module of listeners."""

    service: ChatService
    profile: Profile
    settings: Settings
    cleaner: Cleaner
    channel_ids: ChannelIds = field(default_factory=lambda: ChannelIds(None))

    @property
    def owner_ids(self) -> tuple[str, ...]:
        """The ids of the people who may teach: the owners of the settings and of the topics."""
        return (*self.settings.slack_owner_ids, *self.profile.owners_on("slack"))
