"""Buttons, modals, slash and message commands, as a user uses them."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from devtools.discord.api.checks import CHECKBOX, RADIO_GROUP
from devtools.discord.api.payloads import channel_json, member_json, message_json, user_json
from devtools.discord.world.model import (
    GROUP,
    TEXT,
    Channel,
    Guild,
    Interaction,
    Json,
    Message,
    User,
    snowflake,
    walk,
)
from devtools.discord.world.people import People

_EVERYTHING = str((1 << 52) - 1)


class Interacting(People):
    """Each of these returns at once; wait on what it returns for the bot's answer."""

    async def press(self, message: Message, label: str, *, user: User | None = None) -> Interaction:
        """Press the button with a label or custom_id.

        Raises:
            LookupError: There is none, or it is disabled.
        """
        for button in message.buttons:
            if label in (button.get("label"), button.get("custom_id")):
                if button.get("disabled"):
                    raise LookupError(f"the button {label!r} is disabled")
                data = {"custom_id": button["custom_id"], "component_type": button["type"]}
                return self._interact(3, user, message.channel, data, message=message)
        labels = [button.get("label") for button in message.buttons]
        raise LookupError(f"no button {label!r} among {labels}")

    async def select(
        self, message: Message, custom_id: str, values: list[str], *, user: User | None = None
    ) -> Interaction:
        """Choose in a string select."""
        kinds = {part["custom_id"]: part["type"] for part in message.buttons if "custom_id" in part}
        data = {"custom_id": custom_id, "component_type": kinds[custom_id], "values": values}
        return self._interact(3, user, message.channel, data, message=message)

    async def submit_modal(
        self, interaction: Interaction, values: dict[str, str], *, user: User | None = None
    ) -> Interaction:
        """Fill the modal that answered an interaction, by custom_id or label of its inputs.

        Raises:
            LookupError: There is no modal, or no such input, or a required one is empty.
        """
        if interaction.modal is None:
            raise LookupError("this interaction was not answered with a modal")
        left = dict(values)
        rows = [_filled(row, left) for row in interaction.modal["components"]]
        if left:
            raise LookupError(f"the modal has no input {list(left)}")
        data = {"custom_id": interaction.modal["custom_id"], "components": rows}
        who = user or interaction.user
        return self._interact(5, who, interaction.channel, data, message=interaction.message)

    async def slash(
        self,
        name: str,
        options: dict[str, Any] | None = None,
        *,
        channel: Channel | None = None,
        user: User | None = None,
    ) -> Interaction:
        """Use a slash command that is registered, in the first text channel by default.

        Raises:
            LookupError: It is not registered, or an option is unknown or missing.
        """
        where = channel or self._first_text()
        command = self._command(name, 1, where)
        data = _command_data(command) | {"options": _options(command, options or {})}
        return self._interact(2, user, where, data)

    async def autocomplete(
        self,
        name: str,
        options: dict[str, Any],
        focused: str,
        *,
        channel: Channel | None = None,
        user: User | None = None,
    ) -> Interaction:
        """Type in an option of a slash command; the answer is in `choices`."""
        where = channel or self._first_text()
        command = self._command(name, 1, where)
        rows = _options(command, options, partial=True)
        for row in rows:
            if row["name"] == focused:
                row["focused"] = True
        return self._interact(4, user, where, _command_data(command) | {"options": rows})

    async def context_menu(
        self, name: str, message: Message, *, user: User | None = None
    ) -> Interaction:
        """Use a registered message command on a message; it gets the content in any case."""
        command = self._command(name, 3, message.channel)
        resolved = {"messages": {str(message.id): message_json(message, self.bot)}}
        data = {"target_id": str(message.id), "resolved": resolved}
        return self._interact(2, user, message.channel, _command_data(command) | data)

    def _first_text(self) -> Channel:
        return next(c for c in self.guild.channels if c.type == TEXT)

    def _command(self, name: str, kind: int, channel: Channel) -> Json:
        here = self.commands.get(channel.guild.id, {}) if channel.guild else {}
        for command in [*here.values(), *self.commands[None].values()]:
            if (command["name"], command["type"]) == (name, kind):
                return command
        known = [c["name"] for scope in self.commands.values() for c in scope.values()]
        raise LookupError(f"no command {name!r} among {known}")

    def _interact(
        self,
        kind: int,
        user: User | None,
        channel: Channel,
        data: Json,
        *,
        message: Message | None = None,
    ) -> Interaction:
        token = secrets.token_urlsafe(40)
        who = user or (channel.recipient or self.user)
        interaction = Interaction(snowflake(), token, kind, who, channel, data, message=message)
        self.interactions.append(interaction)
        self.by_token[token] = interaction
        told = self._interaction_json(interaction)
        guild_id = channel.guild.id if channel.guild else None
        self.dispatch("INTERACTION_CREATE", told, (), guild_id=guild_id)
        loop = asyncio.get_running_loop()
        handle = loop.call_later(self.settings.interaction_ack_s, self._expire, interaction)
        self.timers.add(handle)
        if len(self.timers) > 1_000:
            now = loop.time()
            self.timers = {timer for timer in self.timers if timer.when() > now}
        return interaction

    def _expire(self, interaction: Interaction) -> None:
        if not interaction.acknowledged:
            interaction.failed = True
            self.changed()

    def _interaction_json(self, interaction: Interaction) -> Json:
        channel, user, guild = interaction.channel, interaction.user, interaction.channel.guild
        told: Json = {
            "id": str(interaction.id),
            "application_id": str(self.settings.application_id),
            "type": interaction.type,
            "token": interaction.token,
            "version": 1,
            "data": interaction.data,
            "channel_id": str(channel.id),
            "channel": channel_json(channel, self.bot) | {"permissions": _EVERYTHING},
            "app_permissions": str(self.permissions(channel)),
            "locale": "ko",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(guild.id if guild else 0)},
            "context": 0 if guild else 2 if channel.type == GROUP else 1,
            "attachment_size_limit": 10_485_760,
        }
        if interaction.message:
            told["message"] = message_json(interaction.message, self.bot)
        if guild is None:
            return told | {"user": user_json(user)}
        member = member_json(guild, user) | {"permissions": str(self._rights(guild, user))}
        more = {"guild_id": str(guild.id), "guild_locale": "ko", "member": member}
        return told | more | {"guild": {"id": str(guild.id), "locale": "ko", "features": []}}

    def _rights(self, guild: Guild, user: User) -> int:
        if user is guild.owner:
            return int(_EVERYTHING)
        bits = guild.roles[guild.id].permissions
        for role_id in guild.members.get(user.id, []):
            bits |= guild.roles[role_id].permissions
        return bits


