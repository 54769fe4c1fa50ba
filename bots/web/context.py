"""The context that the web's handlers work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bots.shared.answer_view import RenderOptions
from bots.web.auth import Gate
from bots.web.replies.follower import Follower
from bots.web.replies.hub import Hub, Readers
from bots.web.texts import Texts
from core.messaging.service import ChatService
from core.messaging.user_limits import Limits
from core.profile import Profile

_LOGINS_A_MINUTE: Final = 10


@dataclass(frozen=True, slots=True)
class Context:
    """The values of one server."""

    service: ChatService
    profile: Profile
    texts: Texts
    look: RenderOptions
    gate: Gate
    hub: Hub
    follower: Follower
    readers: Readers
    logins: Limits = field(default_factory=lambda: Limits(per_minute=_LOGINS_A_MINUTE, per_day=0))


CONTEXT: Final = web.AppKey("context", Context)
