"""Discord: answers in threads, forums and direct messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.connected import Connected
from bots.discord.aside import AsideReply
from bots.discord.budgets import Budgets
from bots.discord.context import Context
from bots.discord.ids import PREFIX, Aside, target_of
from bots.discord.notices import Notices
from bots.discord.owners import Owners
from bots.discord.pages import Page
from bots.discord.rendering import Renderer
from bots.discord.reply import ChannelReply, Pen
from bots.discord.rest import RefusedError, open_rest
from bots.discord.supervising import keep_connected
from bots.endings import Look
from config.settings import Settings
from core.desk import Desk
from core.errors import ConfigError
from core.ports import Reply
from core.profile import Profile
from core.safety import Cleaner
from core.types import Question


@asynccontextmanager
async def open_discord(
    settings: Settings, desk: Desk, profile: Profile
) -> AsyncIterator[Connected]:
    """Discord, ready to be connected to; the desk's answers are shown there from now on.

    Raises:
        ConfigError: Discord does not know the token.
        PlatformError: it cannot be reached.
    """
    token = settings.discord_bot_token.get_secret_value().strip()
    _point_to(settings)
    async with open_rest(api=settings.discord_api_url, token=token) as rest:
        try:
            me = await rest.call("GET", "/users/@me")
        except RefusedError as error:
            raise ConfigError(
                "DISCORD_BOT_TOKEN: Discord does not know it; copy it anew from the page `Bot` of "
                "your application at discord.com/developers"
            ) from error
        budgets = Budgets()
        owners = Owners(settings.discord_owner_ids, settings.discord_owner_roles)
        renderer = Renderer(Look(profile, Cleaner(profile.link_hosts)), owners.called)
        pen = Pen(rest, budgets, renderer.written, str(me["id"]))
        notices = Notices(rest, budgets)
        context = Context(desk, profile, settings, pen, renderer, notices, owners)
        desk.serve(PREFIX, partial(_open_reply, pen))
        about = f"Discord: on, as {me['username']}"
        yield Connected(about, partial(keep_connected, context, token))


def _open_reply(pen: Pen, question: Question) -> Reply[Page]:
    target = target_of(question.reply_to or "")
    if isinstance(target, Aside):
        return AsideReply(question, target, pen)
    return ChannelReply(question, target, pen)


def _point_to(settings: Settings) -> None:
    """discord.py has its addresses in two classes; both are used when it connects."""
    if settings.discord_api_url:
        Route.BASE = settings.discord_api_url.rstrip("/")
    if settings.discord_gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
