"""A platform of one channel that people read: strict, slow and unreliable as it is told to be."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field

from core.errors import (
    MessageGoneError,
    PlatformError,
    PlatformRefusedError,
    RateLimitedError,
)
from core.messaging.delivery.pacer import Pacer
from core.messaging.delivery.window import Window
from core.types import View


def now() -> float:
    return asyncio.get_running_loop().time()


class Bucket:
    """Counts as a platform does: at most `limit` calls in any `window_s`, or a refusal."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self.window_s = limit, window_s
        self.times: deque[float] = deque()
        self.refused = 0

    def take(self) -> None:
        while self.times and self.times[0] <= now() - self.window_s:
            self.times.popleft()
        if len(self.times) >= self.limit:
            self.refused += 1
            raise RateLimitedError("slow down", retry_after_s=self.window_s)
        self.times.append(now())


@dataclass
class Message:
    """What one message showed, and when."""

    states: list[tuple[float, str, bool]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.states[-1][1]


@dataclass
class Wall:
    """Where the messages hang; `trouble` is the share of calls that fail, half of them late."""

    edit_limit: int = 50
    edit_window_s: float = 60.0
    post_limit: int = 5
    post_window_s: float = 5.0
    latency_s: float = 0.1
    trouble: float = 0.0
    page_chars: int = 10_000
    seed: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    deleted: dict[str, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.edits = Bucket(self.edit_limit, self.edit_window_s)
        self.posts = Bucket(self.post_limit, self.post_window_s)
        self.edit_pacer = Pacer(Window(self.edit_limit, self.edit_window_s))
        self.post_pacer = Pacer(Window(self.post_limit, self.post_window_s))
        self.random = random.Random(self.seed)  # noqa: S311 - not for secrets
        self.owners: dict[str, str] = {}
        self.posted = asyncio.Event()

    async def call(self, change) -> None:
        """Apply a change somewhere in the time that the call takes, or fail before or after it."""
        delay = self.latency_s * (0.5 + self.random.random())
        await asyncio.sleep(delay / 2)
        unlucky = self.random.random() < self.trouble
        if unlucky and self.random.random() < 0.5:
            raise PlatformError("lost on the way there")
        change()
        await asyncio.sleep(delay / 2)
        if unlucky:
            raise PlatformError("lost on the way back")


class WallReply:
    """Implements `Reply` with pages of (text, whether it ends here)."""

    def __init__(self, wall: Wall, answer: str) -> None:
        self.wall, self.answer = wall, answer
        self.posts, self.edits = wall.post_pacer, wall.edit_pacer

    async def hint(self, view: View) -> None:
        pass

    def render(self, view: View):
        text = view.text or view.status
        size = self.wall.page_chars
        pieces = [text[at : at + size] for at in range(0, max(len(text), 1), size)]
        last = len(pieces) - 1
        pieces[last] += view.note
        return [(piece, view.done and place == last) for place, piece in enumerate(pieces)]

    async def post(self, page, place: int) -> str:
        reference = f"m{len(self.wall.owners)}"

        def change() -> None:
            self.wall.posts.take()
            self.wall.messages[reference] = Message([(now(), *page)])
            self.wall.posted.set()

        self.wall.owners[reference] = self.answer
        await self.wall.call(change)
        return reference

    async def edit(self, reference: str, page) -> None:
        def change() -> None:
            self.wall.edits.take()
            if reference not in self.wall.messages:
                raise MessageGoneError("it was deleted")
            self.wall.messages[reference].states.append((now(), *page))

        await self.wall.call(change)

    async def delete(self, reference: str) -> None:
        if reference in self.wall.messages:
            self.wall.deleted[reference] = self.wall.messages.pop(reference)

    async def attach(self, file) -> None:
        raise PlatformRefusedError("it takes no files")

    async def show_privately(self, view: View) -> None:
        raise PlatformRefusedError("there is one wall")

    async def abandon(self) -> None:
        pass

    async def find(self):
        return [ref for ref in self.wall.messages if self.wall.owners[ref] == self.answer]
