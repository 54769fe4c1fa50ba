"""The client of Discord's gateway: it hands events to the listeners, and survives any event."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import aiohttp
import discord

from bots.discord.context import Context
from bots.discord.events.backfill import catch_up, direct_channels
from bots.discord.events.messages import MessageHandler
from bots.discord.events.parse import Reader
from bots.discord.events.payloads import tolerate_unreadable
from bots.discord.events.stop_sign import StopSigns
from bots.discord.ids import DIRECT, PREFIX
from bots.discord.interactions.acknowledge import Pressing, excused, say
from bots.discord.interactions.buttons import AnswerButton
from bots.discord.interactions.cases import CASE_ID, CaseButton
from bots.discord.interactions.commands import Commands, sync_if_changed
from bots.discord.interactions.entries import ENTRY_ID, EntryButton
from bots.discord.interactions.feedback import submitted
from bots.discord.interactions.lessons import LESSON_ID, LessonButton, corrected
from bots.discord.render.payload import pressed_of
from bots.shared.background_tasks import BackgroundTasks
from core.errors import FaqbotError
from core.retry import until_back

logger = logging.getLogger(__name__)

# discord.py delays READY by this time, for guilds that may still arrive.
_GUILDS_WITHIN_S: Final = 2.0
_BRAIN: Final = "🧠"
_OWNERS_BUTTONS: Final = (CASE_ID, ENTRY_ID, LESSON_ID)


class BaseClient(discord.Client):
    """The handlers of events, as the base of the two clients below."""

    context: Context
    message_handler: MessageHandler
    stop_signs: StopSigns

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - discord.py's
        super().__init__(**options)
        tolerate_unreadable(self._connection)
        self.tasks = BackgroundTasks()
        self._began_after: datetime | None = None
        self._since: dict[int, datetime | None] = {}
        self._direct_since: datetime | None = None
        self._noting = asyncio.Lock()  # held until it is noted since when messages may be missed
        self._late_guilds: set[int] = set()  # those that were not available yet at READY
        self._heard_at: dict[int | None, datetime] = {}  # the latest message, by guild

    async def setup_hook(self) -> None:
        """Make the parts that need the bot's own user. Called between login and connection."""
        assert self.user  # noqa: S101 - logged in
        settings = self.context.settings
        reader = Reader(
            self.context.service,
            channels=settings.discord_channel_ids,
            forums=settings.discord_forum_ids,
            owners=self.context.owners,
        )
        self.message_handler = MessageHandler(self.context, reader, self.user)
        self.stop_signs = StopSigns(self.context, self.user)
        self._began_after = await self.context.service.last_seen(PREFIX)
        self.add_dynamic_items(AnswerButton, CaseButton, EntryButton, LessonButton)
        self.tasks.begin(self._sync(Commands(self, self.context, reader, self.tasks)))

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Hand an event to the listeners, unless the client is closed."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def session_began(self, guilds: list[discord.Guild], *, direct: bool = True) -> None:
        """Note the latest questions in these guilds, since later ones may have been missed.

        `direct` is true if direct messages come by this connection, too.
        """
        async with self._noting:
            if direct:
                self._direct_since = await self._last_seen(DIRECT, None)
            for guild in guilds:
                last = await self._last_seen(str(guild.id), guild.id)
                self._since[guild.id] = last or self._began_after

    async def _last_seen(self, name: str, guild_id: int | None) -> datetime | None:
        """Return the time of the latest question, or of what was heard here if no store tells."""
        try:
            return await self.context.service.last_seen(f"{PREFIX}{name}:")
        except FaqbotError as error:
            logger.warning("the store does not say what was missed: %s", error)
            return self._heard_at.get(guild_id, self._began_after)

    def catch_up(self, guilds: list[discord.Guild]) -> None:
        """Read the messages that were sent while the bot was away, where a guild is available."""
        self._late_guilds.update(guild.id for guild in guilds if guild.unavailable)
        self.tasks.begin(self._catch_up([guild for guild in guilds if not guild.unavailable]))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Catch up on a guild that was not available when the others were caught up on."""
        if guild.id in self._late_guilds:
            self._late_guilds.remove(guild.id)
            self.catch_up([guild])

    async def _catch_up(self, guilds: list[discord.Guild]) -> None:
        async with self._noting:
            since = {guild: self._since.pop(guild.id, None) for guild in guilds}
            direct_since, self._direct_since = self._direct_since, None
        direct = partial(until_back, partial(direct_channels, self, self.context.service))
        await catch_up(since, self.message_handler, direct=direct, direct_since=direct_since)

    async def on_message(self, message: discord.Message) -> None:
        """Handle a new message."""
        self._heard_at[message.guild.id if message.guild else None] = message.created_at
        self._begin(partial(self.message_handler.hear, message), of=message.id)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Handle an edit by the author; a preview that appears below the message is no edit."""
        if event.data.get("edited_timestamp"):
            self._begin(partial(self.message_handler.edited, event.message), of=event.message_id)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Handle a deleted message."""
        self._deleted(event.guild_id, event.channel_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Handle messages that a moderator has deleted together."""
        for message_id in event.message_ids:
            self._deleted(event.guild_id, event.channel_id, message_id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Handle a deleted thread, whose id is that of a forum post's first message, too."""
        self._deleted(event.guild_id, event.thread_id, event.thread_id)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Handle a reaction to a message."""
        if event.emoji.name == _BRAIN:
            self.tasks.begin(self._signed(event))
        else:
            self.tasks.begin(self.stop_signs.reacted(event))

    async def on_interaction(self, interaction: Pressing) -> None:
        """Handle a form that was sent, or the press of an old button."""
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id"))
        stale = self.context.profile.stale_button
        if interaction.type is discord.InteractionType.modal_submit:
            form = LESSON_ID.fullmatch(custom_id)
            if form:
                work = corrected(self.context, interaction, form["lesson"])
            else:
                work = submitted(self.context, interaction)
            self.tasks.begin(excused(interaction, work, self.context.profile.not_stored))
        elif interaction.type is discord.InteractionType.component and not (
            interaction.message  # discord.py hands no press without its message to the buttons
            and (pressed_of(custom_id) or any(one.fullmatch(custom_id) for one in _OWNERS_BUTTONS))
        ):
            self.tasks.begin(say(interaction, stale))

    async def close(self) -> None:
        """Disconnect, and end the background work of events."""
        await self.tasks.close()
        await super().close()

    def _deleted(self, guild_id: int | None, channel_id: int, message_id: int) -> None:
        work = partial(self.message_handler.deleted, guild_id, channel_id, message_id)
        self._begin(work, of=message_id)

    def _begin(self, work: Callable[[], Awaitable[object]], *, of: int) -> None:
        """Begin the work of an event, with retries, as Discord delivers the event only once."""
        self.tasks.begin(until_back(work), of=of)

    async def _signed(self, event: discord.RawReactionActionEvent) -> None:
        """Handle the message to which a person has added 🧠, the sign of learning."""
        person = event.member
        if person is None:  # a direct message has no other people to learn from
            return
        try:
            channel = self.get_partial_messageable(event.channel_id, guild_id=event.guild_id)
            found = await channel.fetch_message(event.message_id)
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError) as error:
            logger.warning("message %s is not learnt: %s", event.message_id, error)
            return
        await self.message_handler.signed(found, person)

    async def _sync(self, commands: Commands) -> None:
        try:
            await sync_if_changed(commands)
        except discord.DiscordException as error:
            logger.error("the commands could not be registered: %s", error)


class DiscordClient(BaseClient):
    """A client with one connection for all guilds."""

    async def on_connect(self) -> None:
        """Note that a session has begun."""
        await self.session_began(list(self.guilds))

    async def on_ready(self) -> None:
        """Catch up at the start and after a lost connection, as the guilds are known now."""
        self.catch_up(list(self.guilds))


class ShardedClient(BaseClient, discord.AutoShardedClient):
    """A client with several connections, as many as Discord recommends or the settings say."""

    async def on_shard_connect(self, shard_id: int) -> None:
        """Do what `Client.on_connect` does, for the guilds of one connection."""
        # Direct messages come by 0: https://discord.com/developers/docs/events/gateway#sharding.
        await self.session_began(self._of(shard_id), direct=shard_id == 0)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Do what `Client.on_ready` does, for the guilds of one connection."""
        self.catch_up(self._of(shard_id))

    def _of(self, shard_id: int) -> list[discord.Guild]:
        return [guild for guild in self.guilds if guild.shard_id == shard_id]


def make_client(context: Context, *, content: bool) -> BaseClient:
    """Make a client that is not connected yet; with `content`, it gets the text of all messages."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    shards = context.settings.discord_shards
    options: dict[str, Any] = {
        "intents": _intents(content=content),
        "allowed_mentions": discord.AllowedMentions.none(),
        "max_messages": None,  # messages of people are not cached
        "chunk_guilds_at_startup": False,
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "guild_ready_timeout": _GUILDS_WITHIN_S,
    }
    if shards == "":
        client: BaseClient = DiscordClient(**options)
    else:
        count = None if shards == "auto" else int(shards)
        client = ShardedClient(**options, shard_count=count)
    client.context = context
    return client


def _intents(*, content: bool) -> discord.Intents:
    intents = discord.Intents.none()
    intents.guilds = intents.messages = intents.reactions = True
    intents.message_content = content
    return intents
