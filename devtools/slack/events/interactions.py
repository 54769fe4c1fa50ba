"""The payloads of presses, commands, shortcuts and submitted modals.

https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devtools.slack.api.checks import elements_of
from devtools.slack.world.model import Message, SurfaceView
from devtools.slack.world.world import UserProfile, World

Json = dict[str, Any]


def common(world: World, person: UserProfile, kind: str) -> Json:
    """Return the fields that every interaction payload starts with."""
    team = {"id": person.team.id, "domain": "local"}
    home = person.home_team or person.team.id
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": home}
    return {
        "type": kind,
        "user": user,
        "api_app_id": "A0LOCAL",
        "token": "local",
        "team": team,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def press_payload(world: World, person: UserProfile, of: Message | SurfaceView, what: str) -> Json:
    """The `block_actions` payload of pressing what has that action_id, label or value.

    Raises:
        LookupError: Nothing there can be pressed by that name.
    """
    payload = common(world, person, "block_actions")
    action = pressed(of, what) | {"action_ts": world.ids.ts()}
    payload["actions"] = [action]
    if isinstance(of, SurfaceView):
        payload["trigger_id"] = world.new_trigger(person.id, of)
        payload["container"] = {"type": "view", "view_id": of.id}
        return payload | {"view": of.as_json()}
    channel = of.channel
    payload["trigger_id"] = world.new_trigger(person.id)
    payload["container"] = {
        "type": "message",
        "message_ts": of.ts,
        "channel_id": channel.id,
        "is_ephemeral": of.ephemeral_for is not None,
    }
    if of.thread_ts:
        payload["container"]["thread_ts"] = of.thread_ts
    payload["channel"] = {"id": channel.id, "name": shown_name(of)}
    payload["response_url"] = world.new_response_url(channel, person.id, of)
    payload["state"] = {"values": {}}
    if not of.ephemeral_for:
        payload["message"] = of.as_json()
    return payload


def shortcut_payload(world: World, person: UserProfile, message: Message, callback_id: str) -> Json:
    """The `message_action` payload of a shortcut on a message."""
    payload = common(world, person, "message_action")
    channel = message.channel
    return payload | {
        "callback_id": callback_id,
        "trigger_id": world.new_trigger(person.id),
        "response_url": world.new_response_url(channel, person.id, message),
        "action_ts": world.ids.ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": shown_name(message)},
        "message": message.as_json(),
    }


def submit_payload(world: World, person: UserProfile, view: SurfaceView, values: Json) -> Json:
    """The `view_submission` payload; `values` go by action_id or block_id.

    Raises:
        LookupError: A value has no input, or an input that is not optional has no value.
    """
    payload = common(world, person, "view_submission")
    state: Json = {}
    left = dict(values)
    for block in view.payload["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        action_id = element.get("action_id") or "a0"
        key = action_id if action_id in left else block["block_id"]
        value = left.pop(key, element.get("initial_value"))
        if value in (None, "") and not block.get("optional"):
            raise LookupError(f"{block['block_id']}/{action_id} has to be filled in")
        state[block["block_id"]] = {action_id: _input_state(element, value)}
    if left:
        raise LookupError(f"no such inputs: {sorted(left)}")
    shown = view.as_json() | {"state": {"values": state}}
    trigger = world.new_trigger(person.id, view)
    return payload | {"trigger_id": trigger, "view": shown, "response_urls": []}


def pressed(of: Message | SurfaceView, what: str) -> Json:
    """The `actions` entry of what has that action_id, label or value."""
    blocks = of.payload["blocks"] if isinstance(of, SurfaceView) else of.blocks
    names: list[str] = []
    for block in blocks:
        for _, element in elements_of(block):
            for called, action in _actions(element):
                names += called
                if what in called:
                    return action | {"block_id": block["block_id"]}
    raise LookupError(f"nothing to press called {what!r}; there is {names}")


def shown_name(message: Message) -> str:
    """A channel's name in payloads."""
    return "directmessage" if message.channel.kind == "im" else message.channel.name


def _actions(element: Json) -> Iterator[tuple[list[str], Json]]:
    kind, action_id = element["type"], element.get("action_id", "")
    base = {"type": kind, "action_id": action_id}
    if kind == "feedback_buttons":
        for which in ("positive", "negative"):
            one = element[f"{which}_button"]
            called = [one["text"]["text"], one["value"], f"{action_id}:{which}"]
            yield called, base | {"text": one["text"], "value": one["value"]}
    elif "options" in element:
        for option in element["options"]:
            yield [option["text"]["text"], option["value"]], base | {"selected_option": option}
    elif "text" in element:
        action = base | {key: element[key] for key in ("text", "value", "style") if key in element}
        yield [action_id, element["text"]["text"], element.get("value", "")], action


def _input_state(element: Json, value: Any) -> Json:
    kind = element["type"]
    if "options" not in element:
        return {"type": kind, "value": value}
    values = value if isinstance(value, list) else [value]
    chosen = [
        option
        for option in element["options"]
        if option["value"] in values or option["text"]["text"] in values
    ]
    if kind in ("checkboxes", "multi_static_select"):
        return {"type": kind, "selected_options": chosen}
    return {"type": kind, "selected_option": chosen[0] if chosen else None}
