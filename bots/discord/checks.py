"""What `faqbot doctor` finds out about Discord: the token, the intent, permissions by channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import discord

from bots.discord.invite import invite_link
from bots.discord.owner_checks import owner_findings, permissions_of, roles_of
from bots.discord.permissions import NEEDED, missing
from bots.discord.rest import Rest, open_rest
from bots.finding import FAIL, NOTE, PASS, Finding
from config.settings import Settings
from core.errors import PlatformError

_PAGE: Final = "discord.com/developers/applications > your application > Bot"
# https://discord.com/developers/docs/resources/application#application-object-application-flags
_CONTENT_FLAGS: Final = (1 << 18) | (1 << 19)
_TEXT, _NEWS, _FORUM = 0, 5, 15
_MOST_GUILDS: Final = 20
_MOST_LINES: Final = 10


def check_discord(settings: Settings) -> Iterator[Finding]:
    """Every finding about Discord, which is asked; shows no secret."""
    yield from asyncio.run(_collected(settings))


async def _collected(settings: Settings) -> list[Finding]:
    return [finding async for finding in _asked(settings)]


async def _asked(settings: Settings) -> AsyncIterator[Finding]:
    token = settings.discord_bot_token.get_secret_value().strip()
    async with open_rest(api=settings.discord_api_url, token=token) as rest:
        try:
            me = await rest.call("GET", "/users/@me")
            application = await rest.call("GET", "/applications/@me")
            guilds = await rest.call("GET", "/users/@me/guilds")
        except PlatformError as error:
            fix = f"{_PAGE} > Reset Token, and copy it into DISCORD_BOT_TOKEN"
            yield Finding(FAIL, "Discord", str(error), fix)
            return
        yield Finding(PASS, "Discord", f"the token is good, as {me['username']}")
        yield _content(settings, int(application.get("flags") or 0))
        link = invite_link(str(application["id"]))
        if not guilds:
            yield Finding(NOTE, "Discord", "the bot is in no server yet", f"open {link}")
        seen: set[int] = set()
        for guild in guilds[:_MOST_GUILDS]:
            try:
                for finding in await _guild(rest, guild, int(me["id"]), link, seen):
                    yield finding
            except PlatformError as error:
                yield Finding(FAIL, f"Discord, {guild['name']}", str(error))
        for finding in await owner_findings(rest, settings, guilds[:_MOST_GUILDS], int(me["id"])):
            yield finding
        unseen = (settings.discord_channel_ids | settings.discord_forum_ids) - seen
        for channel in sorted(unseen):
            text = f"no channel {channel} is in reach, though the settings name it"
            yield Finding(FAIL, "Discord", text, "correct DISCORD_CHANNELS or DISCORD_FORUMS")


def _content(settings: Settings, flags: int) -> Finding:
    if flags & _CONTENT_FLAGS:
        return Finding(PASS, "Discord", "contents of messages may be read")
    if not settings.discord_message_content:
        text = "by DISCORD_MESSAGE_CONTENT, mentions alone are heard, also of those who teach"
        return Finding(NOTE, "Discord", text)
    text = "contents of messages are withheld: threads, forums and those who teach need mentions"
    return Finding(NOTE, "Discord", text, f"{_PAGE} > Message Content Intent")


async def _guild(
    rest: Rest, guild: dict[str, Any], me: int, link: str, seen: set[int]
) -> list[Finding]:
    name, path = f"Discord, {guild['name']}", f"/guilds/{guild['id']}"
    roles = await rest.call("GET", f"{path}/roles")
    held = await roles_of(rest, guild, me)
    base = permissions_of(roles, held)
    if lacking := missing(base if not base.administrator else NEEDED):
        return [Finding(FAIL, name, f"lacks {', '.join(lacking)}", f"invite it anew: {link}")]
    found: list[Finding] = []
    for channel in await rest.call("GET", f"{path}/channels"):
        seen.add(int(channel["id"]))
        if channel["type"] not in (_TEXT, _NEWS, _FORUM):
            continue
        here = _in_channel(base, channel, int(guild["id"]), held, me)
        lacking = missing(here)
        if lacking and here.view_channel:  # those it cannot see are meant not to be its own
            text = f"#{channel['name']}: lacks {', '.join(lacking)}"
            fix = "Edit Channel > Permissions > allow them to the bot's role"
            found.append(Finding(FAIL, name, text, fix))
    return found[:_MOST_LINES] or [Finding(PASS, name, "the bot may do what it needs")]


def _in_channel(
    base: discord.Permissions, channel: dict[str, Any], guild: int, held: set[int], me: int
) -> discord.Permissions:
    """https://discord.com/developers/docs/topics/permissions#permission-overwrites."""
    if base.administrator:
        return NEEDED
    rows = {int(row["id"]): row for row in channel.get("permission_overwrites") or []}
    value = base.value
    for ids in ({guild}, held - {guild}, {me}):
        rules = [rows[one] for one in ids if one in rows]
        for rule in rules:
            value &= ~int(rule["deny"])
        for rule in rules:
            value |= int(rule["allow"])
    return discord.Permissions(value)
