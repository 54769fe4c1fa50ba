"""A local Discord: REST and gateway over real sockets, stateful, strict, with failures on cue.

`make dev-discord` starts it by itself; tests open it on the event loop that they run on and play
the people in the guild by the methods of `DiscordServer`.
"""

from devtools.discord.api.limits import Limit, Limits
from devtools.discord.server import DiscordServer
from devtools.discord.world.model import (
    Call,
    Channel,
    Edit,
    Guild,
    Interaction,
    Message,
    Pinged,
    Settings,
    User,
)

__all__ = [
    "Call",
    "Channel",
    "DiscordServer",
    "Edit",
    "Guild",
    "Interaction",
    "Limit",
    "Limits",
    "Message",
    "Pinged",
    "Settings",
    "User",
]
