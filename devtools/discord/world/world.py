"""The world that REST, the gateway and the people in the guild share."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from devtools.discord.api.errors import RestError
from devtools.discord.api.faults import Faults
from devtools.discord.api.limits import Buckets, RouteLimits
from devtools.discord.api.payloads import channel_json, member_json, message_json, without_content
from devtools.discord.events.sessions import Event, Session
from devtools.discord.world.model import (
    DM,
    EVERYONE_MAY,
    INTENTS,
    NEWS,
    PERMISSIONS,
    STAGE,
    SUPPRESS_NOTIFICATIONS,
    TEXT,
    VOICE,
    Channel,
    Guild,
    Interaction,
    Json,
    Message,
    MessageState,
    RecordedRequest,
    Role,
    User,
    WorldSettings,
    snowflake,
)
from devtools.discord.world.pings import mention, pinged_by

_LOOK_S = 0.05


class World:
    """Everything there is, and what has been seen of the bot.

    Read `messages_of`, `calls`, `rate_limited`, `pings`, `interactions`, `command_writes`; wait
    with `until`.
    """

    def __init__(
        self, settings: WorldSettings | None = None, limits: RouteLimits | None = None
    ) -> None:
        self.settings = settings or WorldSettings()
        self.limits = limits or RouteLimits()
        self.buckets = Buckets(self.limits)
        self.faults = Faults()
        self.bot = User(self.settings.application_id, self.settings.bot_name, bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int | None, dict[int, Json]] = {None: {}}
        self.command_writes: list[RecordedRequest] = []
        self.interactions: list[Interaction] = []
        self.by_token: dict[str, Interaction] = {}
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        self.calls: deque[RecordedRequest] = deque(maxlen=self.settings.keep_calls)
        self.rate_limited: list[RecordedRequest] = []
        self.pings: list[Message] = []
        self.events: deque[Event] = deque(maxlen=2_000)
        self.sessions: dict[str, Session] = {}
        self.identifies = 0
        self.resumes = 0
        self.silent = False
        self.version = 0
        self._waiting: dict[asyncio.Future[Any], Callable[[], Any]] = {}
        self._told = False

    async def until(self, true: Callable[[], Any], timeout_s: float = 30.0) -> Any:
        """Return what `true()` returns once it is truthy.

        It is asked at every change of state here, and now and then for the sake of conditions that
        are the client's own.

        Raises:
            TimeoutError: It did not become so in `timeout_s`.
        """
        if found := true():
            return found
        loop = asyncio.get_running_loop()
        future, end = loop.create_future(), loop.time() + timeout_s
        self._waiting[future] = true
        try:
            while not future.done() and loop.time() < end:
                await asyncio.wait({future}, timeout=min(_LOOK_S, end - loop.time()))
                self._look(future, true)
        finally:
            self._waiting.pop(future, None)
        if not future.done():
            raise TimeoutError(f"not so within {timeout_s:g} s")
        return future.result()

    def changed(self) -> None:
        """Something is different: those who wait look again, once in a turn of the loop."""
        self.version += 1
        if self._waiting and not self._told:
            self._told = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._told = False
        for future, true in list(self._waiting.items()):
            self._look(future, true)

    @staticmethod
    def _look(future: asyncio.Future[Any], true: Callable[[], Any]) -> None:
        if future.done():
            return
        try:
            if found := true():
                future.set_result(found)
        except Exception as error:  # noqa: BLE001 - raised where each waits for it
            future.set_exception(error)

    def dispatch(self, name: str, data: Json, intents: tuple[str, ...], **of: Any) -> Event:
        """Send an event to every session that asked for one of `intents` (none: to all)."""
        needs = sum(INTENTS[intent] for intent in intents)
        event = Event(name, data, needs, **of)
        if event.channel is not None and not self.may(event.channel, "VIEW_CHANNEL"):
            return event
        self.events.append(event)
        self.send_event(event)
        self.changed()
        return event

    def send_event(self, event: Event) -> None:
        """Queue an event in the sessions, also in those that are offline and may resume."""
        content = INTENTS["MESSAGE_CONTENT"]
        bare = None
        lapsed = time.monotonic() - self.settings.resume_window_s
        for session in list(self.sessions.values()):
            if session.out is None and session.left_at < lapsed:
                del self.sessions[session.id]
                continue
            if event.needs and not session.intents & event.needs:
                continue
            if not session.takes(event.guild_id):
                continue
            data = event.data
            if event.hides_content and not session.intents & content:
                bare = bare or without_content(data)
                data = bare
            session.push(event.name, data)

    def permissions(self, channel: Channel) -> int:
        """Return the permissions of the bot in a channel; threads follow their parent."""
        if channel.guild is None:
            return EVERYONE_MAY
        place = channel.parent if channel.is_thread else channel
        held = [channel.guild.id, *channel.guild.members.get(self.bot.id, [])]
        allowed = 0
        for role_id in held:
            allowed |= channel.guild.roles[role_id].permissions
        return allowed & ~place.denied & ~(channel.denied if channel.is_thread else 0)

    def may(self, channel: Channel, *names: str) -> bool:
        """Return whether the bot has all of these permissions."""
        needed = 0
        for name in names:
            needed |= PERMISSIONS[name]
        return self.permissions(channel) & needed == needed

    def demand(self, channel: Channel, *names: str) -> None:
        """Raise 50001 where the bot cannot even look, 50013 where it lacks one of `names`."""
        if not self.may(channel, "VIEW_CHANNEL"):
            raise RestError(50001)
        if not self.may(channel, *names):
            raise RestError(50013)

    def channel(self, channel_id: int | str) -> Channel:
        """Raises: RestError 10003 if there is none."""
        channel = self.channels.get(int(channel_id))
        if channel is None or channel.deleted:
            raise RestError(10003)
        return channel

    def message(self, channel: Channel, message_id: int | str) -> Message:
        """Raises: RestError 10008 if it is not there, deleted or ephemeral."""
        message = channel.messages.get(int(message_id))
        if message is None or message.deleted_at is not None or message.only_for:
            raise RestError(10008)
        return message

    def add_user(self, name: str, *, bot: bool = False) -> User:
        user = User(snowflake(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User) -> Guild:
        guild = Guild(snowflake(), name, owner)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYONE_MAY, position=0)
        guild.members = {owner.id: [], self.bot.id: []}
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        if channel.guild:
            (channel.guild.threads if channel.is_thread else channel.guild.channels).append(channel)
        return channel

    def dm(self, user: User) -> Channel:
        """The channel between the bot and a user, made at first use."""
        for channel in self.channels.values():
            if channel.type == DM and channel.recipient is user:
                return channel
        return self.add_channel(Channel(snowflake(), DM, user.name, recipient=user))

    def add_message(
        self,
        channel: Channel,
        author: User,
        content: str = "",
        *,
        allowed: Json | None = None,
        silent: bool = False,
        **more: Any,
    ) -> Message:
        """Put a message into a channel and tell of it; `allowed` is its allowed_mentions."""
        more.setdefault("id", snowflake())
        message = Message(channel=channel, author=author, content=content, **more)
        if silent:
            message.flags |= SUPPRESS_NOTIFICATIONS
        message.edits.append(MessageState(message.at, content, message.components, message.embeds))
        channel.messages[message.id] = message
        may_all = author is not self.bot or self.may(channel, "MENTION_EVERYONE")
        mention(message, self.users, allowed, may_all=may_all)
        message.pinged = pinged_by(message, may_all=may_all)
        if message.pinged and author is self.bot:
            self.pings.append(message)
        if channel.is_thread and author.id not in channel.members and not message.only_for:
            channel.members[author.id] = time.time()
        if not message.only_for:
            self.tell_message("MESSAGE_CREATE", message)
        self.changed()
        return message

    def change_message(
        self, message: Message, *, allowed: Json | None = None, **changes: Any
    ) -> None:
        """Set fields of a message, note its new state, tell of it. An edit pings nobody."""
        for name, value in changes.items():
            setattr(message, name, value)
        if "content" in changes:
            may_all = self.may(message.channel, "MENTION_EVERYONE")
            mention(message, self.users, allowed, may_all=may_all)
        message.edited = time.time()
        message.edits.append(
            MessageState(time.monotonic(), message.content, message.components, message.embeds)
        )
        if not message.only_for:
            self.tell_message("MESSAGE_UPDATE", message)
        self.changed()

    def remove_message(self, message: Message) -> None:
        message.deleted_at = time.monotonic()
        if not message.only_for:
            channel = message.channel
            data = {"id": str(message.id), "channel_id": str(channel.id)} | _guild_id(channel)
            self.dispatch("MESSAGE_DELETE", data, _messages(channel), **_of(channel))
        self.changed()

    def tell_message(self, name: str, message: Message) -> Event:
        """Dispatch MESSAGE_CREATE or MESSAGE_UPDATE, with the content hidden where it must be."""
        channel = message.channel
        data = message_json(message, self.bot) | _guild_id(channel)
        if channel.guild:
            data["member"] = member_json(channel.guild, message.author, with_user=False)
            for row, user in zip(data["mentions"], message.mentions, strict=True):
                row["member"] = member_json(channel.guild, user, with_user=False)
        else:
            data["channel_type"] = DM
        hides = not self.sees_content(message)
        return self.dispatch(name, data, _messages(channel), hides_content=hides, **_of(channel))

    def sees_content(self, message: Message) -> bool:
        """Return whether a bot without the message content intent gets this message whole."""
        mentioned = self.bot in message.mentions
        return message.author is self.bot or message.channel.type == DM or mentioned

    def told_by_rest(self, message: Message) -> Json:
        """A message as REST returns it: its content depends on what the application may have."""
        data = message_json(message, self.bot)
        may = "MESSAGE_CONTENT" in self.settings.privileged or self.sees_content(message)
        return data if may else without_content(data)

    def tell_thread(self, name: str, thread: Channel, **more: Any) -> None:
        data = channel_json(thread, self.bot) | _guild_id(thread) | more
        self.dispatch(name, data, ("GUILDS",), **_of(thread))

    def tell_channel(self, name: str, channel: Channel) -> None:
        of = _of(channel) if name != "CHANNEL_UPDATE" else {"guild_id": channel.guild.id}
        self.dispatch(name, channel_json(channel, self.bot), ("GUILDS",), **of)


def _messages(channel: Channel) -> tuple[str, ...]:
    return ("GUILD_MESSAGES",) if channel.guild else ("DIRECT_MESSAGES",)


def _guild_id(channel: Channel) -> Json:
    return {"guild_id": str(channel.guild.id)} if channel.guild else {}


def _of(channel: Channel) -> dict[str, Any]:
    return {"channel": channel, "guild_id": channel.guild.id if channel.guild else None}


def text_like(channel: Channel) -> bool:
    """Return whether messages can be sent into it."""
    return channel.is_thread or channel.type in (TEXT, NEWS, DM, VOICE, STAGE)
