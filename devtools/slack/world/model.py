"""The contents of a workspace: teams, channels, messages and all that was seen of them."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPES = frozenset(
    [
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
    ]
)
EVENTS = frozenset(
    [
        "agent_session_stopped",
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "channel_id_changed",
        "assistant_thread_context_changed",
        "assistant_thread_started",
        "member_joined_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "reaction_added",
        "reaction_removed",
        "tokens_revoked",
    ]
)


class Ids:
    """Ids in Slack's shape, and time stamps that are never given twice."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._last_us = 0

    def next(self, prefix: str) -> str:
        """Return the next id, such as `U000000042`."""
        return f"{prefix}{next(self._numbers):09d}"

    def ts(self) -> str:
        """Seconds with six decimals, as text; later calls give later ones."""
        self._last_us = max(self._last_us + 1, time.time_ns() // 1_000)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"


SESSION_STATUSES = ("active", "processing", "suspended", "closed")  # of an agent


@dataclass(slots=True, eq=False)
class Team:
    """A workspace with the app installed; take a scope or an event away to see what breaks."""

    id: str
    name: str
    bot_token: str
    bot_user_id: str
    bot_id: str
    scopes: set[str]
    events: set[str]
    revoked: bool = False
    is_agent: bool = False
    shows_status: bool = False  # of apps that are no agents, in channels
    groups: dict[str, Group] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Group:
    """A user group; `members` are user ids."""

    id: str
    name: str
    members: set[str]


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, group (private) or im by `kind`; `members` are user ids, the bot's included."""

    id: str
    team: Team
    name: str
    kind: str
    members: set[str]
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def has_bot(self) -> bool:
        """Return whether the bot may read and post here."""
        return self.team.bot_user_id in self.members


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a message, which it had from `at` (monotonic seconds) on."""

    at: float
    text: str
    blocks: list[Json]


@dataclass(slots=True, eq=False)
class Message:
    """One message; `history` has every version with the present one last.

    `notified` are the ids of those whom it told of itself by name: when it was posted, and never
    by an edit.
    """

    channel: Channel
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    metadata: Json | None = None
    history: list[Version] = field(default_factory=list)
    deleted: bool = False
    edited: bool = False
    reactions: list[tuple[str, str]] = field(default_factory=list)
    ephemeral_for: str | None = None
    streaming: bool = False
    stream_ends_at: float = 0.0
    stream_text: str = ""
    stopped_by_user: bool = False
    edited_at: str = ""
    notified: tuple[str, ...] = ()
    files: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)  # what it shares of other messages

    def __post_init__(self) -> None:
        self._note()

    def rewrite(self, text: str, blocks: list[Json]) -> None:
        """Say something else, and keep what was said."""
        self.text, self.blocks = text, blocks
        self._note()

    def is_streaming(self) -> bool:
        """Return whether it was started, not stopped, and has not expired."""
        if self.streaming and time.monotonic() >= self.stream_ends_at:
            self.streaming = False
        return self.streaming

    def _note(self) -> None:
        self.history.append(Version(time.monotonic(), self.text, self.blocks))

    def as_json(self) -> Json:
        """Return the message as the Web API and the events show it."""
        shown: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        shown["team"] = self.channel.team.id
        if self.blocks:
            shown["blocks"] = self.blocks
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
            if self.thread_ts != self.ts:
                parent = self.channel.messages.get(self.thread_ts)
                shown["parent_user_id"] = parent.user if parent else ""
        if self.bot_id:
            app_id = "A0LOCAL" if self.bot_id == self.channel.team.bot_id else "A0OTHER"
            shown |= {"bot_id": self.bot_id, "app_id": app_id}
            shown["bot_profile"] = {"id": self.bot_id, "app_id": app_id}
        more = {"subtype": self.subtype, "files": self.files, "metadata": self.metadata}
        more["attachments"] = self.attachments
        shown |= {name: value for name, value in more.items() if value}
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.edited_at or self.ts}
        if self.streaming:
            shown["streaming_state"] = "in_progress"
        if self.reactions:
            names = dict.fromkeys(name for name, _ in self.reactions)
            shown["reactions"] = [
                {"name": name, "users": (users := self.reacted(name)), "count": len(users)}
                for name in names
            ]
        return shown

    def reacted(self, name: str) -> list[str]:
        """The ids of those who reacted with `name`."""
        return [user for reaction, user in self.reactions if reaction == name]


@dataclass(slots=True, eq=False)
class SurfaceView:
    """A modal or a home view; `states` has every payload that was shown in it."""

    id: str
    team: Team
    user: str
    payload: Json
    states: list[Json] = field(default_factory=list)
    open: bool = True
    parent: SurfaceView | None = None

    def show(self, payload: Json) -> None:
        """Put another payload in its place."""
        self.payload = payload
        self.states.append(payload)

    def as_json(self) -> Json:
        """Return the view as the Web API and the payloads show it."""
        fixed = {"id": self.id, "team_id": self.team.id, "app_id": "A0LOCAL"}
        fixed |= {"bot_id": self.team.bot_id, "hash": str(len(self.states))}
        defaults = {"private_metadata": "", "callback_id": "", "state": {"values": {}}}
        fixed["root_view_id"] = self.parent.id if self.parent else self.id
        fixed["previous_view_id"] = self.parent.id if self.parent else None
        return defaults | self.payload | fixed


@dataclass(slots=True)
class RecordedCall:
    """One call of the Web API: `error` is "" if it went well, `status` the HTTP status."""

    at: float
    method: str
    args: Json
    team: str
    status: int = 200
    error: str = ""
    took_s: float = 0.0


@dataclass(slots=True, eq=False)
class ResponseUrl:
    """A response_url: five uses within half an hour."""

    channel: Channel
    user: str
    message: Message | None
    made_at: float
    uses: int = 0


@dataclass(slots=True)
class Pane:
    """The assistant's pane of one thread; the lists have the latest last."""

    channel: Channel
    thread_ts: str
    statuses: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    prompts: list[list[Json]] = field(default_factory=list)
