"""The views.* and assistant.threads.* methods.

https://docs.slack.dev/reference/methods?family=views
"""

from __future__ import annotations

import time
from typing import Any

from devtools.slack.api.base import ApiError, Ask, method, with_ids
from devtools.slack.api.checks import view_problems
from devtools.slack.world.model import Pane, SurfaceView, Team

Json = dict[str, Any]


@method("views.open")
def views_open(ask: Ask) -> Json:
    """Open a modal, within three seconds of the interaction that it answers."""
    payload = checked_view(ask.args.get("view"), "modal")
    user, _ = _pulled(ask)
    return {"view": open_view(ask.world, ask.team, user, payload).as_json()}


@method("views.push")
def views_push(ask: Ask) -> Json:
    """Open a modal over the one that the trigger came from."""
    payload = checked_view(ask.args.get("view"), "modal")
    user, parent = _pulled(ask)
    view = open_view(ask.world, ask.team, user, payload)
    view.parent = parent
    return {"view": view.as_json()}


@method("views.update")
def views_update(ask: Ask) -> Json:
    """Show something else in an open modal."""
    payload = checked_view(ask.args.get("view"), "modal")
    view_id, external = ask.args.get("view_id"), ask.args.get("external_id")
    for view in ask.world.views:
        named = view.id == view_id or (external and view.payload.get("external_id") == external)
        if named and view.open and view.team is ask.team:
            if ask.args.get("hash") not in (None, "", str(len(view.states))):
                raise ApiError("hash_conflict")
            view.show(payload)
            ask.world.changed()
            return {"view": view.as_json()}
    raise ApiError("not_found")


@method("views.publish")
def views_publish(ask: Ask) -> Json:
    """Show a person's home."""
    payload = checked_view(ask.args.get("view"), "home")
    user = ask.need("user_id")
    if user not in ask.world.profiles:
        raise ApiError("user_not_found")
    view = ask.world.homes.get(user)
    if view is None:
        view = ask.world.homes[user] = SurfaceView(ask.world.ids.next("V"), ask.team, user, payload)
    view.show(payload)
    ask.world.changed()
    return {"view": view.as_json()}


@method("assistant.threads.setStatus", "assistant:write", "chat:write")
def set_status(ask: Ask) -> Json:
    """Say what the app is doing; "" says nothing any more.

    In channels since 2026-03-05: https://docs.slack.dev/changelog/2026/03/05/set-status-scope-update
    """
    in_channel = not ask.need("channel_id").startswith("D")
    if in_channel and not (ask.team.is_agent or ask.team.shows_status):
        raise ApiError("method_not_supported_for_channel_type")
    _pane(ask).statuses.append(ask.args.get("status") or "")
    ask.world.changed()
    return {}


@method("assistant.threads.setTitle", "assistant:write")
def set_title(ask: Ask) -> Json:
    """Name the thread."""
    _pane(ask).titles.append(ask.need("title"))
    ask.world.changed()
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_prompts(ask: Ask) -> Json:
    """Offer up to four prompts: an agent in its direct messages, an assistant in a thread."""
    prompts = ask.args.get("prompts") or []
    if not 1 <= len(prompts) <= 4 or any({"title", "message"} - one.keys() for one in prompts):
        raise ApiError("invalid_arguments")
    if ask.team.is_agent and not ask.args.get("thread_ts"):
        ask.args["channel"] = ask.need("channel_id")
        ask.world.prompts[ask.channel().id] = prompts
    else:
        _pane(ask).prompts.append(prompts)
    ask.world.changed()
    return {}


def checked_view(view: Any, kind: str) -> Json:
    """The view, with block ids.

    Raises:
        ApiError: `invalid_arguments`, as Slack says for a view it refuses.
    """
    problems = view_problems(view)
    if not problems and view["type"] != kind:
        problems.add(f"must be a {kind}", "/view/type")
    if problems:
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise ApiError("invalid_arguments", response_metadata={"messages": messages})
    return view | {"blocks": with_ids(view["blocks"])}


def open_view(world: Any, team: Team, user: str, payload: Json) -> SurfaceView:
    """A modal in front of a person."""
    view = SurfaceView(world.ids.next("V"), team, user, payload, [payload])
    world.views.append(view)
    world.changed()
    return view


def _pulled(ask: Ask) -> tuple[str, SurfaceView | None]:
    trigger = ask.world.triggers.get(ask.args.get("trigger_id") or "")
    if trigger is None:
        raise ApiError("invalid_trigger_id" if ask.args.get("trigger_id") else "invalid_arguments")
    user, made_at, view = trigger
    if made_at == 0:
        raise ApiError("exchanged_trigger_id")
    if time.monotonic() - made_at > ask.world.trigger_lasts_s:
        raise ApiError("expired_trigger_id")
    ask.world.triggers[ask.args["trigger_id"]] = (user, 0, view)
    return user, view


def _pane(ask: Ask) -> Pane:
    ask.args["channel"] = ask.need("channel_id")
    channel = ask.channel()
    ts = ask.need("thread_ts")
    if ts not in channel.messages:
        raise ApiError("invalid_thread_ts")
    return ask.world.panes.setdefault((channel.id, ts), Pane(channel, ts))
