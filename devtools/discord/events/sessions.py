"""Gateway sessions: numbered events, kept so that a client can resume."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from devtools.discord.world.model import Json

if TYPE_CHECKING:
    from devtools.discord.world.model import Channel


@dataclass(frozen=True, slots=True)
class Event:
    """A dispatch before it is any session's; `needs` are intents of which one is enough."""

    name: str
    data: Json
    needs: int = 0
    guild_id: int | None = None
    channel: Channel | None = None
    hides_content: bool = False


@dataclass(slots=True, eq=False)
class Session:
    """One client's session; `out` is the queue of its connection, None while it is offline."""

    id: str
    intents: int
    shard: tuple[int, int]
    kept: deque[tuple[int, bytes]]
    seq: int = 0
    out: asyncio.Queue[bytes | None] | None = None
    left_at: float = 0.0

    def takes(self, guild_id: int | None) -> bool:
        """Return whether events of this guild go to this shard; direct messages go to the first."""
        number, of = self.shard
        return number == 0 if guild_id is None else (guild_id >> 22) % of == number

    def push(self, name: str, data: Json) -> None:
        """Number an event, keep it for a resume, send it if there is a connection."""
        self.seq += 1
        frame = orjson.dumps({"op": 0, "s": self.seq, "t": name, "d": data})
        self.kept.append((self.seq, frame))
        if self.out is not None:
            self.out.put_nowait(frame)

    def missed(self, seq: int) -> list[bytes] | None:
        """Return the events after `seq`; None if they are not known any more."""
        if seq > self.seq or (self.kept and seq < self.kept[0][0] - 1):
            return None
        return [frame for number, frame in self.kept if number > seq]
