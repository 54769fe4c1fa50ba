"""The context that the web's handlers work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from bots.shared.answer_view import RenderOptions
from bots.web.admission import Admission
from bots.web.auth import AuthRules
from bots.web.replies.follower import Follower
from bots.web.replies.hub import Hub, Readers
from bots.web.replies.rooms import Rooms
from bots.web.texts import PageWords, Texts
from core.messaging.service import ChatService
from core.profile import Profile


@dataclass(frozen=True, slots=True)
class Context:
    """The values of one server."""

    service: ChatService
    profile: Profile
    texts: Texts
    look: RenderOptions
    gate: AuthRules
    hub: Hub
    follower: Follower
    readers: Readers
    admission: Admission
    words: Mapping[str, PageWords]
    rooms: Rooms = field(default_factory=Rooms)


CONTEXT: Final = web.AppKey("context", Context)
