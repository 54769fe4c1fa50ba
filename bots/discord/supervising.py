"""Keeps the client connected: whatever ends one is answered by another, after a while."""

from __future__ import annotations

import asyncio
import logging
from typing import Final, NoReturn

import aiohttp
import discord

from bots.discord.client import make_client
from bots.discord.context import Context
from core.errors import FaqbotError

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
_STEADY_S: Final = 300.0  # after so long, the next failure is a first one again

_NO_CONTENT: Final = (
    "Discord does not give this bot the contents of messages: in its own threads, in channels and "
    "in forums it hears mentions alone. Switch the Message Content Intent on, on the page `Bot` of "
    "your application at discord.com/developers, and start again"
)


async def keep_connected(context: Context, token: str) -> NoReturn:
    """Run clients, one after the other, until cancelled.

    discord.py itself reconnects and resumes when the connection breaks. It gives up on what it
    cannot read and on some closing codes: then a new client begins, which identifies anew.
    """
    loop = asyncio.get_running_loop()
    pause_s = _FIRST_PAUSE_S
    content = context.settings.discord_message_content
    while True:
        began = loop.time()
        client = make_client(context, content=content)
        try:
            await client.start(token)
            logger.warning("Discord has closed the connection")
        except discord.PrivilegedIntentsRequired:
            content = False
            logger.error("%s", _NO_CONTENT)  # noqa: TRY400 - one line says it all
        except _EXPECTED as error:
            logger.error("the connection to Discord broke off: %s", error)  # noqa: TRY400
        except Exception:  # the outermost edge: a broken payload must not end the bot
            logger.exception("the connection to Discord broke off")
        finally:
            await client.close()
        if loop.time() - began > _STEADY_S:
            pause_s = _FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
