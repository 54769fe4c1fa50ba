"""Application commands, global and of a guild; `World.command_writes` counts what changes them.

https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

from devtools.discord.api.base import RestRequest, only, route
from devtools.discord.api.checks import check_command
from devtools.discord.api.errors import FormErrors, RestError
from devtools.discord.world.model import Json, snowflake
from devtools.discord.world.world import World

_APPLICATION = "/applications/{application_id}"
_MOST = 100


def _scope(world: World, request: RestRequest) -> dict[int, Json]:
    if request.path["application_id"] != str(world.settings.application_id):
        raise RestError(50001)
    guild_id = request.path.get("guild_id")
    if guild_id and int(guild_id) not in world.guilds:
        raise RestError(50001)
    return world.commands.setdefault(int(guild_id) if guild_id else None, {})


def _built(world: World, request: RestRequest, body: Json, command_id: int | None = None) -> Json:
    kind = body.get("type") or 1
    guild_id = request.path.get("guild_id")
    base: Json = {
        "id": str(command_id or snowflake()),
        "application_id": request.path["application_id"],
        "version": str(snowflake()),
        "type": kind,
        "name": body["name"],
        "name_localizations": body.get("name_localizations"),
        "description": body.get("description") or "",
        "description_localizations": body.get("description_localizations"),
        "default_member_permissions": body.get("default_member_permissions"),
        "nsfw": bool(body.get("nsfw")),
    }
    if kind == 1 and body.get("options"):
        base["options"] = body["options"]
    if guild_id:
        return base | {"guild_id": guild_id}
    return base | {
        "dm_permission": body.get("dm_permission", True),
        "contexts": body.get("contexts"),
        "integration_types": body.get("integration_types") or [0],
    }


def _named(scope: dict[int, Json], body: Json) -> int | None:
    """The id of the command that has this name and type already."""
    wanted = (body.get("name"), body.get("type") or 1)
    return next((int(c["id"]) for c in scope.values() if (c["name"], c["type"]) == wanted), None)


for _base in (f"{_APPLICATION}/commands", f"{_APPLICATION}/guilds/{{guild_id}}/commands"):
    _one = f"{_base}/{{command_id}}"

    @route("GET", _base)
    def list_commands(world: World, request: RestRequest) -> list[Json]:
        return list(_scope(world, request).values())

    @route("POST", _base)
    def upsert_command(world: World, request: RestRequest) -> tuple[int, Json]:
        scope = _scope(world, request)
        check_command(request.body)
        known = _named(scope, request.body)
        if known is None and len(scope) >= _MOST:
            raise RestError(30034)
        command = _built(world, request, request.body, known)
        scope[int(command["id"])] = command
        world.changed()
        return (200 if known else 201), command

    @route("PUT", _base)
    def overwrite_commands(world: World, request: RestRequest) -> list[Json]:
        scope, form = _scope(world, request), FormErrors()
        names: set[tuple[str, int]] = set()
        for number, body in enumerate(form.count("commands", request.body, _MOST)):
            check_command(body, str(number))
            name = (body["name"], body.get("type") or 1)
            if name in names:
                text = "Application command names must be unique"
                form.wrong(f"{number}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
            names.add(name)
        form.end()
        built = [_built(world, request, body, _named(scope, body)) for body in request.body]
        scope.clear()
        scope.update({int(command["id"]): command for command in built})
        world.changed()
        return built

    @route("GET", _one)
    def get_command(world: World, request: RestRequest) -> Json:
        return _find(world, request)

    @route("PATCH", _one)
    def edit_command(world: World, request: RestRequest) -> Json:
        command = _find(world, request)
        fields = ("name", "description", "options", "default_member_permissions", "nsfw")
        check_command(command | only(request.body, *fields))
        command.update(only(request.body, *fields), version=str(snowflake()))
        world.changed()
        return command

    @route("DELETE", _one)
    def delete_command(world: World, request: RestRequest) -> None:
        command = _find(world, request)
        del _scope(world, request)[int(command["id"])]
        world.changed()


def _find(world: World, request: RestRequest) -> Json:
    command = _scope(world, request).get(int(request.path["command_id"]))
    if command is None:
        raise RestError(10063)
    return command
