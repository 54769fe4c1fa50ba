"""The rules of the bot's threads, by channel: whose messages count without a mention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ThreadRule(StrEnum):
    """The people whose messages count in the bot's threads without mentioning it."""

    MENTION = "mention"  # nobody: every message has to mention the bot
    ASKER = "asker"  # the asker, while nobody else has joined in
    ALL = "all"  # everybody


@dataclass(frozen=True, slots=True)
class ThreadRules:
    """The rule of each channel; `default` is that of all others."""

    default: ThreadRule = ThreadRule.ASKER
    by_channel: Mapping[str, ThreadRule] = field(default_factory=dict)

    def of(self, *channels: str) -> ThreadRule:
        """The rule of the first of these channels that has one of its own."""
        found = (self.by_channel[one] for one in channels if one in self.by_channel)
        return next(found, self.default)
