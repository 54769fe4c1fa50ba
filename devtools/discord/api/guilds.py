"""The bot itself, guilds, members, DMs, where the gateway is."""

from __future__ import annotations

from devtools.discord.api.base import RestRequest, route
from devtools.discord.api.errors import RestError
from devtools.discord.api.payloads import (
    channel_json,
    guild_head_json,
    member_json,
    role_json,
    user_json,
)
from devtools.discord.world.model import Guild, Json, iso
from devtools.discord.world.world import World


@route("GET", "/users/@me")
def me(world: World, request: RestRequest) -> Json:
    more = {"verified": True, "mfa_enabled": False, "locale": "ko", "flags": 0, "email": None}
    return user_json(world.bot) | more


@route("GET", "/users/{user_id}")
def get_user(world: World, request: RestRequest) -> Json:
    user = world.users.get(int(request.path["user_id"]))
    if user is None:
        raise RestError(10013)
    return user_json(user)


@route("GET", "/oauth2/applications/@me")
def application(world: World, request: RestRequest) -> Json:
    return application_json(world)


@route("GET", "/applications/@me")
def application_me(world: World, request: RestRequest) -> Json:
    return application_json(world)


def application_json(world: World) -> Json:
    """The application; its flags say which privileged intents it has."""
    privileged = world.settings.privileged
    flags = (1 << 19 if "MESSAGE_CONTENT" in privileged else 0) | (
        1 << 15 if "GUILD_MEMBERS" in privileged else 0
    )
    owner = next((guild.owner for guild in world.guilds.values()), world.bot)
    return {
        "id": str(world.settings.application_id),
        "name": world.bot.name,
        "description": "",
        "icon": None,
        "bot_public": False,
        "bot_require_code_grant": False,
        "owner": user_json(owner),
        "team": None,
        "verify_key": "0" * 64,
        "flags": flags,
        "approximate_guild_count": len(world.guilds),
    }


@route("GET", "/gateway")
def gateway(world: World, request: RestRequest) -> Json:
    return {"url": world.gateway_url}


@route("GET", "/gateway/bot")
def gateway_bot(world: World, request: RestRequest) -> Json:
    left = max(1_000 - world.identifies, 0)
    limit = {"total": 1_000, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1}
    shards = world.settings.shards
    return {"url": world.gateway_url, "shards": shards, "session_start_limit": limit}


@route("POST", "/users/@me/channels", bucket="create_dm")
def create_dm(world: World, request: RestRequest) -> Json:
    user = world.users.get(int(request.body["recipient_id"]))
    if user is None:
        raise RestError(10013)
    if user.bot:
        raise RestError(50007)
    return channel_json(world.dm(user), world.bot)


@route("GET", "/users/@me/guilds")
def my_guilds(world: World, request: RestRequest) -> list[Json]:
    return [
        {"id": str(g.id), "name": g.name, "icon": None, "owner": False, "permissions": "0"}
        | {"features": [], "banner": None}
        for g in world.guilds.values()
    ]


def _guild(world: World, request: RestRequest) -> Guild:
    guild = world.guilds.get(int(request.path["guild_id"]))
    if guild is None:
        raise RestError(10004)
    return guild


@route("GET", "/guilds/{guild_id}")
def get_guild(world: World, request: RestRequest) -> Json:
    guild = _guild(world, request)
    more = {"approximate_member_count": len(guild.members), "joined_at": iso(1.7e9)}
    return guild_head_json(guild) | more


@route("GET", "/guilds/{guild_id}/channels")
def guild_channels(world: World, request: RestRequest) -> list[Json]:
    return [channel_json(channel, world.bot) for channel in _guild(world, request).channels]


@route("GET", "/guilds/{guild_id}/roles")
def guild_roles(world: World, request: RestRequest) -> list[Json]:
    return [role_json(role) for role in _guild(world, request).roles.values()]


@route("GET", "/guilds/{guild_id}/members")
def guild_members(world: World, request: RestRequest) -> list[Json]:
    guild = _guild(world, request)
    if "GUILD_MEMBERS" not in world.settings.privileged:
        raise RestError(50001)
    after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 1))
    ids = sorted(user_id for user_id in guild.members if user_id > after)[:limit]
    return [member_json(guild, world.users[user_id]) for user_id in ids]


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def guild_member(world: World, request: RestRequest) -> Json:
    guild, user_id = _guild(world, request), int(request.path["user_id"])
    if user_id not in world.users:
        raise RestError(10013)
    if user_id not in guild.members:
        raise RestError(10007)
    return member_json(guild, world.users[user_id])
