"""The page of `make dev-slack`: a person's view of the local Slack, live, in a browser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from devtools.slack.events.delivery import Delivery
from devtools.slack.server import Slack
from devtools.slack.world.model import Channel, Message, SurfaceView
from devtools.slack.world.people import Person

Json = dict[str, Any]
_PAGE = Path(__file__).with_name("page.html")
_SHOWN = 300  # messages of a channel
_PACE_S = 0.05


class SlackPage:
    """Serves the page, what it shows, and what is done on it."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._world = slack.world

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to be served beside the Web API."""
        return [
            web.get("/", self._page),
            web.get("/ui/live", self._live),
            web.post("/ui/do", self._do),
        ]

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE)

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(heartbeat=20)
        await ws.prepare(request)
        viewer = [next(iter(self._people())).id]
        changed = asyncio.Event()
        changed.set()
        self._world.listeners.append(changed.set)
        sending = asyncio.create_task(self._send(ws, viewer, changed))
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT and message.data in self._world.profiles:
                    viewer[0] = message.data
                    changed.set()
        finally:
            self._world.listeners.remove(changed.set)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return ws

    async def _send(
        self, ws: web.WebSocketResponse, viewer: list[str], changed: asyncio.Event
    ) -> None:
        while True:
            await changed.wait()
            changed.clear()
            person = self._world.profiles[viewer[0]]
            await ws.send_str(orjson.dumps(self._seen_by(person)).decode())
            await asyncio.sleep(_PACE_S)  # many edits at once are one picture

    async def _do(self, request: web.Request) -> web.Response:
        body = await request.json()
        person = self._world.profiles[body["person"]]
        try:
            delivery = await self._done(person, body)
        except LookupError as error:
            return web.json_response({"error": str(error)})
        if delivery is None:
            return web.json_response({})
        if delivery.acked_at is None:
            return web.json_response({"error": "앱이 제때 응답하지 않았습니다."})
        return web.json_response({"errors": delivery.answer.get("errors")})

    async def _done(self, person: Person, body: Json) -> Delivery | None:
        channel = self._world.channels.get(body.get("channel", ""))
        view = self._view(body["view"]) if body.get("view") else None
        message = self._message(channel, body["ts"]) if body.get("ts") else None
        match body["do"]:
            case "say":
                return await self._say(person, channel, body)
            case "press":
                return await person.press(view or message, body["what"])
            case "submit":
                return await person.submit(view, body["values"])
            case "shortcut":
                return await person.shortcut(message, body["callback_id"])
            case "close":
                view.open = False
                self._world.changed()
            case "react" | "edit" | "delete":
                await _change(person, message, body)
            case "home":
                await person.open_home()
            case "pane":
                await person.open_assistant_pane()
        return None

    async def _say(self, person: Person, channel: Channel, body: Json) -> Delivery | None:
        text = body["text"].strip()
        if text.startswith("/"):
            name, _, rest = text.partition(" ")
            return await person.command(name, rest, channel=channel)
        bot = self._world.profiles[person.team.bot_user_id]
        text = text.replace(f"@{bot.name}", f"<@{bot.id}>")
        await person.say(channel, text, thread=body.get("thread"))
        return None

    def _message(self, channel: Channel, ts: str) -> Message:
        private = [message for message in self._world.ephemerals if message.ts == ts]
        return private[0] if private else channel.messages[ts]

    def _view(self, view_id: str) -> SurfaceView:
        every = [*self._world.views, *self._world.homes.values()]
        return next(view for view in every if view.id == view_id)

    def _people(self) -> list[Person]:
        return [one for one in self._world.profiles.values() if isinstance(one, Person)]

    def _seen_by(self, person: Person) -> Json:
        mine = [c for c in self._world.channels.values() if person.id in c.members]
        modal = person.modal
        return {
            "me": person.id,
            "connected": self._slack.sockets,
            "limited": self._slack.limited(),
            "bot": self._world.profiles[person.team.bot_user_id].name,
            "names": {one.id: one.name for one in self._world.profiles.values()}
            | {group.id: group.name for group in person.team.groups.values()},
            "people": [one.id for one in self._people()],
            "channels": [self._channel(channel, person) for channel in mine],
            "modal": _shown_view(modal) if modal else None,
            "home": _shown_view(person.home) if person.home else None,
        }

    def _channel(self, channel: Channel, person: Person) -> Json:
        shown = list(channel.messages.values())[-_SHOWN:] + person.ephemerals(channel)
        panes = [pane for pane in self._world.panes.values() if pane.channel is channel]
        return {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "has_bot": channel.has_bot,
            "messages": [_shown(message) for message in sorted(shown, key=lambda m: m.ts)],
            "statuses": {p.thread_ts: p.statuses[-1] for p in panes if p.statuses},
            "prompts": {p.thread_ts: p.prompts[-1] for p in panes if p.prompts},
        }


async def _change(person: Person, message: Message, body: Json) -> None:
    match body["do"]:
        case "react":
            mine = (body["name"], person.id) in message.reactions
            await (person.unreact if mine else person.react)(message, body["name"])
        case "edit":
            await person.edit(message, body["text"])
        case "delete":
            await person.delete(message)


def _shown(message: Message) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "bot": bool(message.bot_id),
        "text": message.text,
        "blocks": message.blocks,
        "thread": message.thread_ts if message.thread_ts != message.ts else None,
        "edits": len(message.history) - 1,
        "streaming": message.is_streaming(),
        "ephemeral": message.ephemeral_for is not None,
        "notified": message.notified,
        "reactions": {
            name: message.reacted(name) for name in dict.fromkeys(n for n, _ in message.reactions)
        },
    }


def _shown_view(view: SurfaceView) -> Json:
    return {"id": view.id, "version": len(view.states), **view.payload}
