"""The gateway: one web socket a connection, sessions that outlive it.

https://discord.com/developers/docs/events/gateway
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
import zlib
from collections import deque
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from devtools.discord.api.guilds import application_json
from devtools.discord.api.payloads import guild_json, member_json, user_json
from devtools.discord.events.sessions import Session
from devtools.discord.world.model import INTENTS, PRIVILEGED, Json
from devtools.discord.world.world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11
_BEAT_S = 0.02


class Connection:
    """One client's socket: what it sends is handled here, what it gets goes through `out`."""

    def __init__(
        self,
        world: World,
        socket: web.WebSocketResponse,
        compress: str,
        transport: asyncio.Transport | None,
    ) -> None:
        self.world = world
        self.socket = socket
        self.out: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.session: Session | None = None
        self.transport = transport
        self._deflate = zlib.compressobj(1) if compress == "zlib-stream" else None

    async def run(self) -> None:
        """Serve until one of the two sides closes."""
        writer = asyncio.create_task(self._write())
        interval_ms = int(self.world.settings.heartbeat_interval_s * 1000)
        self.send(HELLO, {"heartbeat_interval": interval_ms})
        try:
            async for frame in self.socket:
                if frame.type is not WSMsgType.TEXT:
                    await self.close(4002)
                    break
                await self._receive(frame.data)
        finally:
            self.leave()
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer

    def send(self, op: int, data: Any) -> None:
        """Queue a frame that is no event."""
        self.out.put_nowait(orjson.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def close(self, code: int) -> None:
        """Close with one of Discord's codes; the session stays, to be resumed."""
        self.leave()
        await self.socket.close(code=code)

    def leave(self) -> None:
        """Detach from the session, which from now on keeps its events for later."""
        if self.session and self.session.out is self.out:
            self.session.out, self.session.left_at = None, time.monotonic()
            self.world.changed()

    async def write_now(self, frame: bytes) -> None:
        if self._deflate:
            data = self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)
        else:
            await self.socket.send_str(frame.decode())

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while (frame := await self.out.get()) is not None:
                if self.world.silent:
                    continue
                await self.write_now(frame)

    async def _receive(self, text: str) -> None:
        try:
            frame = orjson.loads(text)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            await self.close(4002)
            return
        if op == HEARTBEAT:
            # discord.py notes when it has sent a beat a moment after; an answer before that looks
            # to it as if it had come a whole interval late.
            asyncio.get_running_loop().call_later(_BEAT_S, self.send, HEARTBEAT_ACK, None)
            self.world.changed()
        elif op == IDENTIFY:
            await self._identify(data)
        elif op == RESUME:
            await self._resume(data)
        elif op == REQUEST_MEMBERS:
            self._members(data)
        elif op == PRESENCE:
            self.world.changed()
        else:
            await self.close(4001)

    async def _identify(self, data: Json) -> None:
        world, intents = self.world, data.get("intents")
        if data.get("token") != world.settings.token:
            await self.close(4004)
            return
        if self.session:
            await self.close(4005)
            return
        if not isinstance(intents, int) or intents < 0:
            await self.close(4013)
            return
        forbidden = [name for name in PRIVILEGED if name not in world.settings.privileged]
        if any(intents & INTENTS[name] for name in forbidden):
            await self.close(4014)
            return
        number, of = data.get("shard") or (0, 1)
        if not 0 <= number < of:
            await self.close(4010)
            return
        kept: deque[tuple[int, bytes]] = deque(maxlen=world.settings.replay_events)
        self.session = Session(secrets.token_hex(16), intents, (number, of), kept, out=self.out)
        world.sessions[self.session.id] = self.session
        world.identifies += 1
        self._welcome(self.session)
        world.changed()

    def _welcome(self, session: Session) -> None:
        world = self.world
        guilds = [guild for guild in world.guilds.values() if session.takes(guild.id)]
        head = application_json(world)
        ready = {
            "v": 10,
            "user": user_json(world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": world.gateway_url,
            "shard": list(session.shard),
            "application": {"id": head["id"], "flags": head["flags"]},
        }
        session.push("READY", ready)
        everybody = bool(session.intents & INTENTS["GUILD_MEMBERS"])
        if session.intents & INTENTS["GUILDS"]:
            for guild in guilds:
                if guild.id not in world.settings.unavailable:
                    told = guild_json(guild, world.users, world.bot, everybody=everybody)
                    session.push("GUILD_CREATE", told)

    async def _resume(self, data: Json) -> None:
        world = self.world
        if data.get("token") != world.settings.token:
            await self.close(4004)
            return
        session = world.sessions.get(data.get("session_id", ""))
        missed = session.missed(data.get("seq") or 0) if session else None
        if session is None or missed is None:
            self.send(INVALID_SESSION, data=False)
            return
        for frame in missed:
            self.out.put_nowait(frame)
        session.out, self.session = self.out, session
        session.push("RESUMED", {})
        world.resumes += 1
        world.changed()

    def _members(self, data: Json) -> None:
        """Answer a request for members; without the intent only those that are named."""
        guild = self.world.guilds.get(int(data["guild_id"]))
        if self.session is None or guild is None:
            return
        ids = data.get("user_ids") or []
        wanted = [int(user) for user in (ids if isinstance(ids, list) else [ids])]
        query = data.get("query")
        users = [self.world.users[user] for user in guild.members]
        if wanted:
            users = [user for user in users if user.id in wanted]
        elif query:
            users = [user for user in users if user.name.startswith(query)]
        chunk = {
            "guild_id": str(guild.id),
            "members": [member_json(guild, user) for user in users],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(user) for user in wanted if user not in guild.members],
        }
        nonce = {"nonce": data["nonce"]} if data.get("nonce") else {}
        self.session.push("GUILD_MEMBERS_CHUNK", chunk | nonce)
