"""The local Discord for the benchmark of lag."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final

import aiohttp

from bench.bots import running
from bench.lag_windows import Windows
from bench.platforms import TooManyCallsError
from bots.discord.platform import open_discord
from core.messaging.delivery.pacer import SENTENCE_S
from core.types import SessionId
from devtools.discord import Channel, DiscordServer, Message

_BUCKET: Final = 5
_WINDOW_S: Final = 5.0


class Discords:
    """Implements `bench.platforms.Platform`."""

    fixed_s: ClassVar = (1.0, 0.5)
    session = SessionId("bench:1")

    def __init__(self) -> None:
        self.fake = DiscordServer()
        self._asked: dict[str, Message] = {}
        self._together = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Discords]:
        """Serve it."""
        headers = {"Authorization": f"Bot {self.fake.settings.token}"}
        async with self.fake.serve(), aiohttp.ClientSession(headers=headers) as self._http:
            yield self

    @property
    def calls(self) -> int:
        """See `Platform`."""
        return len([c for c in self.fake.calls if "/messages" in c.path and c.method != "GET"])

    @property
    def refused(self) -> int:
        """See `Platform`."""
        return len(self.fake.rate_limited)

    def most_edits(self, seconds: float, count: int, *, together: bool) -> float:
        """Five edits in each five seconds of a channel or thread."""
        edits = _BUCKET * (1 + int(seconds / _WINDOW_S))
        return edits if together else edits * count

    def first_posts_s(self, count: int, *, together: bool) -> list[float]:
        """Return the times of first posts, of which five may be sent at once."""
        del together
        return [number // _BUCKET * _WINDOW_S for number in range(count)]

    def squares_known_s2(self, seconds: float, count: int, *, together: bool) -> float | None:
        """See `Platform` and `Windows`."""
        windows = Windows(calls=_BUCKET, window_s=_WINDOW_S)
        answers = count if together else 1
        squares = windows.least_squares_s2(answers=answers, grows_s=seconds, first_s=SENTENCE_S)
        return squares * count / answers

    async def places(self, count: int, *, together: bool) -> Sequence[Channel]:
        """One channel in which no threads may be opened, or one whose answers are in threads."""
        self._together = together and count > 1
        if not self._together:
            return [await self.fake.create_channel(f"질문{number}") for number in range(count)]
        channel = await self.fake.create_channel("질문")
        await self.fake.deny(channel, "CREATE_PUBLIC_THREADS")
        return [channel] * count

    @asynccontextmanager
    async def bot(self, assistant: Any) -> AsyncIterator[None]:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        async with running(assistant, open_discord, self.values()):
            await self.connected()
            yield

    def values(self) -> dict[str, str]:
        """The settings of a bot that is to come here."""
        return {
            "DISCORD_BOT_TOKEN": self.fake.settings.token,
            "DISCORD_API_URL": self.fake.url,
            "DISCORD_GATEWAY_URL": self.fake.gateway_url,
        }

    def without_limits(self) -> None:
        """Let everything pass; no header then names the limit that the bot keeps."""
        self.fake.buckets.limits.enabled = False

    async def connected(self) -> None:
        """Wait for the bot."""
        await self.fake.until(lambda: self.fake.online, timeout_s=30)

    async def ask(self, place: Channel) -> str:
        """See `Platform`."""
        message = await self.fake.say(place, "질문입니다", mention_bot=True)
        question = f"discord:{self.fake.guild.id}:{place.id}:{message.id}"
        self._asked[question] = message
        return question

    async def answered(self, question: str) -> list[tuple[float, str]]:
        """See `Platform`."""
        message = self._asked[question]
        await self.fake.until(lambda: self._shown(message, ended=True), timeout_s=90)
        return [state for answer in self._shown(message) for state in _states(answer)]

    def _shown(self, question: Message, *, ended: bool = False) -> list[Message]:
        if question.thread:
            found = self.fake.messages_of(question.thread, bot_only=True)
        else:
            found = [
                message
                for message in self.fake.messages_of(question.channel, bot_only=True)
                if message.reference and message.reference.id == question.id
            ]
        found = [message for message in found if message.type in (0, 19)]
        if ended and not any("👍" in str(message.components) for message in found):
            return []
        return found

    async def post(self, place: Channel, text: str) -> Any:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        told = await self._call("POST", f"/channels/{place.id}/messages", text)
        return place, told["id"]

    async def edit(self, message: Any, text: str) -> None:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        place, message_id = message
        await self._call("PATCH", f"/channels/{place.id}/messages/{message_id}", text)

    def states(self, message: Any) -> list[tuple[float, str]]:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        place, message_id = message
        (found,) = [m for m in self.fake.messages_of(place) if str(m.id) == message_id]
        return _states(found)

    async def _call(self, method: str, path: str, text: str) -> Any:  # noqa: ANN401 - JSON
        async with self._http.request(
            method, f"{self.fake.url}{path}", json={"content": text}
        ) as response:
            told = await response.json()
            if response.status == 429:
                raise TooManyCallsError(told["retry_after"])
            response.raise_for_status()
            return told


def _states(message: Message) -> list[tuple[float, str]]:
    return [(edit.at, edit.content) for edit in message.edits]
