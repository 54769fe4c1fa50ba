"""The owners on Discord, who are called for unanswered questions and may teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import discord

from bots.discord.render.components import Called, called_of
from core.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Owners:
    """The ids of users and roles that `DISCORD_OWNERS` names."""

    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.users or self.roles)

    @property
    def called(self) -> Called:
        """Return all owners as the people and roles that a message calls."""
        return Called(tuple(sorted(self.users)), tuple(sorted(self.roles)))

    def with_those(self, ids: Sequence[str]) -> Owners:
        """Return the owners with further ones: `123` is a user, `role:123` a role."""
        called = called_of(ids)
        return Owners(self.users.union(called.users), self.roles.union(called.roles))

    def include(self, person: discord.abc.Snowflake) -> bool:
        """Return whether a person is an owner, by their id or, as a member, by a role."""
        if person.id in self.users:
            return True
        held = person.roles if isinstance(person, discord.Member) else []
        return any(role.id in self.roles for role in held)


async def member_of(
    client: discord.Client, guild_id: int, person: discord.abc.User
) -> discord.abc.User:
    """Return a person as a member of a server, with their roles, also from a direct message.

    Raises:
        PlatformError: Discord does not answer.
    """
    guild = client.get_guild(guild_id)
    if guild is None or isinstance(person, discord.Member):
        return person
    return guild.get_member(person.id) or await _fetched(guild, person)


async def author_of(message: discord.Message) -> discord.abc.User:
    """Return the author of a message, as a member if they belong to the server.

    The gateway sends the roles and the name of a member with each message. Messages that are read
    from a channel's history lack them, so that they are looked up.

    Raises:
        PlatformError: Discord does not answer.
    """
    author, guild = message.author, message.guild
    if guild is None or isinstance(author, discord.Member):
        return author
    return await _fetched(guild, author)


async def _fetched(guild: discord.Guild, person: discord.abc.User) -> discord.abc.User:
    try:
        return await guild.fetch_member(person.id)
    except discord.NotFound:
        return person
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PlatformError(f"the roles of {person.id} are not known: {error}") from error
