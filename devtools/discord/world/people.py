"""The people in the guild: what tests and the page do as users. All of it takes effect at once."""

from __future__ import annotations

import time
from typing import Any

from devtools.discord.api.messages import react, unreact
from devtools.discord.api.payloads import guild_json, member_json, role_json
from devtools.discord.api.threads import open_thread, remove_channel, update_thread
from devtools.discord.cues import Cues
from devtools.discord.world.model import (
    FORUM,
    PERMISSIONS,
    TEXT,
    Channel,
    Guild,
    Json,
    Message,
    Role,
    Tag,
    User,
    iso,
    snowflake,
)


class People(Cues):
    """Users' doings. `user` is who acts where none is given; the first guild is `guild`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = self.add_user("가은")
        self.guild = self._new_guild("스마트스토어")

    def _new_guild(self, name: str) -> Guild:
        return self.add_guild(name, self.user)

    async def create_user(self, name: str, *, guild: Guild | None = None) -> User:
        """A user who joins a guild, the first one by default."""
        user, home = self.add_user(name), guild or self.guild
        home.members[user.id] = []
        data = member_json(home, user) | {"guild_id": str(home.id)}
        self.dispatch("GUILD_MEMBER_ADD", data, ("GUILD_MEMBERS",), guild_id=home.id)
        return user

    async def make_available(self, guild: Guild) -> None:
        """End the outage of a guild that is `unavailable` by the settings."""
        self.settings.unavailable.remove(guild.id)
        self._tell_of(guild)

    def _tell_of(self, guild: Guild) -> None:
        data = guild_json(guild, self.users, self.bot, everybody=True)
        self.dispatch("GUILD_CREATE", data, ("GUILDS",), guild_id=guild.id)

    async def create_role(self, name: str, *, mentionable: bool = False) -> Role:
        role = Role(snowflake(), name, mentionable=mentionable, position=len(self.guild.roles))
        self.guild.roles[role.id] = role
        data = {"guild_id": str(self.guild.id), "role": role_json(role)}
        self.dispatch("GUILD_ROLE_CREATE", data, ("GUILDS",), guild_id=self.guild.id)
        return role

    async def give_role(self, user: User, role: Role) -> None:
        self.guild.members[user.id].append(role.id)
        data = member_json(self.guild, user) | {"guild_id": str(self.guild.id)}
        self.dispatch("GUILD_MEMBER_UPDATE", data, ("GUILD_MEMBERS",), guild_id=self.guild.id)

    async def take_role(self, user: User, role: Role) -> None:
        self.guild.members[user.id].remove(role.id)
        data = member_json(self.guild, user) | {"guild_id": str(self.guild.id)}
        self.dispatch("GUILD_MEMBER_UPDATE", data, ("GUILD_MEMBERS",), guild_id=self.guild.id)

    async def create_channel(
        self, name: str, *, guild: Guild | None = None, topic: str | None = None
    ) -> Channel:
        """A text channel."""
        channel = Channel(snowflake(), TEXT, name, guild=guild or self.guild, topic=topic)
        self.tell_channel("CHANNEL_CREATE", self.add_channel(channel))
        return channel

    async def create_forum(
        self, name: str, *, tags: tuple[str, ...] = (), tag_required: bool = False
    ) -> Channel:
        """A forum with its tags."""
        forum = Channel(snowflake(), FORUM, name, guild=self.guild, tag_required=tag_required)
        forum.tags = [Tag(snowflake(), tag) for tag in tags]
        self.tell_channel("CHANNEL_CREATE", self.add_channel(forum))
        return forum

    async def deny(self, channel: Channel, *permissions: str) -> None:
        """Take permissions from the bot in a channel and in its threads."""
        for name in permissions:
            channel.denied |= PERMISSIONS[name]
        self._tell_permissions(channel)

    async def allow(self, channel: Channel, *permissions: str) -> None:
        """Give back what `deny` took."""
        for name in permissions:
            channel.denied &= ~PERMISSIONS[name]
        self._tell_permissions(channel)

    async def grant(self, *permissions: str) -> None:
        """Give the bot more in the whole guild, such as MANAGE_THREADS or MENTION_EVERYONE."""
        bits = 0
        for name in permissions:
            bits |= PERMISSIONS[name]
        role = await self.create_role("bot")
        role.permissions = bits
        data = {"guild_id": str(self.guild.id), "role": role_json(role)}
        self.dispatch("GUILD_ROLE_UPDATE", data, ("GUILDS",), guild_id=self.guild.id)
        self.guild.members[self.bot.id].append(role.id)
        told = member_json(self.guild, self.bot) | {"guild_id": str(self.guild.id)}
        self.dispatch("GUILD_MEMBER_UPDATE", told, (), guild_id=self.guild.id)

    def _tell_permissions(self, channel: Channel) -> None:
        if not channel.is_thread:
            self.tell_channel("CHANNEL_UPDATE", channel)
        self.changed()

    async def say(
        self,
        channel: Channel,
        text: str,
        *,
        user: User | None = None,
        reply_to: Message | None = None,
        mention_bot: bool = False,
    ) -> Message:
        """A message of a user; a reply pings whom it answers, as the client's default is."""
        if mention_bot:
            text = f"{self.bot.mention} {text}"
        more: dict[str, Any] = {}
        if reply_to is not None:
            more = {"type": 19, "reference": reply_to, "referenced_id": reply_to.id}
        if channel.is_thread and channel.archived:
            update_thread(self, channel, {"archived": False})
        return self.add_message(channel, user or self.user, text, **more)

    async def forward(self, channel: Channel, text: str, *, user: User | None = None) -> Message:
        """Forward a message of somewhere else, which said that, without a word of one's own."""
        shared: Json = {"type": 0, "content": text, "embeds": [], "attachments": []}
        shared |= {"timestamp": iso(time.time()), "edited_timestamp": None, "flags": 0}
        shared |= {"mentions": [], "mention_roles": [], "sticker_items": [], "components": []}
        origin = {"type": 1, "channel_id": str(snowflake()), "message_id": str(snowflake())}
        extra = {"message_reference": origin, "message_snapshots": [{"message": shared}]}
        more: Json = {"flags": 1 << 14, "extra": extra}
        return self.add_message(channel, user or self.user, "", **more)

    async def show_picture(
        self, channel: Channel, *, user: User | None = None, caption: str = ""
    ) -> Message:
        """Post a picture."""
        picture = {"id": str(snowflake()), "filename": "화면.png", "size": 9, "url": "https://x/y"}
        picture |= {"proxy_url": "https://x/y", "content_type": "image/png"}
        return self.add_message(
            channel, user or self.user, caption, extra={"attachments": [picture]}
        )

    async def say_by_webhook(self, channel: Channel, text: str, *, name: str) -> Message:
        """Say something in a name of one's own, as proxies and bridges do."""
        webhook = self.add_user(name, bot=True)
        return self.add_message(channel, webhook, text, extra={"webhook_id": str(webhook.id)})

    async def direct(self, text: str, *, user: User | None = None) -> Message:
        """A direct message to the bot."""
        who = user or self.user
        return await self.say(self.dm(who), text, user=who)

    async def edit(self, message: Message, text: str) -> None:
        self.change_message(message, content=text)

    async def delete(self, message: Message) -> None:
        self.remove_message(message)

    async def delete_together(self, *messages: Message) -> None:
        """Delete messages of one channel at once, as a moderator or a ban does: one event."""
        channel = messages[0].channel
        for message in messages:
            message.deleted_at = time.monotonic()
        data = {"ids": [str(m.id) for m in messages], "channel_id": str(channel.id)}
        guild = {"guild_id": str(channel.guild.id)} if channel.guild else {}
        needs = ("GUILD_MESSAGES",) if channel.guild else ("DIRECT_MESSAGES",)
        of = {"channel": channel, "guild_id": channel.guild.id if channel.guild else None}
        self.dispatch("MESSAGE_DELETE_BULK", data | guild, needs, **of)

    async def react(self, message: Message, emoji: str, *, user: User | None = None) -> None:
        react(self, message, (user or self.user).id, emoji)

    async def unreact(self, message: Message, emoji: str, *, user: User | None = None) -> None:
        unreact(self, message, (user or self.user).id, emoji)

    async def start_thread(
        self,
        channel: Channel,
        name: str,
        *,
        source: Message | None = None,
        user: User | None = None,
    ) -> Channel:
        """A thread that a user opens, from a message if there is one."""
        return open_thread(self, channel, user or self.user, name, source=source)

    async def post_in_forum(
        self,
        forum: Channel,
        title: str,
        body: str,
        *,
        tags: tuple[str, ...] = (),
        user: User | None = None,
    ) -> Channel:
        """A forum post: a thread and its first message, which has the thread's id."""
        who = user or self.user
        ids = [tag.id for tag in forum.tags if tag.name in tags]
        thread = open_thread(self, forum, who, title, tags=ids)
        self.add_message(thread, who, body, id=thread.id)
        return thread

    async def archive(self, thread: Channel, *, locked: bool = False) -> None:
        update_thread(self, thread, {"archived": True, "locked": locked})

    async def delete_channel(self, channel: Channel) -> None:
        remove_channel(self, channel)

    def age(self, message: Message, seconds: float) -> None:
        """Make a message older than it is."""
        message.created -= seconds

    def messages_of(self, channel: Channel, *, bot_only: bool = False) -> list[Message]:
        """Return the visible messages of a channel, the oldest first."""
        return [m for m in channel.shown if not bot_only or m.author is self.bot]

    def threads_of(self, channel: Channel) -> list[Channel]:
        """Its threads that are not deleted, oldest first."""
        of_it = (t for t in channel.guild.threads if t.parent is channel)
        return [thread for thread in of_it if not thread.deleted]

    def last_answer(self, channel: Channel) -> Message | None:
        """The newest ordinary message of the bot in a channel."""
        said = [m for m in self.messages_of(channel, bot_only=True) if m.type in (0, 19, 20)]
        return said[-1] if said else None

    @property
    def ephemerals(self) -> list[Message]:
        """The messages that only single users saw, the oldest first."""
        return [m for i in self.interactions for m in i.messages if m.only_for is not None]
