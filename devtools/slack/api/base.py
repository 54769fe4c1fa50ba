"""The common parts of the Web API's methods: their table, their arguments, their errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from devtools.slack.api.checks import MAX_MARKDOWN, MAX_TEXT, blocks_problems, metadata_is_valid
from devtools.slack.world.model import Channel, Message, Team
from devtools.slack.world.world import World

Json = dict[str, Any]


class WebApiError(Exception):
    """An `{ok: false}` answer: `args[0]` is the code."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.more = more


@dataclass(frozen=True, slots=True)
class MethodCall:
    """One call that passed authentication."""

    world: World
    team: Team
    args: Json

    def need(self, name: str) -> str:
        """A required argument.

        Raises:
            WebApiError: `invalid_arguments`.
        """
        value = self.args.get(name)
        if value in (None, ""):
            message = f"[ERROR] missing required field: {name}"
            raise WebApiError("invalid_arguments", response_metadata={"messages": [message]})
        return value

    def channel(self, *, member: bool = True) -> Channel:
        """The channel of the call; a user id stands for their DM.

        Raises:
            WebApiError: `channel_not_found`, or `not_in_channel`.
        """
        name = self.need("channel")
        channel = self.world.channels.get(name)
        if channel is None and name in self.world.profiles:
            channel = self.world.dm_of(self.team, name)
        if channel is None or channel.team is not self.team:
            raise WebApiError("channel_not_found")
        if channel.kind != "channel" and not channel.has_bot:
            raise WebApiError("channel_not_found")  # a private one is not even admitted to exist
        if member and not channel.has_bot:
            raise WebApiError("not_in_channel")
        return channel

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """The message of the call.

        Raises:
            WebApiError: `message_not_found`.
        """
        message = channel.messages.get(self.need(name))
        if message is None or message.deleted:
            raise WebApiError("message_not_found")
        return message

    def own(self, message: Message, error: str) -> Message:
        """The same message, if the bot wrote it.

        Raises:
            WebApiError: `error`.
        """
        if message.user != self.team.bot_user_id:
            raise WebApiError(error)
        return message

    def content(self, *, most: int = MAX_TEXT) -> tuple[str, list[Json]]:
        """Text, of `most` characters, and blocks.

        Raises:
            WebApiError: `no_text`, `msg_too_long`, `invalid_blocks`, `markdown_text_conflict` or
                `invalid_metadata_format`.
        """
        text, blocks = self.args.get("text") or "", self.args.get("blocks") or []
        if markdown := self.args.get("markdown_text"):
            if text or blocks:
                raise WebApiError("markdown_text_conflict")
            if len(markdown) > MAX_MARKDOWN:
                raise WebApiError("msg_too_long")
            return markdown, with_ids([{"type": "markdown", "text": markdown}])
        if not text and not blocks:
            raise WebApiError("no_text")
        if len(text) > most:
            raise WebApiError("msg_too_long")
        checked_blocks(blocks)
        metadata = self.args.get("metadata")
        if metadata and not metadata_is_valid(metadata):
            raise WebApiError("invalid_metadata_format")
        return text, with_ids(blocks)


Method = Callable[[MethodCall], Json]
METHODS: dict[str, tuple[Method, frozenset[str]]] = {}


def method(name: str, *scopes: str) -> Callable[[Method], Method]:
    """Enter a function in the table; any one of `scopes` is enough to call it."""

    def enter(function: Method) -> Method:
        METHODS[name] = (function, frozenset(scopes))
        return function

    return enter


def checked_blocks(blocks: Any) -> None:
    """Refuse what Slack refuses.

    Raises:
        WebApiError: `invalid_blocks`, with the problems in `response_metadata.messages`.
    """
    if problems := blocks_problems(blocks):
        messages = [f"[ERROR] {problem}" for problem in problems]
        raise WebApiError(
            "invalid_blocks", errors=list(problems), response_metadata={"messages": messages}
        )


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with the ids that Slack gives to those without."""
    taken = {block.get("block_id") for block in blocks}
    named, number = [], 0
    for block in blocks:
        if "block_id" in block:
            named.append(block)
            continue
        while (given := f"b{number}") in taken:
            number += 1
        taken.add(given)
        named.append(block | {"block_id": given})
    return named
