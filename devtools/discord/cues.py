"""Faults on cue: requests that fail, a gateway that drops, is silent or sends garbage."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from devtools.discord.api.faults import RestFault
from devtools.discord.events.gateway import INVALID_SESSION, RECONNECT, Connection
from devtools.discord.events.sessions import Event
from devtools.discord.world.world import World


class Cues(World):
    """Faults on cue; `connections` are the open sockets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.timers: set[asyncio.TimerHandle] = set()

    @property
    def online(self) -> bool:
        """Return whether a client is connected and has identified or resumed."""
        return any(session.out is not None for session in self.sessions.values())

    def fail_next(
        self,
        method: str,
        path: str,
        kind: str,
        *,
        times: int = 1,
        retry_after_s: float = 1.0,
        scope: str = "user",
        via: bool = True,
        delay_s: float = 0.0,
        after: bool = False,
        code: int = 0,
    ) -> RestFault:
        """Let the next `times` requests fail whose path (without /api/v10) matches a pattern.

        Args:
            method: GET, POST, …, or "*".
            path: A regular expression that is searched for, `r"/messages$"`.
            kind: "429", an HTTP status ("500", "502", "403", "404", …), "reset" (the connection
                is cut) or "slow" (answered after `delay_s`).
            times: How often.
            retry_after_s: Of a 429.
            scope: Of a 429: "user", "shared" or "global".
            via: Whether a 429 has the Via header; discord.py raises at once without it.
            delay_s: Waited before anything else, whatever the kind.
            after: Fail only after the request has taken effect.
            code: Discord's error code of a 400, 403 or 404.
        """
        known = ("reset", "slow")
        if kind not in known and not kind.isdigit():
            raise ValueError(f"{kind!r} is neither a status nor one of {known}")
        pattern = re.compile(path)
        fault = RestFault(
            method, pattern, kind, times, retry_after_s, scope, via, delay_s, after, code
        )
        self.faults.queue.append(fault)
        return fault

    def redeliver(self, event: Event | None = None) -> Event:
        """Send an event once more, the last one by default, under a new sequence number."""
        again = event or self.events[-1]
        self.send_event(again)
        return again

    async def drop_connection(self, code: int = 4000) -> None:
        """Close all sockets with a code; 1006 cuts them without one. Sessions can be resumed."""
        for connection in list(self.connections):
            if code == 1006:
                connection.leave()
                if connection.transport is not None:
                    connection.transport.abort()
            else:
                await connection.close(code)

    async def send_reconnect(self) -> None:
        """Op 7: clients close and resume."""
        for connection in list(self.connections):
            connection.send(RECONNECT, None)

    async def invalidate_session(self, *, resumable: bool = False) -> None:
        """Op 9: clients resume, or identify anew."""
        if not resumable:
            self.forget_sessions()
        for connection in list(self.connections):
            connection.send(INVALID_SESSION, resumable)

    def forget_sessions(self) -> None:
        """Forget all sessions, so that none is resumed; connections stay open without events."""
        self.sessions.clear()

    def go_silent(self) -> None:
        """Send nothing over the gateway: no heartbeat acks, no events (they are kept)."""
        self.silent = True

    def speak_again(self) -> None:
        """End `go_silent`; what was not sent meanwhile comes by a resume only."""
        self.silent = False

    async def send_garbage(self, text: str = "{not json") -> None:
        """A frame that is no JSON."""
        for connection in list(self.connections):
            await connection.write_now(text.encode())

    def stop_timers(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
