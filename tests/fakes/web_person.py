"""A person at the page, as its script behaves: asks, follows streams, comes back after a break."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

ENDINGS = {"answered", "declined", "escalated", "failed", "stopped", "withdrawn"}


@dataclass
class Event:
    name: str
    data: dict[str, Any]
    id: str = ""


async def events_of(response: aiohttp.ClientResponse):
    """The server-sent events of a response, as they come."""
    held = b""
    async for piece in response.content.iter_any():
        *parts, held = (held + piece).split(b"\n\n")
        for part in parts:
            lines = part.decode().split("\n")
            found = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if found:
                yield Event(found["event"], json.loads(found["data"]), found.get("id", ""))


@dataclass
class Message:
    """A question as the person sees it, with its answer."""

    id: str
    session: str
    text: str
    shown: str | None = None
    status: str = ""
    ending: dict[str, Any] | None = None
    last_id: str = ""
    told: list[Event] = field(default_factory=list)
    following: asyncio.Task | None = None


def new_session() -> str:
    return f"web:page:{secrets.token_urlsafe(16)}"


class Person:
    """Somebody with a browser of their own; `messages` are in the order of their questions."""

    def __init__(self, address: str, **headers: str) -> None:
        self.address = address
        # The tests' server is at an address of digits, whose cookies aiohttp keeps only if told to.
        jar = aiohttp.CookieJar(unsafe=True)
        self.http = aiohttp.ClientSession(cookie_jar=jar, headers=headers)
        self.messages: list[Message] = []
        self.changed = asyncio.Event()

    async def close(self) -> None:
        tasks = [m.following for m in self.messages if m.following]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.http.close()

    async def call(self, method: str, path: str, body: Any = None, **options: Any):
        """The status, and the JSON of the response."""
        async with self.http.request(
            method, f"{self.address}/api/v1{path}", json=body, **options
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def ask(self, text: str, session: str = "", name: str = "") -> Message:
        session = session or new_session()
        body = {"text": text, "session": session, "id": name or secrets.token_hex(4)}
        status, told = await self.call("POST", "/questions", body)
        assert status in (200, 202), told
        return self.follow(told)

    async def press(self, message: Message, index: int) -> Message:
        status, told = await self.call("POST", f"{path_of(message)}/followups/{index}")
        assert status in (200, 202), told
        known = next((one for one in self.messages if one.id == told["id"]), None)
        for followup in message.ending["followups"]:
            followup["pressed"] = followup["pressed"] or followup["index"] == index
        return known or self.follow(told)

    async def edit(self, message: Message, text: str) -> None:
        status, told = await self.call("PATCH", path_of(message), {"text": text})
        assert status in (200, 202), told
        message.text, message.ending, message.last_id = text, None, ""
        message.shown = None
        self._begin(message)

    async def delete(self, message: Message) -> None:
        status, _ = await self.call("DELETE", path_of(message))
        assert status == 204
        self.messages.remove(message)
        message.following.cancel()
        self._wake()

    def follow(self, told: dict[str, Any]) -> Message:
        message = Message(told["id"], told["session"], told["text"])
        self.messages.append(message)
        self._begin(message)
        return message

    async def until(self, true):
        """What `true` returns, once it is truthy."""
        async with asyncio.timeout(30):
            while not (found := true()):
                changed = self.changed
                await changed.wait()
            return found

    def _begin(self, message: Message) -> None:
        if message.following:
            message.following.cancel()
        message.following = asyncio.create_task(self._follow(message))

    async def _follow(self, message: Message) -> None:
        while message.ending is None:
            try:
                await self._read(message)
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)  # the server is away: come back

    async def _read(self, message: Message) -> None:
        url = f"{self.address}/api/v1{path_of(message)}/events?html"
        headers = {"Last-Event-ID": message.last_id} if message.last_id else {}
        async with self.http.get(url, headers=headers) as response:
            if response.status != 200:
                await asyncio.sleep(0.05)
                return
            async for event in events_of(response):
                self._take(message, event)

    def _take(self, message: Message, event: Event) -> None:
        message.told.append(event)
        message.last_id = event.id or message.last_id
        match event.name:
            case "status":
                message.status = event.data["text"]
            case "delta":
                message.shown = (message.shown or "") + event.data["text"]
            case "replace":
                message.shown = event.data["text"]
            case name if name in ENDINGS:
                assert message.shown == event.data["text"] or not event.data["text"]
                message.ending = event.data
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


def path_of(message: Message) -> str:
    return f"/questions/{quote(message.id, safe='')}"
