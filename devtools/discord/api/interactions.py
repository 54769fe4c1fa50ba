"""Answers to interactions: the callback and the messages of its webhook.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import time

from devtools.discord.api.base import RestRequest, route
from devtools.discord.api.checks import check_message, check_modal
from devtools.discord.api.errors import FormErrors, RestError
from devtools.discord.api.messages import change, number, post
from devtools.discord.api.payloads import message_json
from devtools.discord.world.model import EPHEMERAL, LOADING, Interaction, Json, Message
from devtools.discord.world.world import World

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, AUTOCOMPLETE, MODAL = 4, 5, 6, 7, 8, 9


@route(
    "POST",
    "/interactions/{interaction_id}/{token}/callback",
    bucket="callback",
    major="interaction_id",
    public=True,
)
def callback(world: World, request: RestRequest) -> tuple[int, Json] | None:
    interaction = world.by_token.get(request.path["token"])
    if interaction is None or str(interaction.id) != request.path["interaction_id"]:
        raise RestError(10062)
    kind, data = request.body.get("type"), request.body.get("data") or {}
    try:
        _check_callback(world, interaction, kind, data)
    except RestError as refused:
        interaction.error = refused.code
        raise
    interaction.response_type = kind
    interaction.first_response_s = time.monotonic() - interaction.at
    _respond(world, interaction, kind, data)
    world.changed()
    if request.query.get("with_response") not in ("1", "true"):
        return None
    return 200, _response_json(world, interaction)


def _check_callback(world: World, interaction: Interaction, kind: int, data: Json) -> None:
    if interaction.acknowledged:
        raise RestError(40060)
    late = time.monotonic() - interaction.at > world.settings.interaction_ack_s
    if late or interaction.failed:
        raise RestError(10062)
    if kind not in _allowed(interaction):
        form = FormErrors()
        text = f"Value must be one of {_allowed(interaction)}."
        form.wrong("type", "BASE_TYPE_CHOICES", text)
        form.end()
    if kind == MESSAGE:
        check_message(data, ephemeral_allowed=True)
    elif kind == UPDATE:
        check_message({"flags": interaction.message.flags & ~EPHEMERAL, **data}, new=False)
    elif kind == MODAL:
        check_modal(data)
    elif kind == AUTOCOMPLETE:
        form = FormErrors()
        for index, choice in enumerate(form.count("data.choices", data.get("choices"), 25)):
            form.length(f"data.choices.{index}.name", choice.get("name", ""), 100, 1)
        form.end()


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    if interaction.type == 4:
        return (AUTOCOMPLETE,)
    updates = (DEFERRED_UPDATE, UPDATE) if interaction.message else ()
    modal = () if interaction.type == 5 else (MODAL,)
    return (MESSAGE, DEFERRED, *updates, *modal)


def _respond(world: World, interaction: Interaction, kind: int, data: Json) -> None:
    if kind in (MESSAGE, DEFERRED):
        flags = LOADING if kind == DEFERRED else 0
        body = data if kind == MESSAGE else {"flags": (data.get("flags") or 0) & EPHEMERAL}
        interaction.answer = _post(world, interaction, body, flags)
    elif kind == UPDATE:
        interaction.answer = interaction.message
        change(world, interaction.message, data)
    elif kind == DEFERRED_UPDATE:
        interaction.answer = interaction.message
    elif kind == MODAL:
        interaction.modal = {**data, "components": number(data["components"])}
    else:
        interaction.choices = data.get("choices") or []


def _post(world: World, interaction: Interaction, body: Json, flags: int = 0) -> Message:
    hidden = (body.get("flags") or 0) & EPHEMERAL
    message = post(
        world,
        interaction.channel,
        body,
        flags=flags,
        type=20 if interaction.type == 2 and not interaction.messages else 0,
        interaction=interaction,
        only_for=interaction.user if hidden else None,
    )
    interaction.messages.append(message)
    return message


def _response_json(world: World, interaction: Interaction) -> Json:
    said: Json = {"id": str(interaction.id), "type": interaction.type}
    resource: Json = {"type": interaction.response_type}
    message = interaction.answer
    if message is not None:
        said |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & LOADING),
            "response_message_ephemeral": message.ephemeral,
        }
        if interaction.response_type in (MESSAGE, DEFERRED, UPDATE):
            resource["message"] = message_json(message, world.bot)
    return {"interaction": said, "resource": resource}


def _of_token(world: World, request: RestRequest) -> Interaction:
    interaction = world.by_token.get(request.path["token"])
    if interaction is None or request.path["application_id"] != str(world.settings.application_id):
        raise RestError(10015)
    if time.monotonic() - interaction.at > world.settings.interaction_token_s:
        interaction.error = 50027
        raise RestError(50027)
    if not interaction.acknowledged:
        raise RestError(10015)
    return interaction


_WEBHOOK = "/webhooks/{application_id}/{token}"


@route("POST", _WEBHOOK, bucket="webhook", major="token", public=True)
def followup(world: World, request: RestRequest) -> Json:
    """A further message; the first after a deferral fills the one that says "thinking"."""
    interaction = _of_token(world, request)
    check_message(request.body, ephemeral_allowed=True)
    if interaction.thinking:
        fill(world, interaction.answer, request.body)
        return message_json(interaction.answer, world.bot)
    return message_json(_post(world, interaction, request.body), world.bot)


def fill(world: World, message: Message, body: Json) -> None:
    """Apply a PATCH to a message of an interaction; it is loading no longer."""
    was = message.flags
    message.flags &= ~LOADING
    try:
        change(world, message, body)
    except RestError:
        message.flags = was
        raise


def _target(world: World, request: RestRequest) -> tuple[Interaction, Message]:
    interaction, name = _of_token(world, request), request.path["message_id"]
    if name == "@original":
        message = interaction.answer
    else:
        known = [*interaction.messages, interaction.message]
        message = next((m for m in known if m is not None and str(m.id) == name), None)
    if message is None or message.deleted_at is not None:
        raise RestError(10008)
    return interaction, message


@route("GET", _WEBHOOK + "/messages/{message_id}", bucket="webhook", major="token", public=True)
def get_answer(world: World, request: RestRequest) -> Json:
    return message_json(_target(world, request)[1], world.bot)


@route("PATCH", _WEBHOOK + "/messages/{message_id}", bucket="webhook", major="token", public=True)
def edit_answer(world: World, request: RestRequest) -> Json:
    message = _target(world, request)[1]
    kept = message.flags & ~(EPHEMERAL | LOADING)
    check_message({"flags": kept, **request.body}, new=False)
    fill(world, message, request.body)
    return message_json(message, world.bot)


@route("DELETE", _WEBHOOK + "/messages/{message_id}", bucket="webhook", major="token", public=True)
def delete_answer(world: World, request: RestRequest) -> None:
    world.remove_message(_target(world, request)[1])
