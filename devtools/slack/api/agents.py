"""The methods of agents: sessions with their status, and the check of blocks before they are sent.

https://docs.slack.dev/ai/agent-sessions, https://docs.slack.dev/reference/methods/blocks.validate
"""

from __future__ import annotations

import json
from typing import Any

from devtools.slack.api.base import MethodCall, WebApiError, method
from devtools.slack.api.checks import blocks_problems, view_problems
from devtools.slack.world.model import SESSION_STATUSES

Json = dict[str, Any]
_MOST_TITLE = 200


@method("agents.sessions.setStatus", "chat:write")
def set_status(call: MethodCall) -> Json:
    """Set the status of a thread's session, which is made if there is none."""
    history = _session(call)
    if call.need("status") not in SESSION_STATUSES:
        raise WebApiError("invalid_arguments")
    if len(call.args.get("title") or "") > _MOST_TITLE:
        raise WebApiError("title_too_long")
    title = history[-1]["title"] if history else call.args.get("title") or ""
    history.append({"status": call.args["status"], "title": title})
    call.world.changed()
    return {"status": call.args["status"], "agent_status": call.args["status"], "title": title}


@method("agents.sessions.rename", "chat:write")
def rename(call: MethodCall) -> Json:
    """Give a session another title."""
    history = _session(call)
    if not history:
        raise WebApiError("session_not_found")
    history.append(history[-1] | {"title": call.need("title")})
    call.world.changed()
    return {"title": call.args["title"]}


@method("blocks.validate")
def validate(call: MethodCall) -> Json:
    """Check one message, one view or one list of blocks."""
    given = {name: call.args[name] for name in ("blocks", "message", "view") if call.args.get(name)}
    if len(given) != 1:
        raise WebApiError("invalid_arguments")
    ((name, value),) = given.items()
    value = json.loads(value) if isinstance(value, str) else value
    if name == "view":
        problems = view_problems(value)
    else:
        problems = blocks_problems(value if name == "blocks" else value.get("blocks") or [])
    if problems:
        errors = [{"code": "failed_constraint", "message": one} for one in problems]
        raise WebApiError(f"invalid_{name}", errors=errors)
    return {}


def _session(call: MethodCall) -> list[Json]:
    if not call.team.is_agent:
        raise WebApiError("not_allowed_token_type")
    call.args["channel"] = call.need("channel_id")
    channel, thread = call.channel(), call.need("thread_ts")
    if thread not in channel.messages:
        raise WebApiError("thread_not_found")
    return call.world.sessions.setdefault((channel.id, thread), [])
