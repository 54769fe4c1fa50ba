"""What `faqbot doctor` finds out about the owners: who there is, and whom a call reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import discord

from bots.discord.rest import RefusedError, Rest
from bots.finding import FAIL, NOTE, PASS, Finding
from config.settings import Settings
from core.errors import PlatformError

_NAME: Final = "Discord, owners"
_UNKNOWN_MEMBER: Final = (10007, 10013)  # or a user that there is not at all


async def owner_findings(
    rest: Rest, settings: Settings, guilds: Sequence[dict[str, Any]], me: int
) -> list[Finding]:
    """Of `DISCORD_OWNERS`, in the servers that the bot is in; `me` is its user."""
    users, roles = settings.discord_owner_ids, settings.discord_owner_roles
    if not users and not roles:
        text = "nobody is called to what has no answer, and nobody may teach"
        return [Finding(NOTE, _NAME, text, "set DISCORD_OWNERS")]
    found: list[Finding] = []
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
            found.append(Finding(FAIL, f"Discord, {guild['name']}", str(error)))
    fix = "correct DISCORD_OWNERS, or have them join"
    found += [Finding(FAIL, _NAME, f"no server has the user {one}", fix) for one in sorted(absent)]
    fix = "correct DISCORD_OWNERS"
    found += [Finding(FAIL, _NAME, f"no server has the role {one}", fix) for one in sorted(unknown)]
    return found or [Finding(PASS, _NAME, f"{len(users)} people and {len(roles)} roles are called")]


async def roles_of(rest: Rest, guild: dict[str, Any], user: int) -> set[int]:
    """The ids of the roles that a member has; everybody has the one with the server's id."""
    member = await rest.call("GET", f"/guilds/{guild['id']}/members/{user}")
    return {int(guild["id"]), *map(int, member["roles"])}


def permissions_of(roles: Sequence[dict[str, Any]], held: set[int]) -> discord.Permissions:
    """What the `held` ones of a server's roles allow in it."""
    base = discord.Permissions(0)
    for role in roles:
        if int(role["id"]) in held:
            base |= discord.Permissions(int(role["permissions"]))
    return base


async def _deaf(
    rest: Rest, guild: dict[str, Any], named: Sequence[dict[str, Any]], me: int
) -> list[Finding]:
    """The roles that a mention by the bot would not notify."""
    deaf = [role for role in named if not role["mentionable"]]
    if not deaf:
        return []
    base = permissions_of(await _roles(rest, guild), await roles_of(rest, guild, me))
    if base.mention_everyone or base.administrator:
        return []
    fix = "Server Settings > Roles > the role > Allow anyone to @mention this role"
    texts = [f"@{role['name']}: a mention by the bot notifies nobody" for role in deaf]
    return [Finding(FAIL, f"Discord, {guild['name']}", text, fix) for text in texts]


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
