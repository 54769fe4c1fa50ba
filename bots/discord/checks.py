"""Checks of `faqbot doctor` on Discord: the token, the intent, permissions by channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

import discord

from bots.discord.api.permissions import NEEDED, missing
from bots.discord.api.rest import RefusedError, Rest, open_rest
from bots.discord.install.invite import invite_link
from bots.shared.platform import FAIL, NOTE, PASS, Check
from config.settings import Settings
from core.errors import PlatformError

_PAGE: Final = "discord.com/developers/applications > your application > Bot"
# https://discord.com/developers/docs/resources/application#application-object-application-flags
_CONTENT_FLAGS: Final = (1 << 18) | (1 << 19)
_TEXT, _NEWS, _FORUM = 0, 5, 15
_MOST_GUILDS: Final = 20
_MOST_LINES: Final = 10


_NAME: Final = "Discord, owners"
_UNKNOWN_MEMBER: Final = (10007, 10013)  # the second is for an unknown user


def check_discord(settings: Settings) -> Iterator[Check]:
    """Yield the findings about Discord, which is called for them; no finding shows a secret."""
    yield from asyncio.run(_collected(settings))


async def _collected(settings: Settings) -> list[Check]:
    return [finding async for finding in _asked(settings)]


async def _asked(settings: Settings) -> AsyncIterator[Check]:
    token = settings.discord_bot_token.get_secret_value().strip()
    async with open_rest(api=settings.discord_api_url, token=token) as rest:
        try:
            me = await rest.call("GET", "/users/@me")
            application = await rest.call("GET", "/applications/@me")
            guilds = await rest.call("GET", "/users/@me/guilds")
        except PlatformError as error:
            fix = f"{_PAGE} > Reset Token, and copy it into DISCORD_BOT_TOKEN"
            yield Check(FAIL, "Discord", str(error), fix)
            return
        yield Check(PASS, "Discord", f"the token is valid; the bot is {me['username']}")
        yield _content(settings, int(application.get("flags") or 0))
        link = invite_link(str(application["id"]))
        if not guilds:
            yield Check(NOTE, "Discord", "the bot is in no server yet", f"open {link}")
        seen: set[int] = set()
        for guild in guilds[:_MOST_GUILDS]:
            try:
                for finding in await _guild(rest, guild, int(me["id"]), link, seen):
                    yield finding
            except PlatformError as error:
                yield Check(FAIL, f"Discord, {guild['name']}", str(error))
        for finding in await owner_findings(rest, settings, guilds[:_MOST_GUILDS], int(me["id"])):
            yield finding
        unseen = (settings.discord_channel_ids | settings.discord_forum_ids) - seen
        for channel in sorted(unseen):
            text = f"no channel {channel} is in reach, though the settings name it"
            yield Check(FAIL, "Discord", text, "correct DISCORD_CHANNELS or DISCORD_FORUMS")


def _content(settings: Settings, flags: int) -> Check:
    if flags & _CONTENT_FLAGS:
        return Check(PASS, "Discord", "the bot may read the contents of messages")
    if not settings.discord_message_content:
        text = "DISCORD_MESSAGE_CONTENT is false: the bot reads only mentions, also to be taught"
        return Check(NOTE, "Discord", text)
    text = "the bot cannot read messages without a mention, in threads and forums either"
    return Check(NOTE, "Discord", text, f"{_PAGE} > Message Content Intent")


async def _guild(
    rest: Rest, guild: dict[str, Any], me: int, link: str, seen: set[int]
) -> list[Check]:
    name, path = f"Discord, {guild['name']}", f"/guilds/{guild['id']}"
    roles = await rest.call("GET", f"{path}/roles")
    held = await roles_of(rest, guild, me)
    base = permissions_of(roles, held)
    if lacking := missing(base if not base.administrator else NEEDED):
        return [Check(FAIL, name, f"lacks {', '.join(lacking)}", f"invite it again: {link}")]
    found: list[Check] = []
    for channel in await rest.call("GET", f"{path}/channels"):
        seen.add(int(channel["id"]))
        if channel["type"] not in (_TEXT, _NEWS, _FORUM):
            continue
        here = _in_channel(base, channel, int(guild["id"]), held, me)
        lacking = missing(here)
        if lacking and here.view_channel:  # a channel that it cannot see is hidden on purpose
            text = f"#{channel['name']}: lacks {', '.join(lacking)}"
            fix = "Edit Channel > Permissions > allow them to the bot's role"
            found.append(Check(FAIL, name, text, fix))
    return found[:_MOST_LINES] or [Check(PASS, name, "the bot has the permissions that it needs")]


def _in_channel(
    base: discord.Permissions, channel: dict[str, Any], guild: int, held: set[int], me: int
) -> discord.Permissions:
    """Apply https://discord.com/developers/docs/topics/permissions#permission-overwrites."""
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


