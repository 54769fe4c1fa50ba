"""Discord: answers in threads, forums and direct messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, NoReturn

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord.api.people import Owners
from bots.discord.api.rate_limits import Budgets
from bots.discord.api.rest import RefusedError, open_rest
from bots.discord.api.standing import Standings
from bots.discord.app import make_client
from bots.discord.context import Context
from bots.discord.ids import PREFIX, Ephemeral, is_public, target_of
from bots.discord.render.components import Page, Renderer
from bots.discord.replies.ephemeral import EphemeralReply
from bots.discord.replies.message_writer import MessageWriter
from bots.discord.replies.notices import Notices
from bots.discord.replies.outreach import PlatformOutreach
from bots.discord.replies.thread import ChannelReply
from bots.shared.answer_view import RenderOptions
from bots.shared.platform import RunningPlatform
from config.settings import Settings
from core.errors import ConfigError, FaqbotError
from core.messaging.delivery.reply import Reply
from core.messaging.service import ChatService
from core.profile import Profile
from core.text.safety.sanitize import Cleaner
from core.types import Question

logger = logging.getLogger(__name__)

_EXPECTED: Final = (
    discord.DiscordException,
    aiohttp.ClientError,
    FaqbotError,
    OSError,
    TimeoutError,
)
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 120.0
_STEADY_S: Final = 300.0  # a connection that lasted so long resets the pause
_NO_CONTENT: Final = (
    "Discord does not give this bot the contents of messages: in its own threads, in channels and "
    "in forums it hears mentions alone. Switch the Message Content Intent on, on the page `Bot` of "
    "your application at discord.com/developers, and start again"
)


@asynccontextmanager
async def open_discord(
    settings: Settings, service: ChatService, profile: Profile
) -> AsyncIterator[RunningPlatform]:
    """Set Discord up; `run` of the result connects until cancelled.

    Raises:
        ConfigError: Discord does not know the token.
        PlatformError: Discord cannot be reached.
    """
    token = settings.discord_bot_token.get_secret_value().strip()
    _point_to(settings)
    async with open_rest(
        api=settings.discord_api_url, token=token, processes=service.calls.processes
    ) as rest:
        try:
            me = await rest.call("GET", "/users/@me")
        except RefusedError as error:
            raise ConfigError(
                "DISCORD_BOT_TOKEN: Discord does not know it; copy it again from the page `Bot` of "
                "your application at discord.com/developers"
            ) from error
        budgets = Budgets()
        called = Owners(settings.discord_owner_ids, settings.discord_owner_roles)
        owners = called.with_those(profile.owners_on("discord"))
        renderer = Renderer(
            RenderOptions(profile, Cleaner(profile.link_hosts, instead=profile.link_left_out)),
            called.called,
        )
        writer = MessageWriter(rest, budgets, renderer.written, str(me["id"]), profile)
        notices = Notices(rest, budgets)
        context = Context(service, profile, settings, writer, renderer, notices, owners)
        stand = Standings(profile, rest).of
        service.serve(
            PREFIX,
            partial(_open_reply, writer),
            is_public=is_public,
            stand=stand,
            outreach=PlatformOutreach(writer, renderer.look.cleaner),
        )
        about = f"Discord: on, as {me['username']}"
        gateway = Gateway(context, token)
        yield RunningPlatform(about, gateway.run, away=gateway.away)


def _open_reply(writer: MessageWriter, question: Question) -> Reply[Page]:
    target = target_of(question.reply_to or "")
    if isinstance(target, Ephemeral):
        return EphemeralReply(question, target, writer)
    return ChannelReply(question, target, writer)


def _point_to(settings: Settings) -> None:
    """Set the two addresses that discord.py keeps in class attributes, and connects to."""
    if settings.discord_api_url:
        Route.BASE = settings.discord_api_url.rstrip("/")
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


class Gateway:
    """The connection to Discord's gateway."""

    def __init__(self, context: Context, token: str) -> None:
        self._context = context
        self._token = token
        self._content = context.settings.discord_message_content
        self._client: discord.Client | None = None

    def away(self) -> str:
        """Return why Discord is not heard; "" while the connection stands."""
        return "" if self._client and _is_connected(self._client) else "not connected"

    async def run(self) -> NoReturn:
        """Run clients, one after the other, until cancelled.

        discord.py reconnects and resumes when the connection breaks. It gives up after payloads
        that it cannot read and after some closing codes; then a new client identifies again.
        """
        loop = asyncio.get_running_loop()
        pause_s = _FIRST_PAUSE_S
        while True:
            began = loop.time()
            await self._run_once()
            if loop.time() - began > _STEADY_S:
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _run_once(self) -> None:
        self._client = client = make_client(self._context, content=self._content)
        try:
            await client.start(self._token)
            logger.warning("Discord has closed the connection")
        except discord.PrivilegedIntentsRequired:
            self._content = False
            logger.error("%s", _NO_CONTENT)
        except _EXPECTED as error:
            logger.error("the connection to Discord broke off: %s", error)
        except Exception:  # the outermost edge: a broken payload must not end the bot
            logger.exception("the connection to Discord broke off")
        finally:
            await client.close()


def _is_connected(client: discord.Client) -> bool:
    if isinstance(client, discord.AutoShardedClient):
        return bool(client.shards) and not any(one.is_closed() for one in client.shards.values())
    # The attribute is None before the first connection, contrary to its type.
    return bool(client.ws) and client.ws.open
