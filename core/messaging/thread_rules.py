"""Whose messages count in the bot's threads, by channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ThreadRule(StrEnum):
    """Whose messages count where the bot takes part, beside those that mention it."""

    MENTION = "mention"  # nobody's
    ASKER = "asker"  # those of whoever asked, while nobody else has joined in
    ALL = "all"  # everybody's


@dataclass(frozen=True, slots=True)
class ThreadRules:
    """The rule of each channel; `default` where none is given."""

    default: ThreadRule = ThreadRule.ASKER
    by_channel: Mapping[str, ThreadRule] = field(default_factory=dict)

    def of(self, *channels: str) -> ThreadRule:
        """The rule of the first of these channels that has one of its own."""
        found = (self.by_channel[one] for one in channels if one in self.by_channel)
        return next(found, self.default)
