"""The views.* and assistant.threads.* methods.

https://docs.slack.dev/reference/methods?family=views
"""

from __future__ import annotations

import time
from typing import Any

from devtools.slack.api.base import MethodCall, WebApiError, method, with_ids
from devtools.slack.api.checks import view_problems
from devtools.slack.world.model import Pane, SurfaceView, Team

Json = dict[str, Any]


@method("views.open")
def views_open(call: MethodCall) -> Json:
    """Open a modal, within three seconds of the interaction that it answers."""
    payload = checked_view(call.args.get("view"), "modal")
    user, _ = _pulled(call)
    return {"view": open_view(call.world, call.team, user, payload).as_json()}


@method("views.push")
def views_push(call: MethodCall) -> Json:
    """Open a modal over the one that the trigger came from."""
    payload = checked_view(call.args.get("view"), "modal")
    user, parent = _pulled(call)
    view = open_view(call.world, call.team, user, payload)
    view.parent = parent
    return {"view": view.as_json()}


@method("views.update")
def views_update(call: MethodCall) -> Json:
    """Show something else in an open modal."""
    payload = checked_view(call.args.get("view"), "modal")
    view_id, external = call.args.get("view_id"), call.args.get("external_id")
    for view in call.world.views:
        named = view.id == view_id or (external and view.payload.get("external_id") == external)
        if named and view.open and view.team is call.team:
            if call.args.get("hash") not in (None, "", str(len(view.states))):
                raise WebApiError("hash_conflict")
            view.show(payload)
            call.world.changed()
            return {"view": view.as_json()}
    raise WebApiError("not_found")


@method("views.publish")
def views_publish(call: MethodCall) -> Json:
    """Show a person's home."""
    payload = checked_view(call.args.get("view"), "home")
    user = call.need("user_id")
    if user not in call.world.profiles:
        raise WebApiError("user_not_found")
    view = call.world.homes.get(user)
    if view is None:
        view = call.world.homes[user] = SurfaceView(
            call.world.ids.next("V"), call.team, user, payload
        )
    view.show(payload)
    call.world.changed()
    return {"view": view.as_json()}


@method("assistant.threads.setStatus", "assistant:write", "chat:write")
def set_status(call: MethodCall) -> Json:
    """Say what the app is doing; "" says nothing any more.

    In channels since 2026-03-05: https://docs.slack.dev/changelog/2026/03/05/set-status-scope-update
    """
    in_channel = not call.need("channel_id").startswith("D")
    if in_channel and not (call.team.is_agent or call.team.shows_status):
        raise WebApiError("method_not_supported_for_channel_type")
    _pane(call).statuses.append(call.args.get("status") or "")
    call.world.changed()
    return {}


@method("assistant.threads.setTitle", "assistant:write")
def set_title(call: MethodCall) -> Json:
    """Name the thread."""
    _pane(call).titles.append(call.need("title"))
    call.world.changed()
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_prompts(call: MethodCall) -> Json:
    """Offer up to four prompts: an agent in its direct messages, an assistant in a thread."""
    prompts = call.args.get("prompts") or []
    if not 1 <= len(prompts) <= 4 or any({"title", "message"} - one.keys() for one in prompts):
        raise WebApiError("invalid_arguments")
    if call.team.is_agent and not call.args.get("thread_ts"):
        call.args["channel"] = call.need("channel_id")
        call.world.prompts[call.channel().id] = prompts
    else:
        _pane(call).prompts.append(prompts)
    call.world.changed()
    return {}


def checked_view(view: Any, kind: str) -> Json:
    """The view, with block ids.

    Raises:
        WebApiError: `invalid_arguments`, as Slack says for a view it refuses.
    """
    problems = view_problems(view)
    if not problems and view["type"] != kind:
        problems.add(f"must be a {kind}", "/view/type")
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise WebApiError("invalid_arguments", response_metadata={"messages": messages})
    return view | {"blocks": with_ids(view["blocks"])}


def open_view(world: Any, team: Team, user: str, payload: Json) -> SurfaceView:
    """A modal in front of a person."""
    view = SurfaceView(world.ids.next("V"), team, user, payload, [payload])
    world.views.append(view)
    world.changed()
    return view


def _pulled(call: MethodCall) -> tuple[str, SurfaceView | None]:
    trigger = call.world.triggers.get(call.args.get("trigger_id") or "")
    if trigger is None:
        raise WebApiError(
            "invalid_trigger_id" if call.args.get("trigger_id") else "invalid_arguments"
        )
    user, made_at, view = trigger
    if made_at == 0:
        raise WebApiError("exchanged_trigger_id")
    if time.monotonic() - made_at > call.world.trigger_lasts_s:
        raise WebApiError("expired_trigger_id")
    call.world.triggers[call.args["trigger_id"]] = (user, 0, view)
    return user, view


def _pane(call: MethodCall) -> Pane:
    call.args["channel"] = call.need("channel_id")
    channel = call.channel()
    ts = call.need("thread_ts")
    if ts not in channel.messages:
        raise WebApiError("invalid_thread_ts")
    return call.world.panes.setdefault((channel.id, ts), Pane(channel, ts))
