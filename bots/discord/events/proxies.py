"""Messages that a proxy bot posts again by a webhook for their author, and then deletes.

PluralKit and Tupperbox do this: https://pluralkit.me/guide. The question remains its author's, and
is not withdrawn, although its message is deleted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

import discord

from bots.discord.events.content import text_of

_WITHIN_S: Final = 15.0  # the longest time from a question to its deletion by a proxy
_AFTER_S: Final = 1.0  # the deletion may come so long before the repeated message
_MOST_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class _Repeated:
    channel: int
    text: str
    at: float


class Proxies:
    """Remembers the latest messages of webhooks."""

    def __init__(self, me: discord.ClientUser) -> None:
        self._me = me
        self._said: deque[_Repeated] = deque(maxlen=_MOST_KEPT)
        self._came = asyncio.Event()

    def note(self, message: discord.Message) -> None:
        """Remember a message if a webhook has posted it."""
        if message.webhook_id and (text := text_of(message, self._me)):
            self._said.append(_Repeated(message.channel.id, text, _now()))
            self._came.set()

    async def says_again(self, channel: int, text: str) -> bool:
        """Return whether a webhook has posted this text, or posts it within a second."""
        try:
            async with asyncio.timeout(_AFTER_S):
                while not self._has(channel, text):
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            return False
        return True

    def _has(self, channel: int, text: str) -> bool:
        """Return whether a webhook has posted this text, with or without the proxy's marks."""
        since = _now() - _WITHIN_S
        lately = (one for one in self._said if one.channel == channel and one.at > since)
        return any(one.text in text for one in lately)


def _now() -> float:
    return asyncio.get_running_loop().time()
