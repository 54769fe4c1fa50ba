"""A local Discord: REST and gateway over real sockets, stateful, strict, with failures on cue.

`make dev-discord` starts it by itself; tests open it on the event loop that they run on and play
the people in the guild by the methods of `DiscordServer`.
"""

from devtools.discord.api.limits import Limit, RouteLimits
from devtools.discord.server import DiscordServer
from devtools.discord.world.model import (
    Channel,
    Guild,
    Interaction,
    Message,
    MessageState,
    Pinged,
    RecordedRequest,
    User,
    WorldSettings,
)

__all__ = [
    "Channel",
    "DiscordServer",
    "Guild",
    "Interaction",
    "Limit",
    "Message",
    "MessageState",
    "Pinged",
    "RecordedRequest",
    "RouteLimits",
    "User",
    "WorldSettings",
]