async def owner_findings(
    rest: Rest, settings: Settings, guilds: Sequence[dict[str, Any]], me: int
) -> list[Check]:
    """Check the owners of `DISCORD_OWNERS` in the servers that the bot is in; `me` is its user."""
    users, roles = settings.discord_owner_ids, settings.discord_owner_roles
    if not users and not roles:
        text = "nobody is called if there is no answer, and nobody can teach"
        return [Check(NOTE, _NAME, text, "set DISCORD_OWNERS")]
    found: list[Check] = []
    absent, unknown = set(users), set(roles)
    for guild in guilds:
        try:
            for user in sorted(absent):
                if await _is_member(rest, guild, user):
                    absent.discard(user)
            if roles:
                known = {int(role["id"]): role for role in await _roles(rest, guild)}
                unknown -= known.keys()
                named = [known[role] for role in sorted(roles & known.keys())]
                found += await _deaf(rest, guild, named, me)
        except PlatformError as error:
            found.append(Check(FAIL, f"Discord, {guild['name']}", str(error)))
    fix = "correct DISCORD_OWNERS, or let them join"
    found += [Check(FAIL, _NAME, f"no server has the user {one}", fix) for one in sorted(absent)]
    fix = "correct DISCORD_OWNERS"
    found += [Check(FAIL, _NAME, f"no server has the role {one}", fix) for one in sorted(unknown)]
    return found or [Check(PASS, _NAME, f"{len(users)} people and {len(roles)} roles are called")]


async def roles_of(rest: Rest, guild: dict[str, Any], user: int) -> set[int]:
    """Return the ids of a member's roles, with that of everybody, which is the server's id."""
    member = await rest.call("GET", f"/guilds/{guild['id']}/members/{user}")
    return {int(guild["id"]), *map(int, member["roles"])}


def permissions_of(roles: Sequence[dict[str, Any]], held: set[int]) -> discord.Permissions:
    """Return the permissions in a server that the roles with the ids `held` give."""
    base = discord.Permissions(0)
    for role in roles:
        if int(role["id"]) in held:
            base |= discord.Permissions(int(role["permissions"]))
    return base


async def _deaf(
    rest: Rest, guild: dict[str, Any], named: Sequence[dict[str, Any]], me: int
) -> list[Check]:
    """Return the named roles that a mention by the bot would not notify."""
    deaf = [role for role in named if not role["mentionable"]]
    if not deaf:
        return []
    base = permissions_of(await _roles(rest, guild), await roles_of(rest, guild, me))
    if base.mention_everyone or base.administrator:
        return []
    fix = "Server Settings > Roles > the role > Allow anyone to @mention this role"
    texts = [f"@{role['name']}: a mention by the bot notifies nobody" for role in deaf]
    return [Check(FAIL, f"Discord, {guild['name']}", text, fix) for text in texts]


async def _roles(rest: Rest, guild: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await rest.call("GET", f"/guilds/{guild['id']}/roles")
    return found


async def _is_member(rest: Rest, guild: dict[str, Any], user: int) -> bool:
    try:
        await rest.call("GET", f"/guilds/{guild['id']}/members/{user}")
    except RefusedError as error:
        if error.code not in _UNKNOWN_MEMBER:
            raise
        return False
    return True
