"""The local Slack for the benchmark of lag."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final

from slack_sdk.errors import SlackApiError

from bench.bots import running
from bench.platforms import TooManyCallsError
from bots.slack.api.rate_limits import EDITS_A_MINUTE
from bots.slack.platform import open_slack
from core.types import SessionId
from devtools.slack import APP_TOKEN, BOT_TOKEN, Channel, Message, Slack, visible_of
from devtools.slack.sdk import client_of

_MINUTE_S: Final = 60.0


class Slacks:
    """Implements `bench.platforms.Platform`."""

    fixed_s: ClassVar = (1.0,)
    session = SessionId("bench:1")

    def __init__(self) -> None:
        self.slack = Slack()
        self._asked: dict[str, Message] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Slacks]:
        """Serve it."""
        async with self.slack.serve():
            self._person = self.slack.add_person("민수")
            self._client = client_of(self.slack)
            yield self

    @property
    def calls(self) -> int:
        """See `Platform`."""
        return len(self.slack.calls("chat.postMessage", "chat.update"))

    @property
    def refused(self) -> int:
        """See `Platform`."""
        return len([call for call in self.slack.calls() if call.status == 429])

    def most_edits(self, seconds: float, count: int, *, together: bool) -> float:
        """Return the most edits: `chat.update` is counted for the workspace."""
        del count, together
        return EDITS_A_MINUTE * (1 + int(seconds / _MINUTE_S))

    def first_posts_s(self, count: int, *, together: bool) -> list[float]:
        """A burst in a channel, then one a second."""
        burst = self.slack.limits.posts_in_a_burst if together else count
        return [float(max(number - burst + 1, 0)) for number in range(count)]

    def squares_known_s2(self, seconds: float, count: int, *, together: bool) -> float | None:
        """None: no call comes back while an answer grows, and its length is known from others."""
        del seconds, count, together
        return None

    async def places(self, count: int, *, together: bool) -> Sequence[Channel]:
        """See `Platform`."""
        channels = [
            self.slack.add_channel(f"문의{number}", self._person)
            for number in range(1 if together else count)
        ]
        return channels * count if together else channels

    @asynccontextmanager
    async def bot(self, assistant: Any) -> AsyncIterator[None]:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        async with running(assistant, open_slack, self.values()):
            await self.connected()
            yield

    def values(self) -> dict[str, str]:
        """The settings of a bot that is to come here."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
        } | ({} if self.slack.limits.on else {"slack_edits_per_minute": "1000000"})

    def without_limits(self) -> None:
        """Let everything pass, and let the bot know."""
        self.slack.limits.on = False

    async def connected(self) -> None:
        """Wait for the bot."""
        await self.slack.until(lambda: self.slack.sockets, timeout_s=30)

    async def ask(self, place: Channel) -> str:
        """See `Platform`."""
        message = await self._person.mention(place, "질문입니다")
        question = f"slack:{self.slack.team.id}:{place.id}:{message.ts}"
        self._asked[question] = message
        return question

    async def answered(self, question: str) -> list[tuple[float, str]]:
        """See `Platform`."""
        message = self._asked[question]
        await self.slack.until(lambda: self._is_answered(message), timeout_s=90)
        return [state for reply in self.slack.replies(message) for state in _states(reply)]

    def _is_answered(self, message: Message) -> bool:
        replies = self.slack.replies(message)
        return any(
            block.get("block_id") == "feedback" or block["type"] == "context_actions"
            for reply in replies
            for block in reply.blocks
        )

    async def post(self, place: Channel, text: str) -> Any:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        try:
            told = await self._client.chat_postMessage(channel=place.id, text=text)
        except SlackApiError as error:
            raise _refused(error) from error
        return place.id, told["ts"]

    async def edit(self, message: Any, text: str) -> None:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        channel, ts = message
        try:
            await self._client.chat_update(channel=channel, ts=ts, text=text)
        except SlackApiError as error:
            raise _refused(error) from error

    def states(self, message: Any) -> list[tuple[float, str]]:  # noqa: ANN401 - see `Platform`
        """See `Platform`."""
        channel, ts = message
        (found,) = [m for m in self.slack.messages(self._channel(channel)) if m.ts == ts]
        return _states(found)

    def _channel(self, channel_id: str) -> Channel:
        return self.slack.world.channels[channel_id]


def _states(message: Message) -> list[tuple[float, str]]:
    return [(version.at, visible_of(version.text, version.blocks)) for version in message.history]


def _refused(error: SlackApiError) -> Exception:
    if error.response.status_code == 429:
        return TooManyCallsError(float(error.response.headers["Retry-After"]))
    return error