def _filled(row: Json, left: dict[str, str]) -> Json:
    """One row of a modal as submitted; takes its value out of `left`."""
    part = next((p for p in walk([row]) if p.get("type") in (3, 4, RADIO_GROUP, CHECKBOX)), None)
    if part is None:
        return {"type": row["type"], "id": row.get("id", 0)}
    label = row.get("label") or part.get("label")
    key = next((name for name in (part["custom_id"], label) if name in left), None)
    value = left.pop(key) if key is not None else part.get("value") or ""
    if part["type"] == CHECKBOX:
        ticked: Json = {"type": CHECKBOX, "custom_id": part["custom_id"], "value": bool(value)}
        return {"type": 18, "id": row.get("id", 0), "component": ticked}
    if part.get("required", True) and not value:
        raise LookupError(f"the input {label!r} is required")
    if len(value) > (part.get("max_length") or 4_000):
        raise LookupError(f"the input {label!r} takes no more than {part['max_length']}")
    if len(value) < (part.get("min_length") or 0):
        raise LookupError(f"the input {label!r} takes no less than {part['min_length']}")
    said: Json = {"type": part["type"], "id": part.get("id", 0), "custom_id": part["custom_id"]}
    if part["type"] == RADIO_GROUP and value not in [
        None,
        "",
        *(o["value"] for o in part["options"]),
    ]:
        raise LookupError(f"{value!r} is no option of {label!r}")
    said |= {"values": [value]} if part["type"] == 3 else {"value": value or None}
    if row["type"] == 18:
        return {"type": 18, "id": row.get("id", 0), "component": said}
    return {"type": 1, "id": row.get("id", 0), "components": [said]}


def _command_data(command: Json) -> Json:
    data = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def _options(command: Json, given: dict[str, Any], *, partial: bool = False) -> list[Json]:
    known = {option["name"]: option for option in command.get("options", [])}
    if unknown := set(given) - set(known):
        raise LookupError(f"/{command['name']} has no option {sorted(unknown)}, only {list(known)}")
    for name, option in known.items():
        if option.get("required") and name not in given and not partial:
            raise LookupError(f"/{command['name']} needs {name!r}")
        value, most = given.get(name), option.get("max_length")
        if isinstance(value, str) and most and len(value) > most:
            raise LookupError(f"{name!r} takes no more than {most} characters")
    return [{"name": n, "type": known[n]["type"], "value": v} for n, v in given.items()]
