"""Socket Mode's side of the server: hello, envelopes, acknowledgements, disconnects, silence.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from devtools.slack.events.delivery import Courier, Delivery

Json = dict[str, Any]
_MAX_SOCKETS = 10


@dataclass(slots=True, eq=False)
class Socket:
    """One open WebSocket; a silent one neither hears nor answers."""

    name: str
    ws: web.WebSocketResponse
    silent: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, frame: Json) -> None:
        """Send without waiting; what fails is found by the missing acknowledgement."""
        if self.silent or self.ws.closed:
            return
        task = asyncio.create_task(self._send(orjson.dumps(frame).decode()))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _send(self, text: str) -> None:
        try:
            await self.ws.send_str(text)
        except (ConnectionError, RuntimeError):
            self.silent = True


class SocketModeServer:
    """The open sockets; an envelope goes to one of them, in turn."""

    def __init__(self, courier: Courier) -> None:
        self.sockets: list[Socket] = []
        self.opened = 0
        self._courier = courier
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._turn = itertools.count()

    def ticket(self) -> str:
        """Return a ticket for the next WebSocket, which is good for once."""
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return ticket

    def __call__(self, delivery: Delivery, *, attempt: int, reason: str) -> str:
        if not self.sockets:
            return ""
        socket = self.sockets[next(self._turn) % len(self.sockets)]
        frame: Json = {
            "envelope_id": delivery.envelope_id,
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            frame |= {"retry_attempt": attempt, "retry_reason": reason}
        socket.send(frame)
        return socket.name

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Handle one WebSocket for as long as it lasts."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False, max_msg_size=0, compress=False)
        await ws.prepare(request)
        socket = Socket(f"socket-{next(self._numbers)}", ws)
        if len(self.sockets) >= _MAX_SOCKETS:
            await ws.send_str(_disconnect_frame("too_many_websockets"))
            await ws.close()
            return ws
        hello = {"type": "hello", "num_connections": len(self.sockets) + 1}
        hello["connection_info"] = {"app_id": "A0LOCAL"}
        hello["debug_info"] = {"host": "local", "approximate_connection_time": 18_060}
        await ws.send_str(orjson.dumps(hello).decode())
        self.sockets.append(socket)
        self.opened += 1
        self._courier.on_change()
        try:
            await self._listen(socket)
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
            for task in list(socket.tasks):
                task.cancel()
            self._courier.on_change()
        return ws

    async def disconnect(self, reason: str, *, close: bool) -> None:
        """Tell every socket to go, and close it unless it is but warned."""
        for socket in list(self.sockets):
            socket.send(orjson.loads(_disconnect_frame(reason)))
            if close:
                self.sockets.remove(socket)
                await asyncio.gather(*socket.tasks)
                await socket.ws.close()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self.sockets):
            if socket.ws._req and socket.ws._req.transport:
                socket.ws._req.transport.abort()

    async def close(self) -> None:
        """Close all."""
        for socket in list(self.sockets):
            if socket.silent:
                self.drop()
            else:
                await socket.ws.close()

    async def _listen(self, socket: Socket) -> None:
        async for message in socket.ws:
            if socket.silent:
                continue
            if message.type is WSMsgType.PING:
                with suppress(ConnectionResetError):  # its process was killed
                    await socket.ws.pong(message.data)
            elif message.type is WSMsgType.TEXT and message.data:
                frame = orjson.loads(message.data)
                if envelope_id := frame.get("envelope_id"):
                    self._courier.acknowledge(envelope_id, frame.get("payload") or {})


def _disconnect_frame(reason: str) -> str:
    debug = {"host": "local"}
    return orjson.dumps({"type": "disconnect", "reason": reason, "debug_info": debug}).decode()
