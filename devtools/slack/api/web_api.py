"""The Web API over HTTP: tokens, scopes, limits, failures on cue, and the table of methods.

https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from devtools.slack.api import agents, chat, conversations, files, views
from devtools.slack.api.base import METHODS, MethodCall, WebApiError, checked_blocks, with_ids
from devtools.slack.api.limits import Limits
from devtools.slack.world.model import Message, RecordedCall, ResponseUrl, Team
from devtools.slack.world.world import World

Json = dict[str, Any]
_USES_OF_A_RESPONSE_URL = 5
_METHODS_IN = (
    agents,
    chat,
    conversations,
    files,
    views,
)  # imported for what they enter in the table
_JSON_FIELDS = ("blocks", "view", "metadata", "chunks", "prompts", "attachments", "files")


@dataclass(slots=True)
class WebApiFault:
    """A fault of the next call of `method`, "*" for any, "response_url" for those.

    `kind` is 429, 500, reset (dropped before it is done), reset_after (done, the answer lost), slow
    (`seconds` late) or error (`error` is the code).
    """

    method: str
    kind: str
    retry_after: int = 1
    seconds: float = 1.0
    error: str = "internal_error"


@dataclass
class WebApi:
    """Answers `/api/{method}` and `/response/{key}`."""

    world: World
    limits: Limits
    app_token: str
    open_socket: Any
    faults: deque[WebApiFault] = field(default_factory=deque)
    unknown: set[str] = field(default_factory=set)

    async def serve(self, request: web.Request) -> web.Response:
        """One call of a method."""
        started = time.monotonic()
        name = request.match_info["method"]
        args = await _arguments(request)
        token = args.pop("token", None) or _bearer(request)
        team = next((t for t in self.world.teams.values() if t.bot_token == token), None)
        call = RecordedCall(started, name, args, team.id if team else "")
        self.world.calls.append(call)
        fault = self._fault(name)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "reset":
            return _dropped(request, call)
        answer = self._failed(fault, call) or self._answer(name, args, token, team, call)
        if fault and fault.kind == "reset_after":
            return _dropped(request, call)
        call.took_s = time.monotonic() - started
        self.world.changed()
        return answer

    async def respond(self, request: web.Request) -> web.Response:
        """A message by way of a response_url."""
        url = self.world.response_urls.get(request.match_info["key"])
        if url is None:
            return web.Response(status=404, text="No service")
        call = RecordedCall(
            time.monotonic(), "response_url", await request.json(), url.channel.team.id
        )
        self.world.calls.append(call)
        fault = self._fault("response_url")
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "reset":
            return _dropped(request, call)
        if failed := self._failed(fault, call):
            return failed
        url.uses += 1
        if call.at - url.made_at > self.world.url_lasts_s:
            call.status, call.error = 404, "expired_url"
        elif url.uses > _USES_OF_A_RESPONSE_URL:
            call.status, call.error = 404, "used_url"
        else:
            try:
                self._respond(url, call.args)
            except WebApiError as error:
                call.status, call.error = 400, error.args[0]
        self.world.changed()
        return web.Response(status=call.status, text=call.error or "ok")

    def _fault(self, name: str) -> WebApiFault | None:
        for fault in self.faults:
            if fault.method in (name, "*"):
                self.faults.remove(fault)
                return fault
        return None

    def _failed(self, fault: WebApiFault | None, call: RecordedCall) -> web.Response | None:
        match fault:
            case WebApiFault(kind="429"):
                return _limited(call, fault.retry_after)
            case WebApiFault(kind="500"):
                call.status, call.error = 500, "HTTP 500"
                return web.Response(status=500, text="Internal Server Error")
            case WebApiFault(kind="error"):
                return _refused(call, WebApiError(fault.error))
        return None

    def _answer(
        self, name: str, args: Json, token: str | None, team: Team | None, call: RecordedCall
    ) -> web.Response:
        try:
            if name == "apps.connections.open":
                return self._open_connection(token, call)
            if name == "oauth.v2.access":
                return _json(self._exchange(args))
            if name not in METHODS or name in self.unknown:
                return _refused(call, WebApiError("unknown_method", req_method=name))
            function, scopes = METHODS[name]
            team = _allowed(token, team, scopes)
            seconds = self.limits.refused_s(team.id, name, str(args.get("channel", "")))
            if seconds:
                return _limited(call, seconds)
            if "limit" in args:
                args = args | {"limit": self.limits.page_of(name, int(args["limit"]))}
            return _json({"ok": True} | function(MethodCall(self.world, team, args)), team)
        except WebApiError as error:
            return _refused(call, error)

    def _open_connection(self, token: str | None, call: RecordedCall) -> web.Response:
        if token != self.app_token:
            raise WebApiError("invalid_auth" if token else "not_authed")
        if seconds := self.limits.refused_s("app", "apps.connections.open"):
            return _limited(call, seconds)
        address = self.world.base_url.replace("http", "ws", 1)
        return _json({"ok": True, "url": f"{address}/link/?ticket={self.open_socket()}"})

    def _exchange(self, args: Json) -> Json:
        team = self.world.teams.get(str(args.get("code", "")).removeprefix("code-"))
        if team is None:
            raise WebApiError("invalid_code")
        return {
            "ok": True,
            "app_id": "A0LOCAL",
            "access_token": team.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(team.scopes)),
            "bot_user_id": team.bot_user_id,
            "team": {"id": team.id, "name": team.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U0INSTALLER"},
        }

    def _respond(self, url: ResponseUrl, body: Json) -> None:
        if body.get("delete_original"):
            return _remove(self.world, url.message)
        text, blocks = body.get("text") or "", body.get("blocks") or []
        if not text and not blocks:
            raise WebApiError("no_text")
        checked_blocks(blocks)
        blocks = with_ids(blocks)
        if body.get("replace_original") and url.message:
            if url.message.ephemeral_for:
                url.message.rewrite(text, blocks)
                return self.world.changed()
            return self.world.rewrite(url.message, text, blocks)
        thread_ts = body.get("thread_ts") or (url.message and url.message.thread_ts)
        if body.get("response_type", "ephemeral") == "ephemeral":
            chat.ephemeral(self.world, url.channel, url.user, text, blocks, thread_ts=thread_ts)
        else:
            team = url.channel.team
            more: Json = {"blocks": blocks, "thread_ts": thread_ts, "bot_id": team.bot_id}
            self.world.post(url.channel, team.bot_user_id, text, **more)
        return None


async def _arguments(request: web.Request) -> Json:
    body = await request.read()
    if request.content_type == "application/json":
        return orjson.loads(body or b"{}")
    args: Json = dict(request.query)
    if request.content_type.startswith("multipart/"):
        args |= dict(await request.post())
    else:
        args |= parse_qsl(body.decode())
    for name in _JSON_FIELDS:
        if isinstance(args.get(name), str):
            try:
                args[name] = orjson.loads(args[name])
            except orjson.JSONDecodeError:
                args[name] = [args[name]]  # refused by its check, as no block
    return args


def _bearer(request: web.Request) -> str | None:
    return request.headers.get("Authorization", "").removeprefix("Bearer ") or None


def _allowed(token: str | None, team: Team | None, scopes: frozenset[str]) -> Team:
    if not token:
        raise WebApiError("not_authed")
    if team is None:
        raise WebApiError("invalid_auth")
    if team.revoked:
        raise WebApiError("token_revoked")
    if scopes and not scopes & team.scopes:
        needed, provided = ",".join(sorted(scopes)), ",".join(sorted(team.scopes))
        raise WebApiError("missing_scope", needed=needed, provided=provided)
    return team


def _json(answer: Json, team: Team | None = None) -> web.Response:
    headers = {"X-OAuth-Scopes": ",".join(sorted(team.scopes))} if team else None
    return web.Response(body=orjson.dumps(answer), content_type="application/json", headers=headers)


def _refused(call: RecordedCall, error: WebApiError) -> web.Response:
    call.error = error.args[0]
    return _json({"ok": False, "error": call.error} | error.more)


def _limited(call: RecordedCall, seconds: int) -> web.Response:
    call.status, call.error = 429, "ratelimited"
    return web.Response(
        status=429,
        headers={"Retry-After": str(seconds)},
        body=b'{"ok":false,"error":"ratelimited"}',
        content_type="application/json",
    )


def _dropped(request: web.Request, call: RecordedCall) -> web.Response:
    call.status, call.error = 0, call.error or "reset"
    if request.transport:
        request.transport.abort()
    return web.Response()


def _remove(world: World, message: Message | None) -> None:
    if message is None:
        return
    if message.ephemeral_for:
        message.deleted = True
        world.ephemerals.remove(message)
        world.changed()
    else:
        world.remove(message)
