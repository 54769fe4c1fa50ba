"""The parts of a Discord: users, guilds, channels, messages, interactions.

Ids are numbers here and strings in what is sent. `at` is monotonic time, `created` wall time,
both in seconds. https://discord.com/developers/docs/reference
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000
TEXT, DM, VOICE, GROUP, NEWS, NEWS_THREAD = 0, 1, 2, 3, 5, 10
PUBLIC_THREAD, PRIVATE_THREAD, STAGE, FORUM = 11, 12, 13, 15
THREADS = (NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)

SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1 << 2, 1 << 5, 1 << 6, 1 << 7
SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 12, 1 << 15

PERMISSIONS = {
    "ADD_REACTIONS": 1 << 6,
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "MANAGE_MESSAGES": 1 << 13,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "USE_APPLICATION_COMMANDS": 1 << 31,
    "MANAGE_CHANNELS": 1 << 4,
    "MANAGE_THREADS": 1 << 34,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "CREATE_PRIVATE_THREADS": 1 << 36,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
}
_MEMBER_CANNOT = ("MANAGE_MESSAGES", "MANAGE_CHANNELS", "MANAGE_THREADS", "MENTION_EVERYONE")
EVERYONE_MAY = sum(bit for name, bit in PERMISSIONS.items() if name not in _MEMBER_CANNOT)

INTENTS = {
    "GUILDS": 1 << 0,
    "GUILD_MEMBERS": 1 << 1,
    "GUILD_PRESENCES": 1 << 8,
    "GUILD_MESSAGES": 1 << 9,
    "GUILD_MESSAGE_REACTIONS": 1 << 10,
    "GUILD_MESSAGE_TYPING": 1 << 11,
    "DIRECT_MESSAGES": 1 << 12,
    "DIRECT_MESSAGE_REACTIONS": 1 << 13,
    "DIRECT_MESSAGE_TYPING": 1 << 14,
    "MESSAGE_CONTENT": 1 << 15,
}
PRIVILEGED = ("GUILD_MEMBERS", "GUILD_PRESENCES", "MESSAGE_CONTENT")

_counter = itertools.count()


def snowflake() -> int:
    """A new id: milliseconds since Discord's epoch, then a counter, so that ids are in order."""
    return ((int(time.time() * 1000) - EPOCH_MS) << 22) | (next(_counter) & 0x3FFFFF)


def iso(wall_s: float) -> str:
    """A time as Discord writes it."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(wall_s))
    return f"{whole}.{int(wall_s % 1 * 1e6):06d}+00:00"


@dataclass(slots=True)
class WorldSettings:
    """The settings that a test may change; times are in seconds."""

    token: str = "local"  # noqa: S105 - the token of a local server
    application_id: int = 100_000_000_000_000_001
    bot_name: str = "faqbot"
    privileged: tuple[str, ...] = ("GUILD_MEMBERS", "MESSAGE_CONTENT")
    heartbeat_interval_s: float = 41.25
    interaction_ack_s: float = 3.0
    interaction_token_s: float = 900.0
    nonce_window_s: float = 300.0
    rest_delay_s: float = 0.0
    shards: int = 1
    keep_calls: int = 200_000
    replay_events: int = 5_000
    resume_window_s: float = 180.0
    closed_dms: set[int] = field(default_factory=set)
    unavailable: set[int] = field(default_factory=set)  # guilds that READY names and nothing tells


@dataclass(slots=True, eq=False)
class User:
    id: int
    name: str
    bot: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(slots=True, eq=False)
class Role:
    id: int
    name: str
    permissions: int = 0
    mentionable: bool = False
    position: int = 1
    bot_id: int | None = None  # of the bot that Discord has made it for


@dataclass(slots=True, eq=False)
class Guild:
    """A guild; `members` maps a user's id to the ids of their roles, `nicks` to a name there."""

    id: int
    name: str
    owner: User
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    nicks: dict[int, str] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    threads: list[Channel] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Tag:
    id: int
    name: str


@dataclass(slots=True, eq=False)
class Channel:
    """A text channel, forum, thread, DM or group of people.

    `denied` are permissions that the bot does not have in it.
    """

    id: int
    type: int
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    owner: User | None = None
    topic: str | None = None
    denied: int = 0
    tags: list[Tag] = field(default_factory=list)
    tag_required: bool = False
    applied_tags: list[int] = field(default_factory=list)
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    archive_changed: float = field(default_factory=time.time)
    members: dict[int, float] = field(default_factory=dict)
    recipient: User | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    typed_at: list[float] = field(default_factory=list)
    deleted: bool = False

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def shown(self) -> list[Message]:
        """The messages that everybody sees: not deleted, not ephemeral; oldest first."""
        return [m for m in self.messages.values() if m.deleted_at is None and m.only_for is None]


@dataclass(frozen=True, slots=True)
class MessageState:
    """One state of a message; the first of `Message.edits` is what it was created with."""

    at: float
    content: str
    components: list[Json]
    embeds: list[Json]


@dataclass(frozen=True, slots=True)
class Pinged:
    """Whom a message really notified; `silent` where it asked not to be pushed."""

    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    everyone: bool = False
    silent: bool = False

    def __bool__(self) -> bool:
        return bool(self.users or self.roles or self.everyone)


@dataclass(slots=True, eq=False)
class Message:
    """A message; `only_for` is the person who sees an ephemeral one, `edits` its history.

    `extra` are further fields as Discord sends them: attachments, snapshots, a webhook's id.
    """

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    at: float = field(default_factory=time.monotonic)
    created: float = field(default_factory=time.time)
    edited: float | None = None
    edits: list[MessageState] = field(default_factory=list)
    mentions: list[User] = field(default_factory=list)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    pinged: Pinged = Pinged()
    reference: Message | None = None
    referenced_id: int | None = None
    nonce: str | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    deleted_at: float | None = None
    thread: Channel | None = None
    only_for: User | None = None
    interaction: Interaction | None = None
    extra: Json = field(default_factory=dict)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def buttons(self) -> list[Json]:
        """The buttons and selects, as sent."""
        return [part for part in walk(self.components) if part.get("type") in (2, 3, 5, 6, 7, 8)]


@dataclass(slots=True, eq=False)
class Interaction:
    """An act of a user and its answers; `messages` starts with the answer itself.

    `first_response_s` is None until the bot has acknowledged; `failed` is what the user sees after
    three seconds without that. `error` is the last refusal of one of the bot's calls for it.
    """

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    data: Json
    at: float = field(default_factory=time.monotonic)
    message: Message | None = None
    response_type: int | None = None
    first_response_s: float | None = None
    failed: bool = False
    answer: Message | None = None
    messages: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    error: int | None = None

    @property
    def acknowledged(self) -> bool:
        return self.response_type is not None

    @property
    def thinking(self) -> bool:
        return self.answer is not None and bool(self.answer.flags & LOADING)


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request to the REST API and its outcome; `code` is Discord's error code, 0 if none."""

    at: float
    method: str
    path: str
    status: int
    code: int
    took_s: float
    body: Any = None
    reply: Any = None


def walk(components: list[Json]) -> list[Json]:
    """Return all components in order, however deep they are nested."""
    found: list[Json] = []
    for part in components:
        found.append(part)
        found += walk(part.get("components") or [])
        for key in ("component", "accessory"):
            if part.get(key):
                found += walk([part[key]])
    return found
