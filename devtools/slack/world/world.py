"""The world behind the API: who may see what, and which events each change brings to the app."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from devtools.slack.events.delivery import Courier, Delivery
from devtools.slack.world.model import (
    EVENTS,
    SCOPES,
    Channel,
    Ids,
    Json,
    Message,
    Pane,
    RecordedCall,
    ResponseUrl,
    SurfaceView,
    Team,
)

T = TypeVar("T")

_EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "assistant_thread_context_changed": "assistant:write",
    "assistant_thread_started": "assistant:write",
    "channel_id_changed": "channels:history",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
# The people named in a text; `<!here>` and its likes name everybody.
_CALLS = re.compile(r"<(?:@([UW]\w+)|!subteam\^(S\w+)|!(here|channel|everyone))[^>]*>")
_MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass(slots=True, eq=False)
class UserProfile:
    """A person or a bot, as users.info shows them."""

    id: str
    team: Team
    name: str
    bot_id: str | None = None
    home_team: str = ""  # the workspace of a guest who is here by Slack Connect

    def as_json(self) -> Json:
        """The `user` object."""
        profile = {"real_name": self.name, "display_name": self.name}
        return {
            "id": self.id,
            "team_id": self.home_team or self.team.id,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "deleted": False,
            "is_bot": self.bot_id is not None,
            "tz": "Asia/Seoul",
            "tz_offset": 32_400,
            "locale": "ko-KR",
            "profile": profile | ({"bot_id": self.bot_id} if self.bot_id else {}),
        }


@dataclass
class World:
    """The whole state; tests look at `calls`, `homes`, `panes` and `ephemerals`."""

    courier: Courier = field(default_factory=Courier)
    stream_lasts_s: float = 300.0
    trigger_lasts_s: float = 3.0
    url_lasts_s: float = 1_800.0
    echoes: bool = True
    ids: Ids = field(default_factory=Ids)
    teams: dict[str, Team] = field(default_factory=dict)
    profiles: dict[str, UserProfile] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    views: list[SurfaceView] = field(default_factory=list)
    homes: dict[str, SurfaceView] = field(default_factory=dict)
    panes: dict[tuple[str, str], Pane] = field(default_factory=dict)
    prompts: dict[str, list[Json]] = field(default_factory=dict)  # an agent's, by direct messages
    sessions: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    calls: list[RecordedCall] = field(default_factory=list)
    triggers: dict[str, tuple[str, float, SurfaceView | None]] = field(default_factory=dict)
    uploads: dict[str, Json] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    base_url: str = ""
    _conditions: list[asyncio.Event] = field(default_factory=list)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.courier.on_change = self.changed

    # People and places

    def make_team(self, name: str, bot_token: str, bot_name: str) -> Team:
        """A workspace with the app and its bot user in it."""
        bot_user, bot_id = self.ids.next("U"), self.ids.next("B")
        team = Team(self.ids.next("T"), name, bot_token, bot_user, bot_id, set(SCOPES), set(EVENTS))
        self.teams[team.id] = team
        self.profiles[bot_user] = UserProfile(bot_user, team, bot_name, bot_id)
        return team

    def make_channel(self, team: Team, name: str, kind: str, members: set[str]) -> Channel:
        """A channel, a private one (group) or a DM (im)."""
        prefix = "D" if kind == "im" else "C"
        channel = Channel(self.ids.next(prefix), team, name, kind, members)
        self.channels[channel.id] = channel
        return channel

    def dm_of(self, team: Team, user: str) -> Channel:
        """The DM of a person with the bot, made at first use."""
        pair = {user, team.bot_user_id}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == pair:
                return channel
        return self.make_channel(team, user, "im", pair)

    # Events

    def post(self, channel: Channel, user: str, text: str, **more: Any) -> Message:
        """Put a message there, and tell the app as Slack would."""
        ts = self.ids.ts()
        message = Message(channel, ts, user, text, **more)
        channel.messages[ts] = message
        message.notified = _called(message)
        if self.echoes or not _is_own(message):
            self.tell_message(message)
        self.changed()
        return message

    def tell_message(self, message: Message) -> list[Delivery]:
        """Deliver `message`, and `app_mention` beside it when the bot is named."""
        channel = message.channel
        shown = message.as_json() | {
            "channel": channel.id,
            "channel_type": channel.kind,
            "event_ts": message.ts,
        }
        if not message.bot_id:
            shown["client_msg_id"] = f"{channel.id}-{message.ts}"
        sent = [self.emit(channel.team, _MESSAGE_EVENTS[channel.kind], shown, channel)]
        named = f"<@{channel.team.bot_user_id}>" in message.text
        if named and not _is_own(message) and channel.kind != "im":
            mention = {k: v for k, v in shown.items() if k != "channel_type"}
            mention["type"] = "app_mention"
            sent.append(self.emit(channel.team, "app_mention", mention, channel))
        return [delivery for delivery in sent if delivery]

    def rewrite(self, message: Message, text: str, blocks: list[Json]) -> None:
        """Edit a message, which comes back as `message_changed`."""
        before = message.as_json()
        message.edited, message.edited_at = True, self.ids.ts()
        message.rewrite(text, blocks)
        if self.echoes or not _is_own(message):
            self._tell_change(message, "message_changed", before)
        self.changed()

    def remove(self, message: Message) -> None:
        """Delete a message, which comes back as `message_deleted`."""
        before, own = message.as_json(), _is_own(message)
        message.deleted = True
        channel = message.channel
        if any(m.thread_ts == message.ts and m is not message for m in channel.messages.values()):
            message.subtype, message.user = "tombstone", "USLACKBOT"
            message.rewrite("This message was deleted.", [])
        else:
            channel.messages.pop(message.ts, None)
        if self.echoes or not own:
            self._tell_change(message, "message_deleted", before)
        self.changed()

    def react(self, message: Message, user: str, name: str) -> None:
        """Add a reaction."""
        message.reactions.append((name, user))
        self._tell_reaction("reaction_added", message, user, name)

    def unreact(self, message: Message, user: str, name: str) -> None:
        """Take it away."""
        message.reactions.remove((name, user))
        self._tell_reaction("reaction_removed", message, user, name)

    def emit(
        self, team: Team, name: str, event: Json, channel: Channel | None = None
    ) -> Delivery | None:
        """Deliver one event, if the app is subscribed to it and may see the channel."""
        needed = _EVENT_SCOPES.get(name)
        if name not in team.events or (needed and needed not in team.scopes) or team.revoked:
            return None
        if channel is not None and not channel.has_bot:
            return None
        payload = {
            "token": "local",
            "team_id": team.id,
            "context_team_id": team.id,
            "api_app_id": "A0LOCAL",
            "event": event,
            "type": "event_callback",
            "event_id": self.ids.next("Ev"),
            "event_time": int(time.time()),
            "authorizations": [
                {"team_id": team.id, "user_id": team.bot_user_id, "is_bot": True}
                | {"enterprise_id": None, "is_enterprise_install": False}
            ],
            "is_ext_shared_channel": False,
            "event_context": self.ids.next("4-"),
        }
        return self.courier.deliver("events_api", payload)

    def new_trigger(self, user: str, view: SurfaceView | None = None) -> str:
        """A trigger id: good for three seconds, and once."""
        trigger = self.ids.next("trigger.")
        self.triggers[trigger] = (user, time.monotonic(), view)
        return trigger

    def new_response_url(self, channel: Channel, user: str, message: Message | None) -> str:
        """A response_url for one interaction."""
        key = self.ids.next("r")
        self.response_urls[key] = ResponseUrl(channel, user, message, time.monotonic())
        return f"{self.base_url}/response/{key}"

    # Waiting and watching

    def changed(self) -> None:
        """Wake up everybody who waits for a change."""
        for event in self._conditions:
            event.set()
        for listener in self.listeners:
            listener()

    async def until(self, condition: Callable[[], T], timeout_s: float = 30.0) -> T:
        """The first true value of `condition`, looked at whenever something changes.

        Raises:
            TimeoutError: It did not become true; the message has the last calls.
        """
        event = asyncio.Event()
        self._conditions.append(event)
        try:
            async with asyncio.timeout(timeout_s):
                while not (value := condition()):
                    await event.wait()
                    event.clear()
                return value
        except TimeoutError:
            last = [(call.method, call.error or call.status) for call in self.calls[-8:]]
            raise TimeoutError(f"not within {timeout_s} s; last calls: {last}") from None
        finally:
            self._conditions.remove(event)

    def _tell_change(self, message: Message, subtype: str, before: Json) -> None:
        channel, ts = message.channel, self.ids.ts()
        event: Json = {
            "type": "message",
            "subtype": subtype,
            "channel": channel.id,
            "channel_type": channel.kind,
            "hidden": True,
            "previous_message": before,
            "ts": ts,
            "event_ts": ts,
        }
        if subtype == "message_changed":
            event["message"] = message.as_json()
        else:
            event["deleted_ts"] = message.ts
        self.emit(channel.team, _MESSAGE_EVENTS[channel.kind], event, channel)

    def _tell_reaction(self, kind: str, message: Message, user: str, name: str) -> None:
        event = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": message.channel.id, "ts": message.ts},
            "event_ts": self.ids.ts(),
        }
        self.emit(message.channel.team, kind, event, message.channel)
        self.changed()


def _called(message: Message) -> tuple[str, ...]:
    """The members of the channel whom a message calls by name or group, in order."""
    channel, said = message.channel, message.text + json.dumps(message.blocks)
    called: dict[str, None] = {}
    for user, group, everybody in _CALLS.findall(said):
        named = channel.team.groups.get(group)
        ids = {user} if user else channel.members if everybody else named.members if named else ()
        called |= dict.fromkeys(sorted(set(ids) & channel.members - {message.user}))
    return tuple(called)


def _is_own(message: Message) -> bool:
    return message.user == message.channel.team.bot_user_id
