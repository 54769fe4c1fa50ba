"""The methods of agents: sessions with their status, and the check of blocks before they are sent.

https://docs.slack.dev/ai/agent-sessions, https://docs.slack.dev/reference/methods/blocks.validate
"""

from __future__ import annotations

import json
from typing import Any

from devtools.slack.api.base import ApiError, Ask, method
from devtools.slack.api.checks import blocks_problems, view_problems
from devtools.slack.world.model import SESSION_STATUSES

Json = dict[str, Any]
_MOST_TITLE = 200


@method("agents.sessions.setStatus", "chat:write")
def set_status(ask: Ask) -> Json:
    """Set the status of a thread's session, which is made if there is none."""
    history = _session(ask)
    if ask.need("status") not in SESSION_STATUSES:
        raise ApiError("invalid_arguments")
    if len(ask.args.get("title") or "") > _MOST_TITLE:
        raise ApiError("title_too_long")
    title = history[-1]["title"] if history else ask.args.get("title") or ""
    history.append({"status": ask.args["status"], "title": title})
    ask.world.changed()
    return {"status": ask.args["status"], "agent_status": ask.args["status"], "title": title}


@method("agents.sessions.rename", "chat:write")
def rename(ask: Ask) -> Json:
    """Give a session another title."""
    history = _session(ask)
    if not history:
        raise ApiError("session_not_found")
    history.append(history[-1] | {"title": ask.need("title")})
    ask.world.changed()
    return {"title": ask.args["title"]}


@method("blocks.validate")
def validate(ask: Ask) -> Json:
    """Check one message, one view or one list of blocks."""
    given = {name: ask.args[name] for name in ("blocks", "message", "view") if ask.args.get(name)}
    if len(given) != 1:
        raise ApiError("invalid_arguments")
    ((name, value),) = given.items()
    value = json.loads(value) if isinstance(value, str) else value
    if name == "view":
        problems = view_problems(value)
    else:
        problems = blocks_problems(value if name == "blocks" else value.get("blocks") or [])
    if problems:
        errors = [{"code": "failed_constraint", "message": one} for one in problems]
        raise ApiError(f"invalid_{name}", errors=errors)
    return {}


def _session(ask: Ask) -> list[Json]:
    if not ask.team.is_agent:
        raise ApiError("not_allowed_token_type")
    ask.args["channel"] = ask.need("channel_id")
    channel, thread = ask.channel(), ask.need("thread_ts")
    if thread not in channel.messages:
        raise ApiError("thread_not_found")
    return ask.world.sessions.setdefault((channel.id, thread), [])
